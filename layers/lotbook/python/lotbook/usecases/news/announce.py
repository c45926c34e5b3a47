"""Announce what the table says happened: at least once each, under ids that a repetition repeats.

Events are published before the latch is written: a crash in between says the same again under the same id, never nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lotbook.domain.news import alerts, announcements, auto_news, drawn, notices, pause_news, plan_news
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable
from lotbook.usecases.accounts.load_account import LoadedAccount, load_account
from lotbook.usecases.credits.notes import notes_of
from lotbook.usecases.news.ask_automatic import is_low
from lotbook.usecases.news.lot_kinds import LotKinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.news.alerts import Crossing, Latch
    from lotbook.domain.news.announcements import Announcement
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.automatic import AutoQueue
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import EventBus, LatchStore, NoticeStore
    from lotbook.ports.shop import AccountStore, Clock, PolicyStore

LATCH_ATTEMPTS = 4  # lost races: each means that another batch of the same account and unit was followed meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """The ports of announcing."""

    bus: EventBus
    latches: LatchStore
    notices: NoticeStore
    accounts: AccountStore
    policies: PolicyStore
    books: BookStore
    clock: Clock
    queue: AutoQueue
    kinds: LotKinds = field(default_factory=LotKinds)  # what a process learns of lots


def announce_entries(account_id: str, unit: str, entries: Sequence[Entry], *, outlets: Outlets) -> None:
    """Announce new entries of one unit: each by itself, their burns as one total, and the levels that they crossed.

    Raises Unavailable when bus or store does not answer.
    """
    for entry in entries:
        if entry.lot is not None and (at := notices.notice_at(entry.lot)) is not None:
            outlets.notices.note(account_id, unit, entry.lot.lot_id, at)
    told = [announcement for entry in entries for announcement in announcements.of_entry(account_id, entry)]
    told += _burns(account_id, unit, entries, outlets)
    _publish(told, outlets)
    loaded = _loaded(account_id, outlets)
    levels = loaded.published.policy.alerts.purchased_used_percent if loaded else ()  # in per cent used (MK-44)
    _follow(account_id, unit, entries, levels, outlets)
    if loaded is not None and is_low(loaded, unit, entries):
        outlets.queue.ask(account_id, None)


def _burns(account_id: str, unit: str, entries: Sequence[Entry], outlets: Outlets) -> tuple[Announcement, ...]:
    """Their total, with what callers said and the lots that they drew from. What that reads, it reads once a lot, not a burn."""
    lot_ids = drawn.drawn(announcements.burns_of(entries))
    kinds = outlets.kinds.of(account_id, unit, lot_ids, books=outlets.books)
    notes = notes_of(account_id, entries, books=outlets.books)
    return announcements.of_burns(account_id, unit, entries, notes, kinds=kinds)


def announce_purchase(before: Purchase | None, after: Purchase, *, outlets: Outlets) -> None:
    """Announce the state that a purchase has come to. Raises Unavailable."""
    _publish(announcements.of_purchase(before, after, outlets.clock.now()), outlets)


def announce_account(before: Account, after: Account, *, outlets: Outlets) -> None:
    """Announce what an account has come to, of its plan, its automatic purchase and its pauses. Raises Unavailable."""
    now = outlets.clock.now()
    told = [*plan_news.of_account(before, after, now), *auto_news.of_account(before, after, now)]
    _publish([*told, *pause_news.of_pauses(before, after, now)], outlets)


def announce_auto_event(event: AutoEvent, *, outlets: Outlets) -> None:
    """Announce what was bought automatically, or was not and why. Raises Unavailable."""
    _publish([auto_news.of_event(event)], outlets)


def _follow(account_id: str, unit: str, entries: Sequence[Entry], levels: tuple[int, ...], outlets: Outlets) -> None:
    """Say the levels that were crossed, then remember that they were said."""
    for _ in range(LATCH_ATTEMPTS):
        latch = outlets.latches.get(account_id, unit)
        after, crossed = _crossed(account_id, unit, latch, entries, levels, outlets)
        if not alerts.has_news(latch, after):
            return
        _publish([alerts.told(account_id, crossing) for crossing in crossed], outlets)
        try:
            outlets.latches.save(account_id, unit, after)
        except Conflict:
            continue
        return
    raise Unavailable(retry_after_seconds=1)


def _crossed(
    account_id: str, unit: str, latch: Latch, entries: Sequence[Entry], levels: tuple[int, ...], outlets: Outlets
) -> tuple[Latch, tuple[Crossing, ...]]:
    """A period's end takes its credits an instant before the next period brings new ones: that is no alarm."""
    after, crossed = alerts.follow(latch, entries, levels)
    if not any(crossing.by_expiry for crossing in crossed):
        return after, crossed
    book = outlets.books.get(account_id, unit)
    lowest = min(crossing.entry.available_after for crossing in crossed if crossing.by_expiry)
    if book is not None and (book.renews_at <= outlets.clock.now() or book.spendable > lowest):
        return alerts.follow(latch, entries, levels, but_expiries=True)
    return after, crossed


def _loaded(account_id: str, outlets: Outlets) -> LoadedAccount | None:
    """The account; None for a ledger without one: nobody to warn or to buy for, and no reason to hold up the rest."""
    try:
        return load_account(account_id, accounts=outlets.accounts, policies=outlets.policies, clock=outlets.clock)
    except AccountNotFound:
        return None


def _publish(told: Sequence[Announcement], outlets: Outlets) -> None:
    if told:
        outlets.bus.publish(told)
