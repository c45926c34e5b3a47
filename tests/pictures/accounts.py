"""Accounts in every condition that the billing page shows, made over HTTP in one local run.

First the months pass for those that have a history; what only concerns the present comes last. So every session that is opened
afterwards lives as long as the tests need.
"""

from __future__ import annotations

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
SHORT = Pace(months=0, steps=1, step_days=33)  # for tests: the same pages, less on them


def build(stack: Stack, pace: Pace = FULL) -> None:
    """Make them all; the run is a fresh one, whose clock stands at BEGAN."""
    publish(stack)
    with_history(stack, pace)
    of_today(stack)
    in_trouble(stack)


def publish(stack: Stack) -> None:
    """The vendor of long names, as a copy of a sample."""
    document = {**read_document(SAMPLES / "gocontent.yaml"), **STRESS, "assumptions": []}
    stack.request("PUT", "/v1/policies/stress", document).ok(201)


def opened(stack: Stack, account: str, policy: str, **more: Any) -> str:
    body = {"account_id": account, "policy_id": policy, "region": "US", "email": f"{account}@example.com"} | more
    stack.post("/v1/accounts", body).ok(201)
    return account


def with_card(stack: Stack, account: str, card: str) -> None:
    """A card, typed into the gateway's page."""
    path = f"/v1/accounts/{account}/payment-methods/setup"
    page = stack.post(path, {}, stack.control("/_local/tokens", {"account_id": account, "role": "owner"})["token"])
    call("POST", f"{page.ok(201)['setup_url']}/pay", {"card": card}).ok()


def by_owner(stack: Stack, account: str, method: str, path: str, body: Any, key: str | None = None) -> Any:
    """What only a member may do."""
    token = stack.control("/_local/tokens", {"account_id": account, "role": "owner"})["token"]
    return stack.request(method, f"/v1/accounts/{account}{path}", body, token, key).ok()


HISTORIES: tuple[
    tuple[str, str, str | None, dict[str, Any]], ...
] = (  # account, policy, plan that is bought, what else
    ("insurestack-1", "insurestack", "plus", {}),
    ("make-1", "make", "pro-80k", {}),
    ("9pic-1", "9pic", "pro", {"region": "IN"}),
    ("gocontent-1", "gocontent", "growth", {}),
    ("diaflow-1", "diaflow", None, {}),
    ("stress-1", "stress", "rtl", {}),
)
TOP_UPS: dict[str, dict[str, Any]] = {
    "insurestack": {"credits": 50},
    "make": {"credits": 1_000},
    "9pic": {"credits": 3_000},
    "gocontent": {"credits": 25},
    "diaflow": {"pack_id": "credits-4000"},
    "stress": {"credits": 123_456},
}


def with_history(stack: Stack, pace: Pace) -> None:
    """Accounts that bought, burned and renewed for some months, each in a way of its own."""
    for account, policy, plan, more in HISTORIES:
        opened(stack, account, policy, **more)
        consent = CONSENT if policy == "9pic" else {}
        if plan is not None:
            stack.bought(account, {"kind": "plan", "plan_id": plan}, **consent)
        stack.bought(account, {"kind": "top_up", **TOP_UPS[policy]}, **consent)
    for month in range(pace.months):
        for account, *_ in HISTORIES:
            burn(stack, account, f"month {month + 1}", 7)
        stack.control("/_local/clock", {"advance_seconds": MONTH_SECONDS})
    late_payer(stack)
    for step in range(pace.steps):
        for account, *_ in HISTORIES:
            burn(stack, account, f"job {step + 1}", 60 - 17 * (step % 3))
        stack.control("/_local/clock", {"advance_seconds": pace.step_days * DAY_SECONDS})
    for account, *_ in HISTORIES:
        burn(stack, account, "today", 40)
        stack.grant(account, 40, reason=GIFT).ok(201)
        stack.post(f"/v1/accounts/{account}/holds", {"credits": 3}, key=stack.fresh()).ok(201)


def burn(stack: Stack, account: str, reference: str, share: int) -> None:
    """One of so many parts of what there is."""
    stack.consume(account, max(1, stack.balance(account)["available"] // share), reference=reference).ok()


def late_payer(stack: Stack) -> None:
    """Its renewal has failed by the end, some days ago."""
    opened(stack, "gocontent-late", "gocontent")
    with_card(stack, "gocontent-late", FAILS_LATER)
    started = stack.buy("gocontent-late", {"kind": "plan", "plan_id": "starter"}).ok(201)
    stack.pay(started, FAILS_LATER)


def of_today(stack: Stack) -> None:
    """Accounts without a history: empty, low, exhausted, cancelled, with cards and automatic purchase."""
    for policy in ("insurestack", "make", "9pic", "gocontent"):
        opened(stack, f"{policy}-new", policy)
    opened(stack, "diaflow-waits", "diaflow")
    stack.buy("diaflow-waits", {"kind": "top_up", "pack_id": "credits-2000"}).ok(201)
    opened(stack, "insurestack-empty", "insurestack")
    stack.consume("insurestack-empty", 10).ok()
    opened(stack, "insurestack-low", "insurestack")
    stack.consume("insurestack-low", 9).ok()
    for account, ending in (("gocontent-cancelled", "cancel"), ("gocontent-down", "down")):
        opened(stack, account, "gocontent")
        stack.bought(account, {"kind": "plan", "plan_id": "growth"})
        if ending == "cancel":
            by_owner(stack, account, "POST", "/plan/cancel", {})
        else:
            by_owner(stack, account, "POST", "/plan", {"plan_id": "starter"}, stack.fresh())
    with_card(stack, "make-1", "5555555555554444")
    by_owner(stack, "make-1", "PUT", "/auto-top-up", {"enabled": True, "limit_minor": 10_000})
    opened(stack, "make-card", "make")
    stack.bought("make-card", {"kind": "plan", "plan_id": "core-10k"})


def in_trouble(stack: Stack) -> None:
    """Payments in every state that is not simply paid, and an automatic purchase that was declined."""
    opened(stack, "diaflow-pays", "diaflow")
    pack = {"kind": "top_up", "pack_id": "credits-2000"}
    declined = stack.buy("diaflow-pays", pack).ok(201)
    stack.pay(declined, DECLINED_CARD)
    stack.post(f"/v1/accounts/diaflow-pays/purchases/{declined['purchase_id']}/recheck", None).ok()
    left = stack.buy("diaflow-pays", pack).ok(201)
    stack.post(f"/v1/accounts/diaflow-pays/purchases/{left['purchase_id']}/abandon", None).ok()
    reviewed = stack.buy("diaflow-pays", pack).ok(201)
    stack.pay(reviewed, "card_in_review")
    for change, more in (("refund", {"amount_minor": 400}), ("refund", {}), ("dispute", {})):
        paid = stack.bought("diaflow-pays", pack)
        stack.control(f"/_stand_in/{change}", {"payment_intent": paid["gateway_refs"]["payment_intent"], **more})
    declined_by_itself(stack)


def declined_by_itself(stack: Stack) -> None:
    """Automatic purchase whose card is declined: suspended, and the account paused."""
    opened(stack, "make-declined", "make")
    stack.bought("make-declined", {"kind": "plan", "plan_id": "core-10k"})
    with_card(stack, "make-declined", FAILS_LATER)
    cards = stack.get("/v1/accounts/make-declined/payment-methods").ok()["payment_methods"]
    failing = next(each["payment_method"] for each in cards if each["last4"] == FAILS_LATER[-4:])
    by_owner(stack, "make-declined", "PUT", "/auto-top-up", {"enabled": True, "payment_method": failing})
    stack.consume("make-declined", 10_000).ok()
    eventually(
        lambda: stack.get("/v1/accounts/make-declined").ok()["state"] == "paused" or None,
        "the declined purchase pauses the account",
    )
