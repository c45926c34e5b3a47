"""Announce what the table says happened: at least once each, under ids that a repetition repeats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lotbook.domain.news import announcements, auto_news, pause_news, plan_news
from lotbook.domain.news.together import EACH, BurnEvents
from lotbook.usecases.in_batches import cut, in_batches
from lotbook.usecases.news.known import Known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.lots import LotKind
    from lotbook.domain.news.announcements import Announcement
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.automatic import AutoQueue
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import EventBus, LatchStore, LotPlace, ManyAccounts, NoticeStore, Owner
    from lotbook.ports.shop import AccountStore, Clock, PolicyStore
    from lotbook.usecases.news.known import KnownAccount

EVENTS_A_CALL = 10  # as many as one PutEvents takes
WORKERS = 4  # calls side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """The ports of announcing."""

    bus: EventBus
    latches: LatchStore
    notices: NoticeStore
    accounts: AccountStore
    policies: PolicyStore
    books: BookStore
    many: ManyAccounts
    clock: Clock
    queue: AutoQueue
    burn_events: BurnEvents = EACH
    kinds: Known[LotPlace, LotKind] = field(default_factory=Known)  # what a process learns of lots
    known: Known[str, KnownAccount] = field(default_factory=Known)  # and of accounts


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


def publish_all(told: Mapping[Owner, Sequence[Announcement]], *, outlets: Outlets) -> Mapping[Owner, Exception]:
    """Publish what there is to tell of many accounts, ten a call. Answers whose was not all taken, each with why."""

    def publish(batch: Sequence[tuple[Owner, Announcement]]) -> Mapping[Owner, bool]:
        left = {each.announcement_id for each in outlets.bus.offer([each for _, each in batch])}
        missed = {owner for owner, each in batch if each.announcement_id in left}
        return {owner: True for owner, _ in batch if owner not in missed}

    parts = [(owner, each) for owner, many in told.items() for each in many]
    return in_batches(cut(parts, EVENTS_A_CALL), publish, WORKERS).failed


def _publish(told: Sequence[Announcement], outlets: Outlets) -> None:
    if told:
        outlets.bus.publish(told)
