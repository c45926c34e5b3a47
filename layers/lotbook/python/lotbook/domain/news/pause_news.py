"""What a write to an account says of its pauses: another reason has come, or the last one has gone (X-32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import reasons_of
from lotbook.domain.news.announcements import Announcement, make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.domain.accounts.account import Account


def of_pauses(before: Account, after: Account, now: int) -> Iterator[Announcement]:
    """Each reason once; `now` dates it, for a pause keeps no instant of its own. The ids follow from the write."""
    had, has = reasons_of(before), reasons_of(after)
    for reason in has:
        if reason not in had:
            detail = {"reason": reason, "reasons": list(has)}
            yield make("account.paused", now, after.account_id, detail, reason, after.version)
    if had and not has and after.state == "active":
        yield make("account.resumed", now, after.account_id, {}, after.version)
