"""What a policy store promises, on DynamoDB's expressions: immutable versions, numbered without gaps, one newest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.parts import Currencies
from lotbook.domain.policy.uses import Use, dropped, findings
from lotbook.domain.values.errors import Conflict, PolicyInvalid
from lotbook.usecases.accounts.policies import publish_policy
from tests.fakes.samples import published

DOCUMENT = dict(published("make").document)
OTHER = {**DOCUMENT, "title": "Make, renamed"}
THIRD = {**DOCUMENT, "title": "Make, again"}


class Counting:
    """A client that counts the items it reads."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **arguments: Any) -> Any:
        self.reads += 1
        return self._client.get_item(**arguments)


def test_nothing_published_is_none(table: Table) -> None:
    policies = DynamoPolicies(table)
    assert policies.newest("make") is None
    assert policies.version("make", 1) is None


def test_versions_count_from_one_and_never_change(table: Table) -> None:
    policies = DynamoPolicies(table)
    assert [policies.publish("make", each).version for each in (DOCUMENT, OTHER)] == [1, 2]
    fresh = DynamoPolicies(table)
    newest, first = fresh.newest("make"), fresh.version("make", 1)
    assert newest is not None
    assert first is not None
    assert (newest.version, newest.document, newest.policy) == (2, OTHER, parse_policy(OTHER))
    assert (first.version, first.document, first.policy) == (1, DOCUMENT, parse_policy(DOCUMENT))
    assert fresh.version("make", 3) is None


def test_policies_do_not_see_each_other(table: Table) -> None:
    policies = DynamoPolicies(table)
    policies.publish("make", DOCUMENT)
    assert policies.newest("9pic") is None
    assert policies.publish("9pic", published("9pic").document).version == 1


def test_the_newest_is_seen_by_a_process_that_knew_an_older_one(table: Table) -> None:
    """A cache of immutable versions must not turn into a stale newest."""
    reader, writer = DynamoPolicies(table), DynamoPolicies(table)
    writer.publish("make", DOCUMENT)
    assert versions(reader.newest("make")) == 1
    assert reader.version("make", 2) is None  # its absence is not remembered either
    writer.publish("make", OTHER)
    assert versions(reader.newest("make")) == 2
    assert versions(reader.version("make", 2)) == 2


def test_a_known_version_is_not_read_again(table: Table) -> None:
    client = Counting(table.client)
    policies = DynamoPolicies(Table(client, table.name))
    policies.publish("make", DOCUMENT)
    policies.newest("make")
    before = client.reads
    policies.newest("make")
    assert client.reads == before + 1  # the head only
    policies.version("make", 1)
    assert client.reads == before + 1


def test_of_two_that_publish_at_once_one_is_told(table: Table) -> None:
    """Neither version is lost or written over."""
    faster = DynamoPolicies(table)
    slower = Overtaken(table, faster, THIRD)
    with pytest.raises(Conflict):
        slower.publish("make", OTHER)
    assert versions(faster.newest("make")) == 1
    assert slower.publish("make", OTHER).version == 2
    newest = faster.newest("make")
    assert newest is not None
    assert newest.document == OTHER


def test_a_version_is_never_written_over_whatever_the_head_says(table: Table) -> None:
    policies = DynamoPolicies(table)
    policies.publish("make", DOCUMENT)
    table.client.delete_item(TableName=table.name, Key=to_item(keys.policy_head("make")))
    with pytest.raises(Conflict):
        policies.publish("make", OTHER)
    first = DynamoPolicies(table).version("make", 1)
    assert first is not None
    assert first.document == DOCUMENT


def test_the_head_never_moves_back(table: Table) -> None:
    """The first publication meets a head that appeared since it looked."""
    policies = Overtaken(table, DynamoPolicies(table), THIRD)
    policies.overtake = lambda: table.client.put_item(
        TableName=table.name, Item=to_item({**keys.policy_head("make"), "newest": 7})
    )
    with pytest.raises(Conflict):
        policies.publish("make", OTHER)
    assert policies.version("make", 1) is None


def test_publishing_goes_on_after_somebody_was_faster(table: Table) -> None:
    policies = Overtaken(table, DynamoPolicies(table), THIRD)
    made = publish_policy("make", parse_policy(OTHER), OTHER, policies=policies)
    assert (made.version, made.document) == (2, OTHER)


def test_the_same_document_published_at_once_is_one_version(table: Table) -> None:
    policies = Overtaken(table, DynamoPolicies(table), OTHER)
    assert publish_policy("make", parse_policy(OTHER), OTHER, policies=policies).version == 1
    assert versions(policies.newest("make")) == 1


def test_the_document_of_the_newest_version_is_that_version_again(table: Table) -> None:
    policies = DynamoPolicies(table)
    for document, version in ((DOCUMENT, 1), (DOCUMENT, 1), (OTHER, 2), (OTHER, 2), (DOCUMENT, 3)):
        assert publish_policy("make", parse_policy(document), document, policies=policies).version == version


def test_a_document_of_another_policy_is_refused(table: Table) -> None:
    policies = DynamoPolicies(table)
    with pytest.raises(PolicyInvalid) as refused:
        publish_policy("other", parse_policy(DOCUMENT), DOCUMENT, policies=policies)
    (error,) = refused.value.data["errors"]
    assert (error["field"], error["found"], error["allowed"]) == ("policy_id", '"make"', "other, as in the address")
    assert policies.newest("other") is None


def test_a_plan_that_accounts_may_be_on_cannot_be_dropped(table: Table) -> None:
    """It can be retired: offered: false keeps those who are on it."""
    policies = DynamoPolicies(table)
    publish_policy("make", parse_policy(DOCUMENT), DOCUMENT, policies=policies)
    plans: Any = DOCUMENT["plans"]
    kept = [plan for plan in plans if plan["plan_id"] != "pro-80k"]
    assumptions: Any = DOCUMENT["assumptions"]
    known = [each for each in assumptions if "pro-80k" not in each["path"]]
    dropped = {**DOCUMENT, "plans": kept, "assumptions": known}
    with pytest.raises(PolicyInvalid) as refused:
        publish_policy("make", parse_policy(dropped), dropped, policies=policies)
    (error,) = refused.value.data["errors"]
    assert (error["field"], error["found"], error["code"]) == ("plans", "no plan pro-80k", "plan_dropped")
    retired = {
        **DOCUMENT,
        "plans": [{**plan, "offered": False} if plan["plan_id"] == "pro-80k" else plan for plan in plans],
    }
    assert publish_policy("make", parse_policy(retired), retired, policies=policies).version == 2


class Overtaken(DynamoPolicies):
    """A store whose first write comes second: another one publishes between its read and its write."""

    def __init__(self, table: Table, faster: DynamoPolicies, document: dict[str, Any]) -> None:
        super().__init__(table)
        self.overtake: Any = lambda: faster.publish("make", document)

    def _version_put(self, published: Any) -> dict[str, object]:
        if self.overtake is not None:
            overtake, self.overtake = self.overtake, None
            overtake()
        return super()._version_put(published)


def versions(found: Any) -> int | None:
    return found.version if found else None


def without(unit: str) -> dict[str, Any]:
    """Make's document without one of its units."""
    return {**DOCUMENT, "units": [each for each in DOCUMENT["units"] if each != unit]}  # type: ignore[attr-defined]


def parsed(units: tuple[str, ...], currencies: Currencies) -> Policy:
    """Make's policy with other units and currencies: rules about both elsewhere in the document are not what is tested."""
    return replace(published("make").policy, units=units, currencies=currencies)


def test_b3_x_33_units_and_currencies_that_an_account_uses_cannot_be_dropped() -> None:
    """B3, X-33: the refusal names each, and an account. What nobody uses may go."""
    newest = parsed(("credits", "mb", "gb"), Currencies(default="usd", by_region={"DE": "eur", "IN": "inr"}))
    wanted = parsed(("credits",), Currencies(default="usd", by_region={"IN": "inr"}))
    lost = dropped(newest, wanted)
    assert lost == {Use("unit", "mb"), Use("unit", "gb"), Use("currency", "eur")}
    used = {Use("unit", "mb"): "acme", Use("currency", "eur"): "globex", Use("unit", "credits"): "acme"}
    told = [(each.path, each.code, each.found, each.allowed) for each in findings(lost, used)]
    assert told == [
        (
            "currencies",
            "currency_in_use",
            "no currency eur",
            "a version that keeps currency eur: account globex uses it",
        ),
        ("units", "unit_in_use", "no unit mb", "a version that keeps unit mb: account acme uses it"),
    ]
    assert findings(lost, {}) == []
    assert dropped(wanted, newest) == frozenset(), "a later version may add"


def test_b3_x_33_a_unit_in_use_is_refused_when_it_is_published_and_one_that_nobody_uses_is_not(table: Table) -> None:
    """B3: it was accepted, and the audit called every sound book of that unit a ledger that differs, every day."""
    policies = DynamoPolicies(table)
    policies.publish("make", DOCUMENT)
    less = without("data_transfer_mb")
    smaller = replace(published("make").policy, units=("credits",))
    assert policies.note_use("make", Use("unit", "data_transfer_mb"), "acme")
    assert not DynamoPolicies(table).note_use("make", Use("unit", "data_transfer_mb"), "globex"), "the first stays"
    with pytest.raises(PolicyInvalid) as refused:
        publish_policy("make", smaller, less, policies=policies)
    (error,) = refused.value.data["errors"]
    assert (error["field"], error["code"]) == ("units", "unit_in_use")
    assert "acme" in error["allowed"]
    assert versions(policies.newest("make")) == 1
    policies.publish("other", DOCUMENT)
    assert policies.uses("other") == {}, "each policy by itself"
    assert policies.uses("make") == {Use("unit", "data_transfer_mb"): "acme"}


def test_b3_x_33_an_account_that_begins_to_use_it_while_it_is_dropped_wins(table: Table) -> None:
    """B3: the version is written on condition that nobody uses what it drops."""
    policies = DynamoPolicies(table)
    policies.publish("make", DOCUMENT)
    use = Use("unit", "data_transfer_mb")
    policies.note_use("make", use, "acme")
    with pytest.raises(Conflict):
        policies.publish("make", OTHER, frozenset({use}))
    assert versions(policies.newest("make")) == 1
    assert policies.publish("make", OTHER, frozenset({Use("unit", "nobodys")})).version == 2


def test_b3_a_use_is_noted_once_a_process(table: Table) -> None:
    """A grant is followed by no write more, once its policy's unit is known."""
    calls: list[str] = []
    policies = DynamoPolicies(Table(Named(table.client, calls), table.name))
    for account in ("acme", "globex", "initech"):
        policies.note_use("make", Use("unit", "credits"), account)
    assert calls == ["put_item"]


class Named:
    """A client that keeps the names of its calls."""

    def __init__(self, client: Any, calls: list[str]) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        self._calls.append(name)
        return getattr(self._client, name)
