"""Follow the levels of many accounts: say those that were crossed, then remember that they were said.

Events are published before the latch is written: a crash in between says the same again under the same id, never nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.news import alerts
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.in_batches import cut, in_batches
from lotbook.usecases.news.announce import WORKERS, publish_all
from lotbook.usecases.news.announce_entries import READS_A_CALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.news.alerts import Crossing, Latch
    from lotbook.ports.news import Owner
    from lotbook.usecases.news.announce import Outlets

    Followed = tuple[Latch, tuple[Crossing, ...]]

LATCH_ATTEMPTS = 4  # lost races: each means that another batch of the same account and unit was followed meanwhile


def follow_levels(
    entries: Mapping[Owner, Sequence[Entry]], levels: Mapping[Owner, tuple[int, ...]], *, outlets: Outlets
) -> dict[Owner, Exception]:
    """`levels`: what the account's policy watches, in per cent used (MK-44). Answers who was not followed, each with why."""
    failed: dict[Owner, Exception] = {}
    left = dict(entries)
    for _ in range(LATCH_ATTEMPTS):
        missed = _follow(left, levels, outlets)
        left = {owner: left[owner] for owner, why in missed.items() if isinstance(why, Conflict)}
        failed |= {owner: why for owner, why in missed.items() if owner not in left}
        if not left:
            return failed
    return failed | {owner: Unavailable(retry_after_seconds=1) for owner in left}


def _follow(
    entries: Mapping[Owner, Sequence[Entry]], levels: Mapping[Owner, tuple[int, ...]], outlets: Outlets
) -> dict[Owner, Exception]:
    """Once. A Conflict is a lost race."""

    def read(batch: Sequence[tuple[Owner, Owner]]) -> Mapping[Owner, Latch]:
        return outlets.latches.of([owner for owner, _ in batch])

    def follow(batch: Sequence[tuple[Owner, Latch]]) -> Mapping[Owner, Followed]:
        return {owner: _crossed(owner, latch, entries[owner], levels.get(owner, ()), outlets) for owner, latch in batch}

    latches = in_batches(cut([(owner, owner) for owner in entries], READS_A_CALL), read, WORKERS)
    followed = in_batches([list(latches.answers.items())], follow)
    news = {
        owner: found for owner, found in followed.answers.items() if alerts.has_news(latches.answers[owner], found[0])
    }
    told = publish_all(
        {owner: [alerts.told(owner[0], each) for each in crossed] for owner, (_, crossed) in news.items()},
        outlets=outlets,
    )
    said = {owner: latch for owner, (latch, _) in news.items() if owner not in told}
    return {**latches.failed, **followed.failed, **told, **_remember(said, outlets)}


def _remember(latches: Mapping[Owner, Latch], outlets: Outlets) -> Mapping[Owner, Exception]:
    def save(batch: Sequence[tuple[Owner, Latch]]) -> Mapping[Owner, bool]:
        for (account_id, unit), latch in batch:
            outlets.latches.save(account_id, unit, latch)
        return {owner: True for owner, _ in batch}

    return in_batches(cut(latches.items(), 1), save, WORKERS).failed


def _crossed(
    owner: Owner, latch: Latch, entries: Sequence[Entry], levels: tuple[int, ...], outlets: Outlets
) -> Followed:
    """A period's end takes its credits an instant before the next period brings new ones: that is no alarm."""
    after, crossed = alerts.follow(latch, entries, levels)
    if not any(crossing.by_expiry for crossing in crossed):
        return after, crossed
    book = outlets.books.get(*owner)
    lowest = min(crossing.entry.available_after for crossing in crossed if crossing.by_expiry)
    if book is not None and (book.renews_at <= outlets.clock.now() or book.spendable > lowest):
        return alerts.follow(latch, entries, levels, but_expiries=True)
    return after, crossed
