"""What a buyer, a bank or an operator does at the gateway, and how its answers and its events fail: the stand-in's controls."""

from __future__ import annotations

from typing import Any

from local.console.doing import Action, Doing, Result
from local.console.fields import Fields
from local.console.words import number

CARDS: tuple[tuple[str, str], ...] = (
    ("4242424242424242", "pays"),
    ("4000000000000002", "is declined"),
    ("4000000000009995", "has insufficient funds"),
    ("4000000000000069", "has expired"),
    ("4000002500003155", "asks for authentication until it is saved"),
    ("4000002760003184", "asks for authentication every time"),
    ("4000008260003178", "is authenticated, then declined"),
    ("4000000000000341", "can be saved, fails when charged later"),
    ("card_in_review", "waits for a verdict: confirmed or refused later"),
    ("async_success", "a bank debit that takes days, then pays"),
    ("async_failure", "a bank debit that takes days, then fails"),
)
OPERATIONS: tuple[tuple[str, str], ...] = (
    ("checkout.sessions.create", "opening the page of an order"),
    ("checkout.sessions.retrieve", "reading what became of an order"),
    ("checkout.sessions.expire", "ending the page of an order"),
    ("payment_intents.retrieve", "reading a payment"),
    ("invoices.create", "an automatic charge: its invoice"),
    ("invoices.pay", "charging a saved card"),
    ("invoices.retrieve", "reading an invoice"),
    ("subscriptions.update", "changing a plan"),
    ("subscriptions.retrieve", "reading a subscription"),
    ("refunds.create", "paying back"),
    ("customers.create", "making a customer"),
)
FAILURES: tuple[tuple[str, str], ...] = (
    ("timeout_after_commit", "the answer is lost, it was done"),
    ("timeout", "the answer is lost, nothing was done"),
    ("500", "500: Stripe has a fault"),
    ("500_kept", "500, also for every retry with its key"),
    ("429", "429: too many calls"),
)
IN_REVIEW = "The gateway took it, and its verdict is open: confirm or refuse it under Payments."


def _pay(fields: Fields, doing: Doing) -> Result:
    return _paid(doing, f"/checkout/{fields.step('session')}/pay", fields)


def _pay_invoice(fields: Fields, doing: Doing) -> Result:
    return _paid(doing, f"/invoice/{fields.step('invoice')}/pay", fields)


def _paid(doing: Doing, path: str, fields: Fields) -> Result:
    """With a card, or as the answer to the bank about the card before."""
    bank = fields.maybe("bank")
    body: dict[str, Any] = {"authenticate": bank == "confirm"} if bank else {"card": fields.text("card")}
    if fields.ticked("terms"):
        body["accept_terms"] = True
    answered = doing.gateway("POST", path, body)
    how = answered.get("payment_status") or answered.get("status")
    return Result(IN_REVIEW if how == "unpaid" else f"The gateway took it: {how}.")


def _close(fields: Fields, doing: Doing) -> Result:
    doing.gateway("POST", f"/checkout/{fields.step('session')}/close")
    return Result("The buyer left the page. It stays open until it expires: another window could still pay.")


def _refund(fields: Fields, doing: Doing) -> Result:
    body: dict[str, Any] = {"payment_intent": fields.text("payment")}
    amount = fields.maybe_whole("amount_minor")
    if amount is not None:
        body["amount_minor"] = amount
    doing.gateway("POST", "/_stand_in/refund", body)
    return Result("The money went back, as from the dashboard.")


def _fail_refund(fields: Fields, doing: Doing) -> Result:
    doing.gateway("POST", f"/_stand_in/refund/{fields.step('refund')}/fail")
    return Result("The bank could not give it back after all.")


def _dispute(fields: Fields, doing: Doing) -> Result:
    doing.gateway("POST", "/_stand_in/dispute", {"payment_intent": fields.text("payment")})
    return Result("The buyer's bank disputes the payment.")


def _close_dispute(fields: Fields, doing: Doing) -> Result:
    outcome = fields.text("outcome")
    doing.gateway("POST", f"/_stand_in/dispute/{fields.step('dispute')}/close", {"outcome": outcome})
    return Result(f"The dispute is over: {outcome}.")


def _end_payment(fields: Fields, doing: Doing) -> Result:
    outcome = fields.text("outcome")
    doing.gateway("POST", f"/_stand_in/payments/{fields.step('payment')}", {"outcome": outcome})
    return Result("The payment is confirmed." if outcome == "succeed" else "The payment is refused.")


def _end_invoice(fields: Fields, doing: Doing) -> Result:
    doing.gateway("POST", f"/_stand_in/invoices/{fields.step('invoice')}/{fields.step('how')}")
    return Result("The invoice is closed, as an operator does at the dashboard.")


def _cancel(fields: Fields, doing: Doing) -> Result:
    doing.gateway("POST", f"/_stand_in/subscriptions/{fields.step('subscription')}/portal_cancel")
    return Result("The subscription ends with its period, as cancelled in the gateway's own customer portal.")


def _set_fault(fields: Fields, doing: Doing) -> Result:
    operation, times = fields.text("operation"), fields.whole("times")
    body = {"operation": operation, "kind": fields.text("kind"), "times": times}
    doing.gateway("POST", "/_stand_in/fail", body)
    return Result(f"Ordered: the next {number(times)} of {operation} {'fails' if times == 1 else 'fail'}.")


def _clear_fault(fields: Fields, doing: Doing) -> Result:
    operation = fields.text("operation")
    doing.gateway("POST", "/_stand_in/fail", {"operation": operation, "times": 0})
    return Result(f"{operation} works again.")


def _settings(fields: Fields, doing: Doing) -> Result:
    days = [Fields({"retry_days": each}).whole("retry_days") for each in fields.text("retry_days").split(",")]
    body: dict[str, Any] = {name: fields.text(name) for name in ("after_retries", "renewal_3ds")}
    body |= {"retry_days": days, "draft_minutes": fields.whole("draft_minutes")}
    doing.gateway("POST", "/_stand_in/settings", body)
    return Result("Unpaid invoices go on so from now on.")


def _mode(fields: Fields, doing: Doing) -> Result:
    mode = fields.text("mode")
    doing.gateway("POST", "/_stand_in/webhooks", {"mode": mode})
    held = "Events are held back from now on: Lotbook does not hear of what happens, as if they were lost."
    return Result(held if mode == "hold" else "Events go out at once again. Those that were held back still wait.")


def _deliver(fields: Fields, doing: Doing) -> Result:
    body: dict[str, Any] = {}
    if event_id := fields.maybe("event"):
        body["event_ids"] = [event_id]
    if (times := fields.maybe_whole("times")) is not None:
        body["times"] = times
    if fields.ticked("shuffle"):
        body["shuffle_seed"] = fields.whole("seed")
    answered = doing.gateway("POST", "/_stand_in/webhooks/deliver", body)
    statuses = [each["status"] for each in answered["delivered"]]
    taken = sum(1 for status in statuses if status and status < 300)
    return Result(f"{number(len(statuses))} deliveries, {number(taken)} of them taken.")


ACTIONS: dict[str, Action] = {
    "checkout.pay": Action("Pay an order", _pay),
    "checkout.close": Action("Leave the gateway's page", _close),
    "payment.refund": Action("Refund at the gateway", _refund),
    "refund.fail": Action("Let a refund fail", _fail_refund),
    "payment.dispute": Action("Dispute a payment", _dispute),
    "dispute.close": Action("Close a dispute", _close_dispute),
    "payment.end": Action("End a payment in review", _end_payment),
    "invoice.pay": Action("Pay an invoice", _pay_invoice),
    "invoice.end": Action("Close an invoice", _end_invoice),
    "subscription.cancel": Action("Cancel at the gateway", _cancel),
    "fault.set": Action("Order a failure", _set_fault),
    "fault.clear": Action("Clear a failure", _clear_fault),
    "gateway.settings": Action("Set how unpaid invoices go on", _settings),
    "webhooks.mode": Action("Hold or deliver events", _mode),
    "webhooks.deliver": Action("Deliver events", _deliver),
}
