"""The gateway's facts against the frozen order: was this very order paid, to the last minor unit, and by this account?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.accounts.validity import validity
from lotbook.domain.sales.plan_orders import account_after
from lotbook.domain.sales.purchase import Failure, GatewayRefs, Purchase, PurchaseState, may_become, with_state
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.gateway import CheckoutFacts, Deployment, PaymentFacts

VerdictKind = Literal["paid", "processing", "open", "expired", "failed", "mismatch"]

# A payment of a completed checkout in one of these will not succeed any more.
_PAYMENT_ENDED = frozenset({"requires_payment_method", "canceled"})
_BECOMES: dict[VerdictKind, PurchaseState] = {
    "processing": "processing",
    "expired": "abandoned",
    "failed": "failed",
    "mismatch": "failed",
}
MISMATCH = Failure("payment_mismatch", "The payment does not match the order; it is being looked into.")
PAYMENT_FAILED = Failure("payment_failed", "The payment failed.")
_DECLINES = {
    "card_declined": "The card was declined.",
    "insufficient_funds": "The card has insufficient funds.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The card's security code is wrong.",
    "authentication_required": "The bank asked for authentication, which did not happen.",
    "payment_intent_authentication_failure": "The bank's authentication failed.",
    "processing_error": "The card could not be processed; try again or use another card.",
}


@dataclass(frozen=True, slots=True)
class CheckoutVerdict:
    """What the facts mean for the order. `mismatches` names the fields that differ; `decline_code` the last decline."""

    kind: VerdictKind
    decline_code: str | None = None
    mismatches: tuple[str, ...] = ()


def verdict(order: Purchase, facts: CheckoutFacts, deployment: Deployment) -> CheckoutVerdict:
    """Judge a checkout (NP-24, D7, D8). Pure; amounts and owners come from the order, never from the gateway's echo."""
    foreign = _foreign(order, facts, deployment)
    if foreign:
        return CheckoutVerdict("mismatch", mismatches=foreign)
    decline = facts.payment.decline_code if facts.payment else None
    if facts.is_money_there or (facts.state == "complete" and facts.payment_state != "unpaid"):
        unequal = _unequal(order, facts)
        return CheckoutVerdict("mismatch", mismatches=unequal) if unequal else CheckoutVerdict("paid")
    if facts.state == "open":
        return CheckoutVerdict("open", decline)
    payment = facts.payment.state if facts.payment else None
    if facts.state == "expired":
        return CheckoutVerdict("processing" if payment == "processing" else "expired", decline)
    return CheckoutVerdict("failed" if payment in _PAYMENT_ENDED else "processing", decline)


def expires_at_of(order: Purchase, policy: Policy, account: Account, at: int, *, paid: int) -> int | None:
    """When credits expire that were `paid` for then and arrive at `at`, by the rules of the order (IS-02, MK-01, NP-04).

    Those that came with a plan live in the period that the account is in once it has the plan.
    """
    if order.plan is None:
        return validity(policy, policy.plan(order.plan_id), account, at, paid_at=paid)
    wanted = policy.plan(order.plan.plan_id)
    if order.renews and order.period is not None:
        on_it = replace(account, plan_id=wanted.plan_id, anchor=order.period[0], plan_renews=True, plan_ends_at=None)
        return validity(policy, wanted, on_it, at, paid_at=paid)
    return validity(policy, wanted, account_after(policy, account, wanted, at), at, paid_at=paid)


def with_facts(order: Purchase, facts: CheckoutFacts) -> Purchase:
    """The order with what its own checkout says of it: the gateway's ids, its customer, its page."""
    payment = facts.payment.payment_intent if facts.payment else None
    return replace(
        order,
        gateway_refs=GatewayRefs(facts.session, payment, facts.invoice, facts.subscription, facts.invoice_number),
        customer=order.customer or facts.customer,
        checkout_url=order.checkout_url or facts.url,
    )


def with_verdict(order: Purchase, judged: CheckoutVerdict, now: int) -> Purchase:
    """The order after a verdict other than `paid`. A late or weaker verdict leaves what is further along as it is."""
    if judged.kind == "open":
        return _still_open(order, judged, now)
    state = _BECOMES[judged.kind]
    if not may_become(order, state):
        return order
    failure = order.failure
    if judged.kind == "mismatch":
        failure = MISMATCH
    elif judged.kind == "failed":
        failure = failure_of(judged.decline_code) or PAYMENT_FAILED
    elif judged.kind == "processing":
        failure = None
    return replace(with_state(order, state, now), failure=failure)


def failure_of(decline_code: str | None) -> Failure | None:
    """The failure that a decline code stands for; codes that we do not know count as `card_declined`."""
    if decline_code is None:
        return None
    code = decline_code if decline_code in _DECLINES else "card_declined"
    return Failure(code, _DECLINES[code])


def _still_open(order: Purchase, judged: CheckoutVerdict, now: int) -> Purchase:
    """A declined card does not end an open page: the purchase stays pending and says why (NP-27, NP-31)."""
    if order.state != "pending":
        return order
    return replace(with_state(order, "pending", now), failure=failure_of(judged.decline_code) or order.failure)


def _foreign(order: Purchase, facts: CheckoutFacts, deployment: Deployment) -> tuple[str, ...]:
    """Names of the fields that say that this checkout is not this order's."""
    expected = {
        "app": facts.tag.is_of(deployment),
        "livemode": facts.livemode == deployment.live,
        "account": facts.tag.account_id == order.account_id,
        "purchase": facts.tag.purchase_id == order.purchase_id and facts.reference == order.purchase_id,
        "session": order.gateway_refs.checkout_session in (None, facts.session),
        "customer": order.customer in (None, facts.customer),
        "mode": facts.mode == ("subscription" if order.renews else "payment"),
    }
    return tuple(name for name, holds in expected.items() if not holds)


def _unequal(order: Purchase, facts: CheckoutFacts) -> tuple[str, ...]:
    """Names of the amounts that differ. Tax is a line of ours, so the gateway's subtotal is the order's total.

    A plan that renews is taxed by the gateway, at the rate that we gave it: a line of ours would not come again. Its page takes
    the discount for unused credits off the lines; where that leaves nothing to pay, there is no payment (W7).
    """
    tax_minor = order.tax.amount_minor if order.tax and order.renews else 0
    off_minor = order.move.discount_minor if order.move and order.renews else 0
    is_covered = off_minor > 0 and order.total_minor == 0
    slack = tax_slack(order)
    expected = {
        "payment_state": is_covered or facts.payment_state != "no_payment_required",
        "currency": facts.currency == order.currency,
        "subtotal": facts.subtotal_minor == order.total_minor - tax_minor + off_minor,
        "total": abs(facts.total_minor - order.total_minor) <= slack,
        "discount": facts.discount_minor == off_minor,
        "tax": abs(facts.tax_minor - tax_minor) <= slack,
        "shipping": facts.shipping_minor == 0,
        "payment": is_covered or _is_paid(order, facts.payment),
    }
    return tuple(name for name, holds in expected.items() if not holds)


def _is_paid(order: Purchase, payment: PaymentFacts | None) -> bool:
    if payment is None or payment.state != "succeeded":
        return False
    is_whole = abs(payment.received_minor - order.total_minor) <= tax_slack(order)
    return payment.currency == order.currency and is_whole


def tax_slack(order: Purchase) -> int:
    """By how much the gateway's tax, which it rounds line by line, may differ from ours, which is rounded once (decision 74)."""
    return len(order.lines) if order.tax and order.renews else 0
