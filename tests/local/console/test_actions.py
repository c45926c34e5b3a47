"""Every action of the console, clicked: what it says, which call it made, and what the API says afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from local.console.app import ACTIONS
from tests.local.console.a_console import Opened

ACCOUNT = "insurestack"
Fields = Mapping[str, str | Callable[[Opened], str]]


def newest(kind: str) -> Callable[[Opened], str]:
    """The id of the newest row of the stand-in's dashboard."""
    return lambda shown: str(shown.gateway("/_stand_in/dashboard")[kind][0]["id"])


def order(shown: Opened, account_id: str = ACCOUNT) -> str:
    """The id of the newest order."""
    return str(shown.api("GET", f"/v1/accounts/{account_id}/purchases?limit=1")["purchases"][0]["purchase_id"])


def held(shown: Opened) -> str:
    return str(shown.gateway("/_stand_in/webhooks")["held"][0]["event_id"])


def number(shown: Opened) -> str:
    """Of the burn, which is there to be sent again."""
    return str(next(each.number for each in shown.watch.ring.newest() if each.path.endswith("/consume")))


BUY: Fields = {"account_id": ACCOUNT, "credits": "30"}
OF_ORDER: Fields = {"account_id": ACCOUNT, "purchase_id": order}
PAGE: Fields = {"session": newest("checkouts")}
PAYMENT: Fields = {"payment": newest("payments")}
# What is clicked, what is filled in, what is said, and the last call that it made.
STORY: tuple[tuple[str, Fields, str, str], ...] = (
    ("account.open", {"account_id": "acme", "policy_id": "9pic", "region": "IN", "email": "a@b.example"}, "The account acme is open", "POST /v1/accounts"),
    ("account.burn", {"account_id": ACCOUNT, "credits": "3", "key": "k"}, "3 were burned from one lot; 7 are left", "POST /v1/accounts/insurestack/consume"),
    ("call.again", {"number": number}, "sent again, with the same key", "POST /v1/accounts/insurestack/consume"),
    ("account.grant", {"account_id": ACCOUNT, "credits": "1,000", "reason": "r", "key": "g"}, "1,000 promotional credits", "POST /v1/accounts/insurestack/grants"),
    ("account.order", {**BUY, "key": "o1"}, "is pending", "POST /v1/accounts/insurestack/purchases"),
    ("purchase.recheck", OF_ORDER, "is pending", "POST /recheck"),
    ("purchase.abandon", OF_ORDER, "is abandoned", "POST /abandon"),
    ("account.order", {**BUY, "key": "o2"}, "is pending", "POST /purchases"),
    ("checkout.close", PAGE, "The buyer left the page", "POST /close"),
    ("checkout.pay", {**PAGE, "card": "4242424242424242"}, "took it: paid", "POST /pay"),
    ("payment.refund", {**PAYMENT, "amount_minor": "100"}, "The money went back", "POST /_stand_in/refund"),
    ("refund.fail", {"refund": newest("refunds")}, "could not give it back", "POST /fail"),
    ("payment.dispute", PAYMENT, "disputes the payment", "POST /_stand_in/dispute"),
    ("dispute.close", {"dispute": newest("disputes"), "outcome": "won"}, "is over: won", "POST /close"),
    ("account.order", {**BUY, "key": "o3"}, "is pending", "POST /purchases"),
    ("checkout.pay", {**PAGE, "card": "4000002760003184"}, "Next: The bank asks the buyer", "POST /pay"),
    ("checkout.pay", {**PAGE, "bank": "fail"}, "refused", "POST /pay"),
    ("checkout.pay", {**PAGE, "card": "card_in_review"}, "its verdict is open", "POST /pay"),
    ("payment.end", {**PAYMENT, "outcome": "succeed"}, "is confirmed", "POST /_stand_in/payments/"),
    ("webhooks.mode", {"mode": "hold"}, "held back from now on", "POST /_stand_in/webhooks"),
    ("account.order", {**BUY, "key": "o4"}, "is pending", "POST /purchases"),
    ("checkout.pay", {**PAGE, "card": "4242424242424242"}, "took it: paid", "POST /pay"),
    ("webhooks.deliver", {"event": held}, "1 deliveries, 1 of them taken", "POST /deliver"),
    ("webhooks.deliver", {"times": "2", "shuffle": "on", "seed": "7"}, "of them taken", "POST /deliver"),
    ("webhooks.mode", {"mode": "deliver"}, "go out at once again", "POST /_stand_in/webhooks"),
    ("fault.set", {"operation": "refunds.create", "kind": "500", "times": "2"}, "next 2 of refunds.create fail", "POST /_stand_in/fail"),
    ("fault.clear", {"operation": "refunds.create"}, "works again", "POST /_stand_in/fail"),
    ("gateway.settings", {"retry_days": "3, 5", "draft_minutes": "60", "after_retries": "cancel", "renewal_3ds": "requires_action"}, "go on so", "POST /_stand_in/settings"),
    ("clock.stop", {}, "stands still at Nov 1, 2026", "POST /_local/clock"),
    ("clock.go", {}, "goes on from", "POST /_local/clock"),
    ("clock.move", {"by": "day"}, "The clock says Nov 2, 2026", "POST /_local/clock"),
    ("clock.move", {"by": "month"}, "The clock says Dec 2, 2026", "POST /_local/clock"),
    ("clock.move", {"to": "2026-12-24T18:00"}, "The clock says Dec 24, 2026, 6:00", "POST /_local/clock"),
    ("schedule.run", {"schedule": "expire"}, "expire ran", "POST /_local/schedules/expire/run"),
    ("schedule.all", {}, "audit, expire, recheck, reconcile, relay, report ran", "POST /_local/schedules/report/run"),
)  # fmt: skip

OF_9PIC: Fields = {"account_id": "9pic"}
INVOICE: Fields = {"invoice": newest("invoices")}
LATER_DECLINED = "4000000000000341"
# After a plan was ordered for the account, which only a member or the API does.
PLAN: tuple[tuple[str, Fields, str, str], ...] = (
    ("checkout.pay", {**PAGE, "card": LATER_DECLINED}, "took it: paid", "POST /pay"),
    ("clock.move", {"by": "month", "then": "on"}, "audit, expire, recheck, reconcile, relay, report ran", "POST /_local/schedules/report/run"),
    ("clock.move", {"by": "hour"}, "The clock says", "POST /_local/clock"),
    ("invoice.pay", {**INVOICE, "card": "4242424242424242"}, "took it: paid", "POST /pay"),
    ("clock.move", {"by": "month"}, "The clock says", "POST /_local/clock"),
    ("clock.move", {"by": "hour"}, "The clock says", "POST /_local/clock"),
    ("subscription.cancel", {"subscription": newest("subscriptions")}, "ends with its period", "POST /portal_cancel"),
    ("invoice.end", {**INVOICE, "how": "void"}, "The invoice is closed", "POST /void"),
    ("account.order", {**OF_9PIC, "credits": "1000", "consent": "2025-01", "key": "c"}, "is pending", "POST /purchases"),
    ("checkout.pay", {**PAGE, "card": "4242424242424242"}, "took it: paid", "POST /pay"),
    ("purchase.refund", {**OF_9PIC, "purchase_id": lambda shown: order(shown, "9pic")}, "$20.00 go back for 1,000 credits", "POST /refund"),
)  # fmt: skip

# What a person sees next, in every state that the stories come through.
LOOKED_AT = {
    **dict.fromkeys(("account", "purchase"), (f"/_local/console/accounts/{ACCOUNT}", "/_local/console/gateway")),
    **dict.fromkeys(
        ("checkout", "payment", "refund", "dispute", "invoice", "subscription"), ("/_local/console/gateway",)
    ),
    **dict.fromkeys(("fault", "gateway"), ("/_local/console/gateway",)),
    "webhooks": ("/_local/console/webhooks",),
    "clock": ("/_local/console/clock", "/"),
    "schedule": ("/_local/console/schedules",),
}


def clicked(shown: Opened, action: str, fields: Fields, says: str, called: str) -> None:
    filled = {name: value if isinstance(value, str) else value(shown) for name, value in fields.items()}
    said = shown.click(action, **filled)
    assert says in said, (action, said)
    made = next(each for each in shown.watch.ring.newest() if each.who == "console")
    method, _, path = called.partition(" ")
    assert (made.method, path in made.path) == (method, True), (action, made)
    for page in LOOKED_AT.get(action.partition(".")[0], ()):
        shown.page(page)


def test_every_action_does_what_its_button_says(shown: Opened) -> None:
    for step in STORY:
        clicked(shown, *step)
    balance = shown.api("GET", f"/v1/accounts/{ACCOUNT}/balance")
    left = {lot["kind"]: 0 for lot in balance["lots"]}
    for lot in balance["lots"]:
        left[lot["kind"]] += lot["remaining"]
    assert left == {"free": 10, "promotional": 1_000, "purchased": 90}, (
        "3 burned once, three orders paid, a month gone by"
    )
    assert shown.api("GET", "/v1/accounts/acme")["policy_id"] == "9pic"


def test_every_action_on_plans_and_their_invoices(shown: Opened) -> None:
    item = {"item": {"kind": "plan", "plan_id": "plus"}}
    assert shown.api("POST", f"/v1/accounts/{ACCOUNT}/purchases", item, "plan")["state"] == "pending"
    for step in PLAN:
        clicked(shown, *step)
    assert shown.api("GET", f"/v1/accounts/{ACCOUNT}")["cancel_at"] is not None
    assert shown.api("GET", "/v1/accounts/9pic/balance")["available"] == 0


def test_every_action_is_in_a_story() -> None:
    assert set(ACTIONS) | {"call.again"} == {step[0] for step in (*STORY, *PLAN)}
