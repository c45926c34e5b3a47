"""B1, X-32: an account is paused for any number of reasons, and each goes away with its own cause, however that goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lotbook.domain.accounts.automatic import PaymentCard
from lotbook.domain.credits.requests import HoldRequest, ResolveHold
from lotbook.domain.sales.cards import Card, CardFile
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values import instants
from lotbook.domain.values.errors import AccountPaused, InsufficientCredits
from lotbook.usecases.accounts.grant_promotion import GrantDesk, Promotion, grant_promotion
from lotbook.usecases.accounts.pauses import follow_pauses
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.payment_pause import lift_payment_pause
from tests.fakes.card_desk import card_failed
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.plans import PlanDesk, termed

CREDITS = 1_000


def owing(free: int = 0, held: int = 0) -> tuple[PlanDesk, str]:
    """1,000 bought, `held` of them held and the rest burned, all paid back: paused, and owing 1,000."""
    desk = PlanDesk(replace(termed(free=free), shortfall_pauses=True))
    desk.renew()
    bought = desk.buy(TopUpItem(CREDITS), key="top-up").purchase
    desk.pay(bought)
    desk.settle(bought)
    hold_id = ""
    if held:
        request = HoldRequest(credits=held, ttl_seconds=3_600)
        hold_id = hold("acme", "hold", request, desk=desk.sales.credits).hold_id
    desk.burn(desk.available())
    desk.gateway.send_back(f"pi_{bought.gateway_refs.checkout_session}")
    follow_money_back("acme", bought.purchase_id, desk=desk.sales)
    account = desk.accounts.get("acme")
    assert account is not None
    assert (account.state, account.pause_reasons, desk.shortfall()) == ("paused", ("shortfall",), CREDITS)
    return desk, hold_id


def granted(desk: PlanDesk, _: str) -> None:
    promotion = Promotion(CREDITS + 50, "credits", None, "sorry", "key-1")
    ports = GrantDesk(desk.accounts, desk.policies, FakeIdempotency(), desk.sales.credits)
    grant_promotion("acme", "grant", promotion, desk=ports)


def a_purchase(desk: PlanDesk, _: str) -> None:
    bought = desk.buy(TopUpItem(CREDITS + 50), key="again").purchase
    desk.pay(bought)
    desk.settle(bought)


def released(desk: PlanDesk, hold_id: str) -> None:
    resolve_hold("acme", ResolveHold(hold_id, "release", 0, "system"), desk=desk.sales.credits)


def lapsed(desk: PlanDesk, _: str) -> None:
    desk.clock.instant += 2 * instants.HOUR


def a_period(desk: PlanDesk, _: str) -> None:
    desk.clock.set("2026-02-01T00:00:01")


def another_policy(desk: PlanDesk, _: str) -> None:
    newest = desk.policies.newest("9pic")
    assert newest is not None
    desk.policies.put(replace(newest.policy, shortfall_pauses=False))


CAUSES: dict[str, tuple[Callable[[PlanDesk, str], None], int, int]] = {
    # how the cause goes away: free credits a month, credits that were held
    "a grant": (granted, 0, 0),
    "a purchase": (a_purchase, 0, 0),
    "a hold that is released": (released, 0, CREDITS),
    "a hold that lapses": (lapsed, 0, CREDITS),
    "a period": (a_period, CREDITS + 50, 0),
    "a policy that does not pause": (another_policy, 0, 0),
}


@pytest.mark.parametrize("first", ["a burn", "a look at the account"])
@pytest.mark.parametrize("cause", CAUSES)
def test_b1_x_32_a_shortfall_that_goes_away_lifts_its_pause_however_it_goes(cause: str, first: str) -> None:
    act, free, held = CAUSES[cause]
    desk, hold_id = owing(free, held)
    with pytest.raises(AccountPaused):
        desk.burn(1)
    act(desk, hold_id)
    if first == "a look at the account":
        if cause in ("a hold that lapses", "a period"):  # nobody has looked into the book yet
            assert desk.shortfall() == 0
        assert (desk.view.account.state, desk.view.account.pause_reasons) == ("active", ())
    elif cause in ("a grant", "a purchase", "a period"):
        desk.burn(1)
    else:
        with pytest.raises(InsufficientCredits):  # nothing to burn, but no pause
            desk.burn(1)
    account, book = desk.accounts.get("acme"), desk.books.books["acme", "credits"]
    assert account is not None
    assert (account.state, account.pause_reason, account.pause_reasons, book.pause_reason) == ("active", None, (), None)


def test_b1_a_pause_that_holds_is_asked_about_once_a_refusal_and_a_burn_that_fits_asks_nothing() -> None:
    desk, _ = owing()
    asked: list[str] = []
    renewed = desk.sales.credits.renew
    counting = replace(desk.sales.credits, renew=lambda account_id: asked.append(account_id) or renewed(account_id))  # type: ignore[func-returns-value]
    with pytest.raises(AccountPaused) as refusal:
        hold("acme", "h", HoldRequest(credits=1, ttl_seconds=60), desk=counting)
    assert (refusal.value.data, asked) == ({"pause_reason": "shortfall"}, ["acme"])
    granted(desk, "")
    asked.clear()
    hold("acme", "h", HoldRequest(credits=1, ttl_seconds=60), desk=counting)
    assert asked == []


ANOTHER = CardFile((Card("pm_2", "visa", "4242", "2034-12", 0),), "pm_2")


@pytest.mark.parametrize("order", [("payment", "shortfall"), ("shortfall", "payment")])
def test_x_32_of_two_reasons_each_is_lifted_by_its_own_cause(order: tuple[str, str]) -> None:
    """B1: a failed automatic payment while credits are owed; whichever goes first, the other stays."""
    desk, _ = owing()
    card_failed(desk.sales, PaymentCard("pm_1"))
    account = desk.accounts.get("acme")
    assert account is not None
    assert (account.pause_reason, account.pause_reasons) == ("shortfall", ("shortfall", "payment_failed"))
    causes: dict[str, Callable[[], None]] = {
        "payment": lambda: lift_payment_pause("acme", ANOTHER, desk=desk.sales),
        "shortfall": lambda: granted(desk, ""),
    }
    causes[order[0]]()
    left = "shortfall" if order[0] == "payment" else "payment_failed"
    account, book = desk.accounts.get("acme"), desk.books.books["acme", "credits"]
    assert account is not None
    assert (account.state, account.pause_reasons, book.pause_reason) == ("paused", (left,), left)
    with pytest.raises(AccountPaused):
        desk.burn(1)
    causes[order[1]]()
    desk.burn(1)
    assert desk.view.account.state == "active"


def test_x_32_the_present_policy_decides_whether_a_shortfall_pauses() -> None:
    """B1: the flag was taken from the version that the purchase was made under."""
    desk = PlanDesk(termed(free=0))
    bought = desk.buy(TopUpItem(CREDITS), key="top-up").purchase
    desk.pay(bought)
    desk.settle(bought)
    desk.burn(CREDITS)
    desk.policies.put(replace(termed(free=0), shortfall_pauses=True))
    desk.gateway.send_back(f"pi_{bought.gateway_refs.checkout_session}")
    follow_money_back("acme", bought.purchase_id, desk=desk.sales)
    assert desk.view.account.pause_reasons == ("shortfall",)


def test_x_32_an_account_that_was_written_before_there_were_several_reasons_keeps_its_own() -> None:
    desk, _ = owing()
    account = desk.accounts.get("acme")
    assert account is not None
    desk.accounts.save(replace(account, pause_reason="fraud", pause_reasons=()))
    granted(desk, "")
    follow_pauses("acme", accounts=desk.accounts, policies=desk.policies, desk=desk.sales.credits)
    after = desk.accounts.get("acme")
    assert after is not None
    assert (after.state, after.pause_reason) == ("paused", "fraud")
    assert desk.books.books["acme", "credits"].pause_reason == "fraud"
