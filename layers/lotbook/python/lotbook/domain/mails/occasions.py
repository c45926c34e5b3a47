"""Which mail an event of the bus gives occasion to, and what the mail's cause is: one mail a cause (D34).

An event that comes again, and two events about the same thing, have the same cause. Whether the mail is sent all the same is
decided when it is written, by the account as it is then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lotbook.domain.accounts.notifications import MailKind
from lotbook.domain.values.light_dataclasses import dataclass

# Credits that nobody brings back by themselves; a plan's own come anew with every period.
LOST_FOR_GOOD = frozenset({"purchased", "promotional"})
# A pause that a mail of its own has announced already, with the way to mend it (MK-27: one mail a failed payment).
TOLD_BEFORE = frozenset({"payment_failed"})
NEEDS_THE_BUYER = "authentication_required"


@dataclass(frozen=True, slots=True)
class News:
    """An event as the bus brings it (`EVENTS.md`). `account_id` is empty where it is about no account."""

    type: str
    event_id: str
    at: int
    account_id: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Occasion:
    """A mail to be written. `purchase_id`: the purchase that it shows, if it shows one."""

    kind: MailKind
    cause: str
    purchase_id: str | None = None


def occasion_of(news: News) -> Occasion | None:
    """The mail of an event; None for the many that nobody is mailed about."""
    teller = _TELLERS.get(news.type)
    return None if teller is None else teller(news)


def _completed(news: News) -> Occasion | None:
    """Not when a dispute was won: the purchase is completed again, and its receipt was sent."""
    if news.detail.get("dispute_state") is not None:
        return None
    return _of_purchase("purchase_completed", news)


def _failed(news: News) -> Occasion | None:
    """A slow payment that failed after the buyer had gone. Whoever is told at once on a page or by the API needs no mail."""
    return _of_purchase("payment_failed", news) if news.detail.get("failure_code") == "payment_failed" else None


def _refunded(news: News) -> Occasion:
    """Once for each amount that has gone back so far."""
    purchase_id = str(news.detail["purchase_id"])
    if news.detail.get("failure_code") == "paid_twice":
        return Occasion("paid_twice", purchase_id, purchase_id)
    return Occasion("refunded", f"{purchase_id}#{news.detail['refunded_minor']}", purchase_id)


def _expiring(news: News) -> Occasion | None:
    """Not of credits that come anew by themselves: they would be announced every month, to everybody."""
    if news.detail.get("lot_kind") not in LOST_FOR_GOOD:
        return None
    return Occasion("credits_expiring", news.event_id)


def _suspended(news: News) -> Occasion:
    kind: MailKind = "card_action_required" if news.detail.get("code") == NEEDS_THE_BUYER else "auto_top_up_suspended"
    return _of_purchase(kind, news)


def _switched(news: News) -> Occasion | None:
    """Only what nobody asked for: there is no card to buy with any more."""
    is_news = news.detail.get("enabled") is False and news.detail.get("reason") == "no_card"
    return Occasion("auto_top_up_suspended", news.event_id) if is_news else None


def _paused(news: News) -> Occasion | None:
    return None if news.detail.get("reason") in TOLD_BEFORE else Occasion("account_paused", news.event_id)


def _of_purchase(kind: MailKind, news: News) -> Occasion:
    purchase_id = str(news.detail["purchase_id"])
    return Occasion(kind, purchase_id, purchase_id)


def _itself(kind: MailKind) -> Callable[[News], Occasion]:
    return lambda news: Occasion(kind, news.event_id)


_TELLERS: Mapping[str, Callable[[News], Occasion | None]] = {
    "purchase.completed": _completed,
    "purchase.failed": _failed,
    "purchase.refunded": _refunded,
    "purchase.partially_refunded": _refunded,
    "plan.renewal_failed": lambda news: _of_purchase("payment_failed", news),
    "plan.renewed": lambda news: _of_purchase("plan_renewed", news),
    "plan.changed": _itself("plan_changed"),
    "plan.ending": _itself("plan_ending"),
    "plan.ended": _itself("plan_ended"),
    "credits.low": _itself("credits_low"),
    "credits.exhausted": _itself("credits_exhausted"),
    "credits.expiring_soon": _expiring,
    "account.paused": _paused,
    "auto_top_up.suspended": _suspended,
    "auto_top_up.switched": _switched,
    "endpoint.disabled": _itself("endpoint_disabled"),
}
EVENT_TYPES = tuple(_TELLERS)  # what the bus's rule hands on; all others never reach the function
