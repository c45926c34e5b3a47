"""What a write to an account says of its plan: changed, renewed, not paid, cancelled, gone on with, over.

What the clock alone decides is said when it is written down, dated with the instant at which it happened. The ids follow from what
happened, so whoever writes it, and however often the stream brings it, says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.news.announcements import Announcement, make
from lotbook.domain.values import instants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.plan_ends import PlanEnd
    from lotbook.domain.accounts.subscriptions import Subscription
    from lotbook.domain.accounts.terms import Move


def of_account(before: Account, after: Account, now: int) -> tuple[Announcement, ...]:
    """All of it, in the order in which it happened. A term that ends by the clock writes nothing, and says nothing.

    `now` dates what keeps no instant of its own: a payment that was heard of, a wish.
    """
    moves = (_moved(after.account_id, move) for move in after.moves if move.number > before.moves_made)
    sub, was = after.subscription, before.subscription
    if sub is None:
        return tuple(moves)
    if was is not None and was.subscription != sub.subscription:
        was = None
    return (*moves, *_scheduled(before, after, sub), *_payments(after, sub, was, now), *_wishes(before, after, now))


def plan_ending(account_id: str, end: PlanEnd, at: int) -> Announcement:
    """The account's plan is over soon, unless something is done about it (NP-53). Once a plan and end."""
    detail = {"plan_id": end.plan_id, "plan_ends_at": instants.to_text(end.ends_at)}
    return make("plan.ending", at, account_id, detail, end.plan_id, end.ends_at)


def _moved(account_id: str, move: Move) -> Announcement:
    detail = {
        "plan_id": move.became.plan_id,
        "previous_plan_id": move.was.plan_id,
        "purchase_id": move.became.purchase_id,
        "plan_ends_at": instants.to_optional_text(move.became.ends_at),
    }
    return make("plan.changed", move.at, account_id, detail, move.number)


def _scheduled(before: Account, after: Account, sub: Subscription) -> Iterator[Announcement]:
    """The plan that was to follow has begun: the record is its own now, whatever has come since."""
    wanted = before.subscription.next_plan if before.subscription else None
    if wanted is None or sub.purchase_id != wanted.change:
        return
    detail = {
        "plan_id": wanted.plan_id,
        "previous_plan_id": before.plan_id,
        "purchase_id": renewal_row_id(after.account_id, sub.subscription, wanted.at),
        "plan_ends_at": None,
    }
    yield make("plan.changed", wanted.at, after.account_id, detail, sub.subscription, wanted.at, wanted.plan_id)


def _payments(after: Account, sub: Subscription, was: Subscription | None, now: int) -> Iterator[Announcement]:
    known = {(each.start, each.plan_id) for each in (was.periods if was else ()) if each.state == "paid"}
    for each in sub.periods:
        row = renewal_row_id(after.account_id, sub.subscription, each.start)
        if each.state == "paid" and each.purchase_id == row and (each.start, each.plan_id) not in known:
            period = {"start": instants.to_text(each.start), "end": instants.to_text(each.end)}
            detail = {"plan_id": each.plan_id, "purchase_id": row, "period": period}
            yield make("plan.renewed", now, after.account_id, detail, sub.subscription, each.start, each.plan_id)
    failed = sub.failed_start
    if failed is not None and failed != (was.failed_start if was else None):
        row = renewal_row_id(after.account_id, sub.subscription, failed)
        detail = {"plan_id": sub.plan_id, "purchase_id": row, "period_start": instants.to_text(failed)}
        yield make("plan.renewal_failed", sub.failed_at or now, after.account_id, detail, sub.subscription, failed)


def _wishes(before: Account, after: Account, now: int) -> Iterator[Announcement]:
    """What buyers want of the plan that the account stays on; and its end, by whatever way it came."""
    sub, was = after.subscription, before.subscription
    if sub is None or was is None or was.subscription != sub.subscription:
        return
    if was.cancel_at != sub.cancel_at and (sub.cancel_at is not None or after.plan_renews):
        ends = instants.to_optional_text(sub.cancel_at)
        if sub.cancel_at is not None:
            detail = {"plan_id": sub.plan_id, "cancel_at": ends}
            yield make("plan.canceled", now, after.account_id, detail, sub.subscription, after.version)
        elif before.plan_purchase_id == after.plan_purchase_id:
            yield make("plan.resumed", now, after.account_id, {"plan_id": sub.plan_id}, sub.subscription, after.version)
    if sub.ended_at is not None and was.ended_at is None:
        detail = {"plan_id": sub.plan_id, "reason": _why(sub), "current_plan_id": after.plan_id}
        yield make("plan.ended", sub.ended_at, after.account_id, detail, sub.subscription)


def _why(sub: Subscription) -> str | None:
    """Why it is over; None where it was ended at once: cancelled without a rest, or its money went back."""
    if sub.failed_start is not None:
        return "unpaid"
    return "canceled" if sub.cancel_at is not None and sub.cancel_at == sub.ended_at else None
