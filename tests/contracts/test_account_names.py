"""An account's names in the table and in the fake: found by the directory, and an external id is one account's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.directory import DynamoDirectory
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.accounts.refusals import ExternalIdTaken
from lotbook.domain.values.errors import Conflict
from tests import table as tables
from tests.fakes.accounts import FakeAccounts, an_account, at


@pytest.fixture(params=["table", "fake"])
def accounts(request: pytest.FixtureRequest) -> Any:
    return FakeAccounts() if request.param == "fake" else DynamoAccounts(request.getfixturevalue("table"))


def test_an_external_id_is_one_accounts_and_a_newer_account_wins_no_race(accounts: Any) -> None:
    first, second = an_account(), an_account(account_id="other", external_id=None)
    assert accounts.create(first) is None
    assert accounts.create(second) is None
    named = accounts.rename(first, replace(first, external_id="crm-1"))
    assert (named.external_id, named.version) == ("crm-1", 2)
    with pytest.raises(ExternalIdTaken) as refused:
        accounts.rename(second, replace(second, external_id="crm-1"))
    assert refused.value.data == {"external_id": "crm-1"}
    with pytest.raises(Conflict):
        accounts.rename(first, replace(first, external_id="crm-2"))
    free = accounts.rename(named, replace(named, external_id=None))
    assert accounts.rename(second, replace(second, external_id="crm-1")).external_id == "crm-1"
    assert accounts.get_many(["acme", "other", "nobody"]) == {"acme": free, "other": accounts.get("other")}
    assert accounts.create(replace(first, email="b@x.example")) == free


def test_a_name_that_was_given_and_whose_answer_was_lost_is_a_lost_race_and_not_somebody_elses(accounts: Any) -> None:
    first = an_account()
    accounts.create(first)
    accounts.rename(first, replace(first, external_id="crm-1"))
    with pytest.raises(Conflict):
        accounts.rename(first, replace(first, external_id="crm-1"))


def test_the_directory_is_written_with_the_account_and_with_nothing_else(table: Table) -> None:
    accounts, directory = DynamoAccounts(table), DynamoDirectory(table, 2027)
    made = [an_account(account_id=f"a{n}", created_at=at(f"202{n}-05-01"), email="x@x.example") for n in (4, 5, 7)]
    for account in made:
        accounts.create(account)
    assert [each.account_id for each in directory.page(9, None)] == ["a7", "a5", "a4"]
    first = directory.page(1, None)
    assert [each.account_id for each in directory.page(2, first[0].place)] == ["a5", "a4"]
    assert [each.account_id for each in directory.with_email("x@x.example", 2, None)] == ["a7", "a5"]
    before = tables.everything(table)
    saved = accounts.save(replace(made[0], plan_id="annual"))
    after = [item for item in tables.everything(table) if item["pk"]["S"].startswith("E#")]
    assert after == [item for item in before if item["pk"]["S"].startswith("E#")]
    renamed = accounts.rename(saved, replace(saved, email="", external_id=None))
    assert [each.account_id for each in directory.with_email("x@x.example", 9, None)] == ["a7", "a5"]
    assert renamed.email == ""
    assert "x@x.example" not in str([item for item in tables.everything(table) if item["pk"]["S"].startswith("E#")])
