"""Opening an account: once, whole, and whatever crashes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.policy.parts import Currencies
from lotbook.domain.policy.uses import Use
from lotbook.domain.values import instants
from lotbook.domain.values.errors import AccountExists, AccountNotFound, InvalidRequest, UnknownPlan
from lotbook.usecases.accounts.note_uses import note_uses
from tests.fakes.accounts import a_policy, at
from tests.fakes.deployment import REQUEST, Crash, World, crash
from tests.fakes.outbox import World as Outbox


def test_is_40_is_44_a_new_account_has_the_lots_of_its_first_period() -> None:
    world = World()
    world.clock.instant += 789  # milliseconds: accounts and lots are dated in whole seconds
    opened = world.open()
    assert opened.created
    assert world.lots() == [("free", 10), ("plan", 100)]
    assert opened.account.anchor == opened.account.created_at == at("2026-01-15T10:00:00")
    assert (opened.account.plan_billing, opened.account.currency) == ("external", "usd")


def test_an_account_without_a_plan_starts_on_the_policys_starting_plan_in_its_regions_currency() -> None:
    world = World()
    account = world.open(plan_id=None, region="IN").account
    assert (account.plan_id, account.plan_billing, account.currency) == ("free", "none", "inr")
    assert world.lots() == [("free", 10)]


def test_the_same_request_again_is_the_same_account_and_grants_nothing_more() -> None:
    world = World()
    first = world.open()
    world.clock.set("2026-01-15T10:00:59")
    again = world.open()
    assert (again.created, again.account) == (False, first.account)
    assert world.lots() == [("free", 10), ("plan", 100)]


@pytest.mark.parametrize(
    "changes", [{"plan_id": "annual"}, {"region": "DE"}, {"email": "c@d.example"}, {"time_zone": "Asia/Tokyo"}]
)
def test_another_request_for_a_taken_id_is_refused_and_changes_nothing(changes: dict[str, str]) -> None:
    world = World()
    account = world.open().account
    with pytest.raises(AccountExists):
        world.open(**changes)
    assert world.accounts.get("acme") == account


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"policy_id": "nowhere"}, InvalidRequest, "policy_id"),
        ({"time_zone": "Mars/Olympus"}, InvalidRequest, "time_zone"),
        ({"time_zone": "localtime"}, InvalidRequest, "time_zone"),
        ({"plan_id": "gold"}, UnknownPlan, None),
    ],
)
def test_a_request_that_names_what_does_not_exist_opens_nothing(
    changes: dict[str, str], refusal: type[Exception], field: str | None
) -> None:
    world = World()
    with pytest.raises(refusal) as refused:
        world.open(**changes)
    if field:
        assert refused.value.data["errors"][0]["field"] == field  # type: ignore[attr-defined]
    assert world.accounts.get("acme") is None
    assert world.books.books == {}


def test_an_account_is_opened_on_no_plan_that_is_not_offered_any_more() -> None:
    """Accounts that are on it stay, and are found by the request that opened them."""
    world = World()
    opened = world.open(plan_id="annual").account
    newest = world.policies.newest("shop")
    assert newest is not None
    plans = tuple(replace(each, offered=each.plan_id != "annual") for each in newest.policy.plans)
    world.policies.put(replace(newest.policy, plans=plans))
    assert world.open(plan_id="annual").account == opened
    with pytest.raises(UnknownPlan) as refusal:
        world.open(account_id="other", plan_id="annual")
    assert "annual" not in refusal.value.data["plans"]


def test_every_unit_of_the_policy_has_its_book_from_the_start() -> None:
    world = World(a_policy(units=("credits", "data_transfer_mb")))
    world.open()
    assert set(world.books.books) == {("acme", "credits"), ("acme", "data_transfer_mb")}
    assert world.balance("data_transfer_mb").available == 0
    assert world.books.books["acme", "data_transfer_mb"].renews_at == instants.FAR_FUTURE


def test_d_05_an_account_whose_opening_crashed_gets_its_period_with_the_first_burn() -> None:
    """D5: the account is there, its credits were never granted."""
    world = World()
    with pytest.raises(Crash):
        world.send(REQUEST, crash)
    assert world.burned_kinds(11) == [("free", 10), ("plan", 1)]


def test_d_05_an_account_whose_opening_crashed_gets_its_period_even_if_a_payment_comes_first() -> None:
    """D5: the first to come is a webhook, which knows nothing of periods."""
    world = World()
    with pytest.raises(Crash):
        world.send(REQUEST, crash)
    world.buy(50)
    assert world.lots() == [("free", 10), ("plan", 100), ("purchased", 50)]


def test_d_05_an_opening_that_crashed_before_the_account_was_written_left_no_account() -> None:
    """D5: only the book was made; the same request, or another one for that id, opens the account as if new."""
    world = World()

    def no_store(_: Account) -> None:
        raise Crash

    world.accounts.create = no_store  # type: ignore[method-assign, assignment]
    with pytest.raises(Crash):
        world.send(REQUEST, world.renew)
    del world.accounts.create
    with pytest.raises(AccountNotFound):
        world.burn(1)
    assert world.open(plan_id="free").created
    assert world.lots() == [("free", 10)]


def test_an_account_that_does_not_exist_is_not_renewed() -> None:
    with pytest.raises(AccountNotFound):
        World().renew("nobody")


def test_b3_x_33_a_version_that_comes_while_an_account_is_opened_leaves_it_no_currency_that_is_gone() -> None:
    """B3: accounts frozen in a dropped currency can buy nothing. The currency is noted, then the policy is read again."""
    world = World(a_policy(currencies=Currencies(default="usd", by_region={"DE": "eur"})))
    note, policies = world.policies.note_use, world.policies

    def overtaken(policy_id: str, use: Use, account_id: str) -> bool:
        if not policies.noted:
            policies.put(a_policy(currencies=Currencies(default="usd")))
        return note(policy_id, use, account_id)

    policies.note_use = overtaken  # type: ignore[method-assign]
    assert world.open(region="DE").account.currency == "usd"
    assert policies.uses("shop")[Use("currency", "usd")] == "acme"


def test_b3_x_33_what_an_account_uses_is_noted_when_the_stream_brings_its_grant() -> None:
    """B3: its currency and the units in which it got credits; never on the path of a burn."""
    outbox = Outbox()
    outbox.grant(100)
    outbox.burn(5)
    assert outbox.deliver() == {}
    policies = outbox.outlets.policies
    assert policies.uses("shop") == {Use("unit", "credits"): "acme", Use("currency", "usd"): "acme"}
    note_uses("nobody", ("mb",), accounts=outbox.outlets.accounts, policies=policies)
    assert Use("unit", "mb") not in policies.uses("shop")
