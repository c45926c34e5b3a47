"""What a change of plan answers: made of its row, or kept as text where no money was taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from lotbook.domain.sales.purchase import SETTLED, WAITING
from lotbook.domain.values.errors import CheckoutRequired, PaymentFailed, Unavailable
from lotbook.domain.values.instants import to_text
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of plan came to: money in minor units, before tax in `discount_minor`, with tax in `charge_minor`.

    `credits` are the new plan's own of one credit period; `purchase_id` None where nothing is charged.
    """

    effect: Literal["now", "period_end"]
    effective_at: int
    plan_id: str
    purchase_id: str | None
    charge_minor: int
    discount_minor: int
    currency: str
    credits: int
    replayed: bool = False  # the first answer again


def kept(changed: Changed) -> str:
    """The answer as text, beside the key: what a field that comes later is left out of has its default."""
    return json.dumps(
        {
            "effect": changed.effect,
            "effective_at": changed.effective_at,
            "plan_id": changed.plan_id,
            "purchase_id": changed.purchase_id,
            "charge_minor": changed.charge_minor,
            "discount_minor": changed.discount_minor,
            "currency": changed.currency,
            "credits": changed.credits,
        }
    )


def again(answer: str) -> Changed:
    """The first answer, from what was kept of it."""
    return Changed(**json.loads(answer), replayed=True)


def answer_of(row: Purchase) -> Changed:
    """Raises what the order came to where it did not take effect."""
    if row.state in SETTLED and row.plan is not None and row.period is not None:
        discount = row.move.discount_minor if row.move else 0
        plan, start = row.plan, row.period[0]
        return Changed(
            "now", start, plan.plan_id, row.purchase_id, row.total_minor, discount, row.currency, plan.credits
        )
    if row.state in WAITING and row.checkout_url is not None:
        raise CheckoutRequired(
            purchase_id=row.purchase_id, checkout_url=row.checkout_url, expires_at=to_text(row.checkout_expires_at)
        )
    if row.state in WAITING:
        raise Unavailable("The payment is under way; send the same request again.")
    code = row.failure.code if row.failure else None
    if code == "authentication_required" and row.move is not None and row.move.subscription is None:
        raise CheckoutRequired
    raise PaymentFailed(decline_code=code, purchase_id=row.purchase_id)
