"""Stories that go wrong without a condition, of accounts, of what is sold and of policies: see `condition_stories.py`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policy_lists import DynamoPolicyLists
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.accounts.refusals import ExternalIdTaken
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.policy.uses import Use as PolicyUse
from lotbook.domain.sales.auto_history import event
from lotbook.domain.values.errors import Conflict
from lotbook.ports.shop import KeyUse
from tests.contracts.a_book import NOW
from tests.contracts.condition_stories import Place, guards
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.purchases import a_purchase
from tests.fakes.samples import published

# --- accounts ---------------------------------------------------------------------------------------------------------


@guards("accounts.create.NOT_YET_WRITTEN")
def d41_an_account_id_is_given_away_once(place: Place) -> None:
    assert place.store.create(an_account()) is None
    assert place.store.create(an_account(email="other@acme.example")) == an_account()
    assert place.store.get("acme") == an_account()


@guards("accounts.save.STILL_THE_VERSION_READ")
def of_two_changes_of_an_account_the_second_is_told(place: Place) -> None:
    place.store.create(an_account())
    changed = place.store.save(an_account(plan_id="annual"))
    with pytest.raises(Conflict):
        place.store.save(an_account(plan_id="term"))
    assert place.store.get("acme") == changed


@guards("accounts.rename.NOT_YET_WRITTEN")
def an_external_id_is_of_the_account_that_had_it_first(place: Place) -> None:
    first, second = an_account(), an_account(account_id="other")
    for account in (first, second):
        place.store.create(account)
    place.store.rename(first, replace(first, external_id="crm-1"))
    with pytest.raises(ExternalIdTaken):
        place.store.rename(second, replace(second, external_id="crm-1"))
    assert place.store.get("other").external_id is None


@guards("accounts.rename.STILL_THE_VERSION_READ")
def of_two_names_of_an_account_the_second_is_told(place: Place) -> None:
    place.store.create(an_account())
    place.store.rename(an_account(), an_account(email="b@acme.example"))
    with pytest.raises(Conflict):
        place.store.rename(an_account(), an_account(email="c@acme.example"))


@guards("audits.postpone.IS_THERE")
def an_audit_of_no_account_makes_none(place: Place) -> None:
    with suppress(ServiceRefused):
        place.store.postpone("acme", NOW)
    assert place.items() == []


# --- automatic purchase -----------------------------------------------------------------------------------------------


def table_of(place: Place) -> Table:
    assert place.table is not None
    return place.table


def kept(place: Place, account: Account) -> None:
    """The account, in the table."""
    DynamoAccounts(table_of(place)).create(account)


@guards("auto._account.STILL_THE_VERSION_READ")
def d30_of_two_claims_from_one_account_the_second_is_told_and_has_no_row(place: Place) -> None:
    kept(place, an_account())
    assert place.store.claim(an_account(auto=AutoRecord(used=1)), a_purchase()) is not None
    with pytest.raises(Conflict):
        place.store.claim(an_account(auto=AutoRecord(used=1)), a_purchase(purchase_id=OTHER_ID))
    assert DynamoPurchases(table_of(place)).get("acme", OTHER_ID) is None
    assert (DynamoAccounts(table_of(place)).get("acme") or an_account()).version == 2


@guards("auto._row.NOT_YET_WRITTEN")
def a_claim_is_not_written_over_a_row(place: Place) -> None:
    kept(place, an_account())
    place.store.claim(an_account(), a_purchase())
    with pytest.raises(Conflict):
        place.store.claim(an_account(version=2), a_purchase(state="failed"))
    assert (DynamoPurchases(table_of(place)).get("acme", a_purchase().purchase_id) or a_purchase()).state == "pending"


@guards("auto._not_burned.NOT_YET_WRITTEN")
def d32_a_burn_that_was_made_before_claims_nothing(place: Place) -> None:
    kept(place, an_account())
    DynamoBooks(table_of(place)).put_entry("acme", Entry("use-1", "credits", "consumed", NOW))
    assert place.store.claim(an_account(), a_purchase(), ("credits", "use-1")) is None
    assert DynamoPurchases(table_of(place)).get("acme", a_purchase().purchase_id) is None
    assert place.store.claim(an_account(), a_purchase(), ("credits", "use-2")) is not None


@guards("auto._first.NOT_YET_WRITTEN")
def d31_one_cause_is_told_once_also_by_another_process(place: Place) -> None:
    assert place.store.note(event("acme", "cap_reached", NOW, "period"))
    another = type(place.store)(table_of(place))
    assert not another.note(event("acme", "cap_reached", NOW + 5, "period"))
    told, more = place.store.page("acme", 10, None)
    assert ([each.at for each in told], more) == ([NOW], None)


# --- what is sold -----------------------------------------------------------------------------------------------------

USE = KeyUse("fp-1", a_purchase().purchase_id, "digest-1")
OTHER_ID = "pur_0000000000bbbbbbbbbbbbbbbb"


@guards("purchases._put_new.NOT_YET_WRITTEN")
def d3_a_key_makes_one_purchase(place: Place) -> None:
    assert place.store.place(a_purchase(), USE) is None
    assert place.store.place(a_purchase(purchase_id=OTHER_ID), KeyUse("fp-1", OTHER_ID, "digest-2")) == USE
    assert place.store.get("acme", OTHER_ID) is None


@guards("purchases._put_new.NOT_YET_WRITTEN")
def a_purchase_is_not_placed_over_another(place: Place) -> None:
    place.store.place(a_purchase(), USE)
    with pytest.raises(Conflict):
        place.store.place(a_purchase(state="failed"), KeyUse("fp-2", USE.purchase_id, "digest"))
    assert place.store.get("acme", USE.purchase_id) == a_purchase()


@guards("purchases.save.STILL_THE_VERSION_READ")
def d2_of_two_changes_of_a_purchase_the_second_is_told(place: Place) -> None:
    place.store.place(a_purchase(), USE)
    changed = place.store.save(a_purchase(state="processing"))
    with pytest.raises(Conflict):
        place.store.save(a_purchase(state="failed"))
    assert place.store.get("acme", USE.purchase_id) == changed


@guards("billing.save.NOT_YET_WRITTEN")
def of_two_first_billing_details_the_second_is_told(place: Place) -> None:
    saved = place.store.save(_billing(), None)
    with pytest.raises(Conflict):
        place.store.save(replace(_billing(), actor="bob"), None)
    assert place.store.get("acme") == saved


@guards("billing.save.STILL_THE_VERSION_READ")
def of_two_changes_of_billing_details_the_second_is_told(place: Place) -> None:
    first = place.store.save(_billing(), None)
    second = place.store.save(first, first)
    with pytest.raises(Conflict):
        place.store.save(replace(first, actor="bob"), first)
    assert place.store.get("acme") == second


def _billing() -> Any:
    from lotbook.domain.sales.billing import BillingRecord

    return BillingRecord("acme", details(), details(), 1_000, 2_000, "ann")


DOCUMENT = dict(published("make").document)
UNIT = PolicyUse("unit", "credits")
RENAMED = {**DOCUMENT, "title": "Make, renamed"}


@guards("policies._version_put.NOT_YET_WRITTEN")
def a_version_is_never_written_over(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    assert place.table
    place.table.client.delete_item(TableName=place.table.name, Key=to_item(keys.policy_head("make")))
    with pytest.raises(Conflict):
        place.store.publish("make", RENAMED)


@guards("policies._head_put.NOT_YET_WRITTEN")
def the_first_head_is_put_over_none(place: Place) -> None:
    _overtaken(place, 7)
    with pytest.raises(Conflict):
        place.store.publish("make", DOCUMENT)


@guards("policies._head_put.HEAD_IS_AS_READ")
def the_head_never_moves_back(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    _overtaken(place, 7)
    with pytest.raises(Conflict):
        place.store.publish("make", RENAMED)


@guards("policies.enter.HEAD_IS_AS_READ")
def an_entry_of_the_list_is_not_put_over_that_of_a_version_which_came_meanwhile(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    look = place.store._head
    place.store._head = lambda policy_id: (
        look(policy_id),
        place.store.__class__(place.table).publish("make", RENAMED),
    )[0]
    with pytest.raises(Conflict):
        place.store.enter("make")
    assert place.table
    assert [each.title for each in DynamoPolicyLists(place.table).page(9, None)] == ["Make, renamed"]


def _overtaken(place: Place, newest: int) -> None:
    """Between the look at the head and the write, the head comes to be another."""
    look, table = place.store._head, place.table
    assert table

    def overtaken(policy_id: str) -> int:
        found: int = look(policy_id)
        head = to_item({**keys.policy_head(policy_id), "newest": newest})
        table.client.put_item(TableName=table.name, Item=head)
        return found

    place.store._head = overtaken


@guards("policies._is_unused.NOBODY_USES_IT")
def b3_no_version_drops_what_an_account_uses(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    place.store.note_use("make", UNIT, "acme")
    with pytest.raises(Conflict):
        place.store.publish("make", RENAMED, frozenset({UNIT}))
    assert place.store.publish("make", RENAMED).version == 2


@guards("policies.note_use.NOBODY_USES_IT")
def b3_the_first_account_that_uses_something_stays_noted(place: Place) -> None:
    assert place.store.note_use("make", UNIT, "acme")
    place.store._noted.clear()  # another process
    assert not place.store.note_use("make", UNIT, "globex")
    assert place.store.uses("make") == {UNIT: "acme"}


@guards("idempotency.claim.NOT_YET_WRITTEN")
def d3_a_key_is_claimed_once(place: Place) -> None:
    assert place.store.claim("acme", "grant", "k", {"lot": "a"}) is None
    assert place.store.claim("acme", "grant", "k", {"lot": "b"}) == {"lot": "a"}
    assert place.store.find("acme", "grant", "k") == {"lot": "a"}
