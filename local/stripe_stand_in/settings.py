"""Settings of the account that Stripe keeps at its dashboard, not in its API: how unpaid invoices go on, what it settles in."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.money import is_known
from local.stripe_stand_in.store import Doc, Store

MAX_RETRIES, MAX_RETRY_DAYS = 8, 60
MAX_DRAFT_MINUTES = 72 * 60
_NAME = "billing"
_RATE = r"[0-9]{1,6}\.?[0-9]{0,12}"
_CHOICES = {
    "after_retries": ("cancel", "unpaid", "past_due"),
    # Whether the payment of a renewal that the bank wants authenticated waits with its card, as the documentation says, or has
    # lost it, as off-session payments were seen to do.
    "renewal_3ds": ("requires_action", "requires_payment_method"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """`retry_days`: days from each failed attempt to the next one. `draft_minutes`: how long a renewal waits as a draft.

    `settles_in`: the currency of the balance, None for each payment's own; `exchange_rate`: of a unit of any other, in decimals.
    """

    retry_days: tuple[int, ...] = (3, 5, 7)
    after_retries: str = "cancel"
    draft_minutes: int = 60
    renewal_3ds: str = "requires_action"
    settles_in: str | None = None
    exchange_rate: str = "1"


def settings(store: Store) -> Settings:
    """What is set. Inside a transaction."""
    kept: Doc = store.setting(_NAME, {})
    return Settings(**{**kept, **({"retry_days": tuple(kept["retry_days"])} if "retry_days" in kept else {})})


def change(store: Store, given: Doc) -> Doc:
    """Set what is given; answers all. Inside a transaction. Raises StripeError for a value that makes no sense."""
    known = [each.name for each in fields(Settings)]
    for name in given:
        if name not in known:
            raise invalid(f"Unknown field: {name[:100]}. Known are: {', '.join(known)}.", param=name, status=422)
    for name, allowed in _CHOICES.items():
        if given.get(name, allowed[0]) not in allowed:
            raise invalid(f"`{name}` is one of {', '.join(allowed)}.", param=name, status=422)
    if "draft_minutes" in given and not _whole(given["draft_minutes"], 0, MAX_DRAFT_MINUTES):
        message = f"`draft_minutes` is a whole number from 0 to {MAX_DRAFT_MINUTES}."
        raise invalid(message, param="draft_minutes", status=422)
    if given.get("settles_in") is not None and not is_known(given["settles_in"]):
        raise invalid("`settles_in` is a currency in lower case.", param="settles_in", status=422)
    if "exchange_rate" in given and not _is_rate(given["exchange_rate"]):
        raise invalid("`exchange_rate` is a text such as 0.92.", param="exchange_rate", status=422)
    days = given.get("retry_days", [])
    if (
        not isinstance(days, list)
        or len(days) > MAX_RETRIES
        or not all(_whole(each, 1, MAX_RETRY_DAYS) for each in days)
    ):
        message = f"`retry_days` is a list of up to {MAX_RETRIES} whole numbers from 1 to {MAX_RETRY_DAYS}."
        raise invalid(message, param="retry_days", status=422)
    store.set_setting(_NAME, {**store.setting(_NAME, {}), **given})
    return asdict(settings(store))


def _is_rate(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(_RATE, value)) and Decimal(value) > 0


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
