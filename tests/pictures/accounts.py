"""Accounts in every condition that the billing page shows, made over HTTP in one local run.

Only those are made that somebody wants to look at. First the months pass for those that have a history; what only concerns the
present comes last, so a session that is opened afterwards lives for its hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.policies import SAMPLES, read_document
from tests.scenarios.conftest import DECLINED_CARD, Stack, call, eventually

BEGAN = "2026-03-02T09:30:00Z"  # the clock of the run, before anything happens
DAY_SECONDS = 86_400
MONTH_SECONDS = 31 * DAY_SECONDS
GIFT = "شكرا لصبركم - thank you for your patience with the outage of last week"
FAILS_LATER = "4000000000000341"  # a card that is attached, and declined when it is charged
CONSENT = {"consent": {"refund_policy_version": "2025-01"}}
LARGE = 1_250_000_000
STRESS: dict[str, Any] = {  # a vendor whose names and numbers are a trial for every line
    "policy_id": "stress",
    "title": "Stress",
    "starting_plan_id": "none",
    "plans": [
        {"plan_id": "none", "title": "بدون اشتراك", "level": 0, "interval": "none", "credits": 0},
        {
            "plan_id": "rtl",
            "title": "باقة الأعمال المتقدمة",
            "level": 1,
            "interval": "month",
            "prices_minor": {"usd": 99_999_999},
            "credits": LARGE,
            "entitlements": ["unlimited_members", "a_very_long_entitlement_that_nobody_would_call_so"],
        },
        {
            "plan_id": "long",
            "title": "Donaudampfschifffahrtsgesellschaftskapitänsabonnement für Großunternehmen und Konzerne",
            "level": 2,
            "interval": "month",
            "prices_minor": {"usd": 99_999_999},
            "credits": 9_999_999_999,
        },
    ],
}


@dataclass(frozen=True)
class Pace:
    """How a history is played: whole months first, then the last one in steps, with a burn in each."""

    months: int
    steps: int
    step_days: int


FULL = Pace(months=2, steps=11, step_days=3)
SHORT = Pace(months=0, steps=1, step_days=33)  # for tests: the same pages, with less on them


def build(stack: Stack, wanted: set[str], pace: Pace) -> None:
    """Make these; the run is a fresh one, whose clock stands at BEGAN."""
    document = {**read_document(SAMPLES / "gocontent.yaml"), **STRESS, "assumptions": []}
    stack.request("PUT", "/v1/policies/stress", document).ok(201)
    with_history(stack, wanted, pace)
    for account, make in TODAY.items():
        if account in wanted:
            make(stack, account)


def opened(stack: Stack, account: str, policy: str = "", **more: Any) -> str:
    """Open it; the policy is the first part of its name."""
    policy = policy or account.partition("-")[0]
    body = {"account_id": account, "policy_id": policy, "region": "US", "email": f"{account}@example.com"} | more
    stack.post("/v1/accounts", body).ok(201)
    return account


def bought(stack: Stack, account: str, item: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Ordered, paid and rechecked: whether the webhook is faster does not matter."""
    started = stack.buy(account, item, **more).ok(201)
    stack.pay(started).ok()
    path = f"/v1/accounts/{account}/purchases/{started['purchase_id']}/recheck"
    found: dict[str, Any] = stack.post(path, None).ok()
    assert found["state"] == "completed", found
    return found


def token(stack: Stack, account: str) -> str:
    """Its owner's."""
    made: str = stack.control("/_local/tokens", {"account_id": account, "role": "owner"})["token"]
    return made


def with_card(stack: Stack, account: str, card: str) -> None:
    """A card, typed into the gateway's page."""
    page = stack.post(f"/v1/accounts/{account}/payment-methods/setup", {}, token(stack, account))
    call("POST", f"{page.ok(201)['setup_url']}/pay", {"card": card}).ok()


def by_owner(stack: Stack, account: str, method: str, path: str, body: Any, key: str | None = None) -> Any:
    """What only a member may do."""
    return stack.request(method, f"/v1/accounts/{account}{path}", body, token(stack, account), key).ok()


HISTORIES: dict[str, tuple[str | None, dict[str, Any]]] = {  # account: the plan that is bought, and what else it has
    "insurestack-1": ("plus", {}),
    "make-1": ("pro-80k", {}),
    "9pic-1": ("pro", {"region": "IN"}),
    "gocontent-1": ("growth", {}),
    "diaflow-1": (None, {}),
    "stress-1": ("rtl", {}),
}
LATE = "gocontent-late"
TOP_UPS: dict[str, dict[str, Any]] = {
    "insurestack-1": {"credits": 50},
    "9pic-1": {"credits": 3_000},
    "gocontent-1": {"credits": 25},
    "diaflow-1": {"pack_id": "credits-4000"},
    "stress-1": {"credits": 123_456},
}


def with_history(stack: Stack, wanted: set[str], pace: Pace) -> None:
    """Accounts that bought, burned and renewed for some months, each in a way of its own."""
    lived = [account for account in HISTORIES if account in wanted]
    for account in lived:
        begin(stack, account)
    for month in range(pace.months):
        for account in lived:
            burn(stack, account, f"month {month + 1}", 7)
        stack.control("/_local/clock", {"advance_seconds": MONTH_SECONDS})
    if LATE in wanted:
        late_payer(stack)
    for step in range(pace.steps):
        for account in lived:
            burn(stack, account, f"job {step + 1}", 60 - 17 * (step % 3))
        stack.control("/_local/clock", {"advance_seconds": pace.step_days * DAY_SECONDS})
    for account in lived:
        burn(stack, account, "today", 40)
        stack.grant(account, 40, reason=GIFT).ok(201)
        stack.post(f"/v1/accounts/{account}/holds", {"credits": 3}, key=stack.fresh()).ok(201)


def begin(stack: Stack, account: str) -> None:
    """The plan, and some credits."""
    plan, more = HISTORIES[account]
    opened(stack, account, **more)
    consent = CONSENT if account == "9pic-1" else {}
    if plan is not None:
        bought(stack, account, {"kind": "plan", "plan_id": plan}, **consent)
    if account in TOP_UPS:
        bought(stack, account, {"kind": "top_up", **TOP_UPS[account]}, **consent)


def burn(stack: Stack, account: str, reference: str, share: int) -> None:
    """One of so many parts of what there is."""
    stack.consume(account, max(1, stack.balance(account)["available"] // share), reference=reference).ok()


def late_payer(stack: Stack) -> None:
    """Its renewal has failed by the end, some days ago."""
    opened(stack, LATE)
    with_card(stack, LATE, FAILS_LATER)
    started = stack.buy(LATE, {"kind": "plan", "plan_id": "starter"}).ok(201)
    stack.pay(started, FAILS_LATER)


def subscribed(stack: Stack, account: str, plan: str) -> None:
    opened(stack, account)
    bought(stack, account, {"kind": "plan", "plan_id": plan})


def cancelled(stack: Stack, account: str) -> None:
    subscribed(stack, account, "growth")
    by_owner(stack, account, "POST", "/plan/cancel", {})


def goes_down(stack: Stack, account: str) -> None:
    subscribed(stack, account, "growth")
    by_owner(stack, account, "POST", "/plan", {"plan_id": "starter"}, stack.fresh())


def buys_by_itself(stack: Stack, account: str) -> None:
    with_card(stack, account, "5555555555554444")
    by_owner(stack, account, "PUT", "/auto-top-up", {"enabled": True, "limit_minor": 10_000})


def burned(credits: int) -> Callable[[Stack, str], None]:
    """A new one that has used so many."""

    def make(stack: Stack, account: str) -> None:
        opened(stack, account)
        stack.consume(account, credits).ok()

    return make


def waits(stack: Stack, account: str) -> None:
    """Somebody is at the gateway's page."""
    opened(stack, account)
    stack.buy(account, {"kind": "top_up", "pack_id": "credits-2000"}).ok(201)


def in_trouble(stack: Stack, account: str) -> None:
    """Payments in every state that is not simply paid."""
    opened(stack, account)
    pack = {"kind": "top_up", "pack_id": "credits-2000"}
    declined, left, reviewed = (stack.buy(account, pack).ok(201) for _ in range(3))
    stack.pay(declined, DECLINED_CARD)
    stack.post(f"/v1/accounts/{account}/purchases/{declined['purchase_id']}/recheck", None).ok()
    stack.post(f"/v1/accounts/{account}/purchases/{left['purchase_id']}/abandon", None).ok()
    stack.pay(reviewed, "card_in_review")
    paid = bought(stack, account, pack)
    stack.control("/_stand_in/dispute", {"payment_intent": paid["gateway_refs"]["payment_intent"]})


def refunded(stack: Stack, account: str) -> None:
    """In part, and in whole."""
    opened(stack, account)
    for more in ({"amount_minor": 400}, {}):
        paid = bought(stack, account, {"kind": "top_up", "pack_id": "credits-2000"})
        stack.control("/_stand_in/refund", {"payment_intent": paid["gateway_refs"]["payment_intent"], **more})


def has_card(stack: Stack, account: str) -> None:
    """On a plan that the vendor set, with a card on file."""
    opened(stack, account, plan_id="core-10k")
    with_card(stack, account, "4242424242424242")


def declined_by_itself(stack: Stack, account: str) -> None:
    """Automatic purchase whose card is declined: suspended, and the account paused."""
    subscribed(stack, account, "core-10k")
    with_card(stack, account, FAILS_LATER)
    cards = stack.get(f"/v1/accounts/{account}/payment-methods").ok()["payment_methods"]
    failing = next(each["payment_method"] for each in cards if each["last4"] == FAILS_LATER[-4:])
    by_owner(stack, account, "PUT", "/auto-top-up", {"enabled": True, "payment_method": failing})
    stack.consume(account, 10_000).ok()
    eventually(lambda: stack.get(f"/v1/accounts/{account}").ok()["state"] == "paused", "the declined card pauses it")


TODAY: dict[str, Callable[[Stack, str], Any]] = {
    **{f"{policy}-new": opened for policy in ("insurestack", "make", "9pic", "gocontent")},
    "insurestack-empty": burned(10),
    "insurestack-low": burned(9),
    "gocontent-cancelled": cancelled,
    "gocontent-down": goes_down,
    "make-1": buys_by_itself,
    "make-card": has_card,
    "make-declined": declined_by_itself,
    "diaflow-waits": waits,
    "diaflow-pays": in_trouble,
    "diaflow-refunded": refunded,
}
