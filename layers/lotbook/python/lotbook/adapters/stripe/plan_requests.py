"""The parameters of the requests about plans that renew, as `requests.py`: pure, and checked against the library's own types.

Billing mode, anchor and prorations are always named: what is left out follows the Stripe account's settings, or a default that
has changed before.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lotbook.adapters.stripe.requests import LIST_PAGE, MAX_NAME_CHARACTERS, metadata, one_off, page_of_order
from lotbook.domain.sales.gateway import Deployment
from lotbook.domain.values import ids
from lotbook.domain.values.calendar import MONTHS_A_YEAR
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from lotbook.domain.plans.plan_move import PlanMove
    from lotbook.domain.sales.items import PlanPart, Tax
    from lotbook.domain.sales.purchase import Purchase

CHANGE = "change"  # the name of a subscription's metadata: the purchase of a change that is under way
RATE = "rate"  # of a tax rate's: which of ours it is
UNUSED_CREDITS = "Unused credits"
FLEXIBLE = {"type": "flexible"}
_PERCENT = 100

RETRIEVE_INVOICE: dict[str, Any] = {"expand": ["payments.data.payment.payment_intent"]}


def plan_of(order: Purchase) -> PlanPart:
    """The order's plan. Raises BrokenInvariant for an order of none that renews."""
    if order.plan is None or not order.plan.months:
        raise BrokenInvariant(f"{order.purchase_id} is no order of a plan that renews")
    return order.plan


def move_of(order: Purchase) -> PlanMove:
    """What the order does. Raises BrokenInvariant where nobody said it."""
    if order.move is None:
        raise BrokenInvariant(f"{order.purchase_id} does not say what it changes")
    return order.move


def price_key(order: Purchase, deployment: Deployment) -> str:
    """The name under which the price of the order's plan is found: one for each policy, version, plan and currency."""
    names = order.policy_id, str(order.policy_version), plan_of(order).plan_id, order.currency
    return ":".join((deployment.app, deployment.stage, *names))


def price(order: Purchase, product: str, deployment: Deployment) -> dict[str, Any]:
    """The price of one interval, before tax. Nobody ever edits it: another price is another version of the policy."""
    plan = plan_of(order)
    return {
        "currency": order.currency,
        "unit_amount": plan.price_minor,
        "product": product,
        "recurring": recurring(plan.months),
        "tax_behavior": "exclusive",
        "lookup_key": price_key(order, deployment),
        "metadata": {
            **deployment.mark,
            "policy_id": order.policy_id,
            "policy_version": str(order.policy_version),
            "plan_id": plan.plan_id,
        },
    }


def recurring(months: int) -> dict[str, Any]:
    """So many months, in years where they are whole ones."""
    years, rest = divmod(months, MONTHS_A_YEAR)
    return {"interval": "month", "interval_count": months} if rest else {"interval": "year", "interval_count": years}


def find_price(order: Purchase, deployment: Deployment) -> dict[str, Any]:
    """The price, if it was made."""
    return {"lookup_keys": [price_key(order, deployment)], "limit": 1}


def product_id(deployment: Deployment, *names: str) -> str:
    """Our own name of a product, so that it is made once and is known without a look."""
    return f"{deployment.app}_{deployment.stage}_{ids.fingerprint(':'.join(names))}"


def product(name: str, product: str, deployment: Deployment) -> dict[str, Any]:
    """What is sold, as invoices name it."""
    return {"id": product, "name": name[:MAX_NAME_CHARACTERS], "metadata": deployment.mark}


def rate_key(tax: Tax) -> str:
    """Which of our tax rates it is."""
    return f"{tax.name}:{_percentage(tax):f}"


def tax_rate(tax: Tax, deployment: Deployment) -> dict[str, Any]:
    """The tax on top of what is sold; renewals are taxed by it, too."""
    return {
        "display_name": tax.name,
        "percentage": _percentage(tax),
        "inclusive": False,
        "metadata": {**deployment.mark, RATE: rate_key(tax)},
    }


def tax_rates(after: str | None) -> dict[str, Any]:
    """One page of the tax rates that are in use."""
    params: dict[str, Any] = {"active": True, "inclusive": False, "limit": LIST_PAGE}
    return params if after is None else {**params, "starting_after": after}


def _percentage(tax: Tax) -> Decimal:
    """As a percentage, without an exponent."""
    return Decimal(f"{(tax.rate * _PERCENT).normalize():f}")


def checkout(order: Purchase, deployment: Deployment) -> dict[str, Any]:
    """The page of a plan that renews, all but its customer: the plan's price, and extra credits once, on the first invoice."""
    move, rates = move_of(order), _rates(order)
    mark = metadata(deployment, order.account_id, order.purchase_id)
    extras = (each for each in order.lines[1:] if each.amount_minor > 0)
    subscription: dict[str, Any] = {"metadata": mark, "billing_mode": FLEXIBLE}
    if rates:
        subscription["default_tax_rates"] = rates
    params = {
        **page_of_order(order, deployment),
        "mode": "subscription",
        "line_items": [
            {"price": plan_of(order).price, "quantity": 1},
            *({**one_off(order, line), **({"tax_rates": rates} if rates else {})} for line in extras),
        ],
        "subscription_data": subscription,
    }
    if move.discount_minor:
        # A page takes no line below nothing, and either codes of the buyer's or a discount of ours.
        params["discounts"] = [{"coupon": coupon_id(order, deployment)}]
        del params["allow_promotion_codes"]
    return params


def coupon_id(order: Purchase, deployment: Deployment) -> str:
    """Our own name of the order's discount."""
    return f"{deployment.app}_{deployment.stage}_{order.purchase_id}"


def coupon(order: Purchase, deployment: Deployment) -> dict[str, Any]:
    """What the order's unused credits are worth, off its first invoice, once."""
    return {
        "id": coupon_id(order, deployment),
        "amount_off": move_of(order).discount_minor,
        "currency": order.currency,
        "duration": "once",
        "max_redemptions": 1,
        "name": discount_name(order)[:_COUPON_NAME_CHARACTERS],
        "metadata": metadata(deployment, order.account_id, order.purchase_id),
    }


_COUPON_NAME_CHARACTERS = 40


def discount_name(order: Purchase) -> str:
    """What the buyer reads beside the discount."""
    return next((line.description for line in order.lines if line.amount_minor < 0), UNUSED_CREDITS)


def start(order: Purchase, customer: str, payment_method: str, deployment: Deployment) -> dict[str, Any]:
    """A subscription that is charged now, or does not come into being."""
    return {
        "customer": customer,
        "items": [{"price": plan_of(order).price, "quantity": 1}],
        "add_invoice_items": [_once(order, name, amount, deployment) for name, amount in once_lines(order)],
        "default_payment_method": payment_method,
        "default_tax_rates": _rates(order),
        "payment_settings": {"payment_method_types": ["card"]},  # MK-14
        "payment_behavior": "error_if_incomplete",
        "proration_behavior": "none",
        "billing_mode": FLEXIBLE,
        "off_session": False,  # the buyer is there: the bank may ask
        "metadata": metadata(deployment, order.account_id, order.purchase_id),
    }


def change(order: Purchase, deployment: Deployment, *, may_wait: bool) -> dict[str, Any]:
    """Another price from now on, with a new anchor, charged now. Only what may wait at Stripe stands here."""
    return {
        "items": [{"id": move_of(order).item, "price": plan_of(order).price, "quantity": 1}],
        "add_invoice_items": [_once(order, name, amount, deployment) for name, amount in once_lines(order)],
        "billing_cycle_anchor": {"type": "now"},
        "proration_behavior": "none",
        "payment_behavior": "pending_if_incomplete" if may_wait else "error_if_incomplete",
        "cancel_at_period_end": False,
    }


def terms(order: Purchase, payment_method: str) -> dict[str, Any]:
    """Card and tax of what the subscription is charged from now on; a change that waits cannot bring them along."""
    return {"default_payment_method": payment_method, "default_tax_rates": _rates(order) or ""}


def once_lines(order: Purchase) -> list[tuple[str, int]]:
    """What stands on the first invoice only, each as name and amount: extra credits, and what unused ones are worth."""
    extras = [(line.description, line.amount_minor) for line in order.lines[1:] if line.amount_minor > 0]
    off = move_of(order).discount_minor
    return [*extras, (discount_name(order), -off)] if off else extras


def _once(order: Purchase, name: str, amount_minor: int, deployment: Deployment) -> dict[str, Any]:
    data = {"currency": order.currency, "product": product_id(deployment, "once", name), "unit_amount": amount_minor}
    return {"price_data": data, "quantity": 1}


def _rates(order: Purchase) -> list[str]:
    rate = move_of(order).tax_rate
    return [] if rate is None else [rate]


def swap(item: str, price: str) -> dict[str, Any]:
    """Another price from the next period on."""
    return {"items": [{"id": item, "price": price, "quantity": 1}], "proration_behavior": "none"}


def subscriptions(customer: str, after: str | None) -> dict[str, Any]:
    """One page of a customer's subscriptions, also those that have ended."""
    params: dict[str, Any] = {"customer": customer, "status": "all", "limit": LIST_PAGE}
    return params if after is None else {**params, "starting_after": after}


def invoices(subscription: str, since: int, after: str | None) -> dict[str, Any]:
    """One page of a subscription's invoices since then, drafts too."""
    params: dict[str, Any] = {
        "subscription": subscription,
        "created": {"gte": since // SECOND},
        "limit": LIST_PAGE,
        "expand": ["data.payments"],
    }
    return params if after is None else {**params, "starting_after": after}


def of_payment(payment_intent: str) -> dict[str, Any]:
    """The invoice that a payment paid."""
    return {"payment": {"type": "payment_intent", "payment_intent": payment_intent}, "limit": 1}
