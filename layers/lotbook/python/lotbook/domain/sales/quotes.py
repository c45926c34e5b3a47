"""The order summary: what an item costs an account now, to the cent, and whether this caller may buy it.

Pure: the same policy, account, unused credits, item and instant give the same quote. The total of a line is rounded
once, half up, in the currency's minor unit; tax is taken on the rounded subtotal; credits never depend on either (X-16, X-17).
"""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.plans.moving import Present
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.policy.document import Policy
from lotbook.domain.sales.credit_orders import credits_order
from lotbook.domain.sales.eligibility import buyer_refusal, custom_payment_refusal
from lotbook.domain.sales.items import (
    CustomPaymentItem,
    Item,
    Order,
    OrderLine,
    PackItem,
    PlanItem,
    PlanPart,
    Tax,
    TopUpItem,
)
from lotbook.domain.sales.plan_orders import plan_order
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import AmountNotChargeable
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.domain.values.money import STRIPE_LIMITS, ChargeLimits, tax_minor, to_major


@dataclass(frozen=True, slots=True)
class Quote:
    """The order summary (NP-16). `allowed` False with a `reason` is about who asks; the summary is shown all the same.

    `credits` is all that the order brings: those bought, which are `lot_credits`, and the plan's own of one credit period.
    `expires_at` is that of the bought ones; where none are bought, the end of the plan's first credit period.
    `lines` is empty where the account's plan gives no price at all; then `allowed` is False.
    """

    item: Item
    lines: tuple[OrderLine, ...]
    credits: int
    companions: tuple[tuple[str, int], ...]  # (unit, credits), with the same validity
    expires_at: int | None
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    consent_required: bool
    allowed: bool
    reason: str | None  # the code that a purchase would be refused with
    payment_label: str
    plan: PlanPart | None  # what the purchase leads to
    late_expires_at: int | None = None  # near the end of the period that they end with: if they arrive after it
    move: PlanMove | None = None  # of a plan that renews: what the change does, to be frozen with the order

    @property
    def lot_credits(self) -> int:
        """What the purchase's own lot will hold."""
        return self.credits - (self.plan.credits if self.plan else 0)


def quote(present: Present, item: Item, caller: Caller, *, limits: ChargeLimits = STRIPE_LIMITS) -> Quote:
    """The order summary of `item`, if it were bought by the account as it is at present.

    Raises QuantityNotAllowed, UnknownPack, UnknownPlan, ContactOnly, AlreadyOnPlan, AmountNotChargeable.
    """
    policy, account = present.policy, present.account
    order = _order(present, item, limits)
    subtotal_minor = sum(line.amount_minor for line in order.lines)
    tax = _tax(policy, account, subtotal_minor)
    total_minor = subtotal_minor + (tax.amount_minor if tax else 0)
    _check_chargeable(order, total_minor, account.currency, limits)
    reason = buyer_refusal(policy, account, caller) or order.refusal
    return Quote(
        item=item,
        lines=order.lines,
        credits=order.credits,
        companions=order.companions,
        expires_at=order.expires_at,
        subtotal_minor=subtotal_minor,
        tax=tax,
        total_minor=total_minor,
        currency=account.currency,
        consent_required=policy.consent is not None,
        allowed=reason is None,
        reason=reason,
        payment_label=policy.payment_for(account.region, account.currency).label,
        plan=order.plan,
        late_expires_at=order.late_expires_at,
        move=order.move,
    )


def _check_chargeable(order: Order, total_minor: int, currency: str, limits: ChargeLimits) -> None:
    if order.lines and not (_is_paid_with_credits(order, total_minor) or limits.allow(total_minor, currency)):
        raise AmountNotChargeable(min_minor=limits.least(currency), max_minor=limits.max_minor)


def _order(present: Present, item: Item, limits: ChargeLimits) -> Order:
    match item:
        case TopUpItem() | PackItem():
            return credits_order(present.policy, present.plan, present.account, item, now=present.at)
        case PlanItem():
            return plan_order(present, item, limits)
        case CustomPaymentItem(amount_minor=amount_minor):
            return _custom_order(present.policy, present.account, amount_minor)


CUSTOM_LINE = "Custom payment"  # mails know it


def _is_paid_with_credits(order: Order, total_minor: int) -> bool:
    """Whether nothing is left to pay because a discount covers it (W7)."""
    return total_minor == 0 and order.move is not None and order.move.discount_minor > 0


def _custom_order(policy: Policy, account: Account, amount_minor: int) -> Order:
    line = OrderLine(CUSTOM_LINE, 1, to_major(amount_minor, account.currency), amount_minor)
    return Order(lines=(line,), refusal=custom_payment_refusal(policy, account.currency))


def _tax(policy: Policy, account: Account, subtotal_minor: int) -> Tax | None:
    rule = policy.tax_for(account.region, account.currency)
    if rule is None:
        return None
    return Tax(rule.name, rule.rate, tax_minor(subtotal_minor, rule.rate, account.currency))
