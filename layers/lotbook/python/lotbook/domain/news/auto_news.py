"""What is told of automatic purchase: each event of its history, and what a write to an account says of its switch.

The ids follow from what happened, so whoever writes it, and however often the stream brings it, says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.news.announcements import Announcement, AnnouncementKind, make
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.automatic import AutoRecord, Suspension
    from lotbook.domain.sales.auto_history import AutoEvent


def of_event(event: AutoEvent) -> Announcement:
    """What was bought, or was not and why: once a cause."""
    detail = {
        "reason": event.reason,
        "purchase_id": event.purchase_id,
        "credits": event.credits,
        "amount_minor": event.amount_minor,
        "currency": event.currency or None,
    }
    kind: AnnouncementKind = "auto_top_up.bought" if event.outcome == "bought" else "auto_top_up.not_bought"
    return make(kind, event.at, event.account_id, detail, event.cause)


def of_account(before: Account, after: Account, now: int) -> tuple[Announcement, ...]:
    """The switch, and whether a failed card holds it up. No card and no page is named: both are read where they are shown."""
    auto = after.auto
    return () if auto is None else tuple(_told(before.auto, auto, after, now))


def _told(was: AutoRecord | None, auto: AutoRecord, after: Account, now: int) -> Iterator[Announcement]:
    if auto.switches != (was.switches if was else 0):
        switched = {"enabled": auto.enabled, "reason": "by_hand" if auto.enabled else auto.off_reason}
        yield make("auto_top_up.switched", now, after.account_id, switched, auto.switches)
    failed, had = auto.suspended, was.suspended if was else None
    if failed is not None and (had is None or replace(failed, page_url=had.page_url) != had):
        yield _suspended(failed, after.account_id)
    if failed is None and had is not None:
        yield make(
            "auto_top_up.resumed", now, after.account_id, {"purchase_id": had.purchase_id}, had.purchase_id, had.at
        )


def _suspended(failed: Suspension, account_id: str) -> Announcement:
    detail = {"purchase_id": failed.purchase_id, "code": failed.code, "decline_code": failed.decline_code}
    return make("auto_top_up.suspended", failed.at, account_id, detail, failed.purchase_id, failed.at)
