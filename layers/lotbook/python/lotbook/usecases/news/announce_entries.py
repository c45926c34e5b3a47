"""Announce new ledger entries of many accounts: each by itself, their burns as totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.batches import is_beside
from lotbook.domain.news import announcements, drawn, notices, together
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.in_batches import cut, in_batches
from lotbook.usecases.news.announce import WORKERS, publish_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import LotKind
    from lotbook.domain.news.announcements import Announcement
    from lotbook.domain.news.together import BurnEvents
    from lotbook.ports.news import LotPlace, NotePlace, Owner
    from lotbook.usecases.news.announce import Outlets

READS_A_CALL = 100  # as many as one BatchGetItem takes


@dataclass(frozen=True, slots=True)
class _News:
    """What an account's entries lead to. `notices`: lots and when they are to be looked at; `burns` are those that are told."""

    notices: Sequence[tuple[str, int]]
    told: Sequence[Announcement]
    kinds: Mapping[LotPlace, LotKind]  # of the lots that came with the entries: they need not be read
    burns: Sequence[Entry]
    lots: Sequence[LotPlace]
    notes: Mapping[str, NotePlace]  # by the burns' names
    grants: Mapping[NotePlace, Entry]  # those about which something was said: told once that is read

    @staticmethod
    def of(owner: Owner, entries: Sequence[Entry], way: BurnEvents) -> _News:
        """Pure."""
        lots = [entry.lot for entry in entries if entry.lot is not None]
        burns = [] if way == together.NONE else announcements.burns_of(entries)
        return _News(
            [(lot.lot_id, at) for lot in lots if (at := notices.notice_at(lot)) is not None],
            [
                told
                for entry in entries
                if entry.note is None or entry.lot is None
                for told in announcements.of_entry(owner[0], entry)
            ],
            {(*owner, entry.lot.lot_id): entry.lot.kind for entry in entries if entry.kind == "granted" and entry.lot},
            burns,
            [(*owner, lot_id) for lot_id in sorted(drawn.drawn(burns))],
            {entry.name: place for entry in burns if (place := _note_of(owner[0], entry)) is not None},
            {(owner[0], entry.name, entry.note): entry for entry in entries if entry.note and entry.lot},
        )


def _note_of(account_id: str, entry: Entry) -> NotePlace | None:
    """Where what was said of the burn stands beside it: its metadata, or the lines of a batch."""
    if entry.note is not None:
        return account_id, entry.name, entry.note
    return (account_id, entry.name, entry.lines) if entry.lines is not None and is_beside(entry.lines) else None


def announce_entries(entries: Mapping[Owner, Sequence[Entry]], *, outlets: Outlets) -> dict[Owner, Exception]:
    """Answers whose entries were not all announced, each with why."""

    def work_out(batch: Sequence[tuple[Owner, Sequence[Entry]]]) -> Mapping[Owner, _News]:
        return {owner: _News.of(owner, each, outlets.burn_events) for owner, each in batch}

    news = in_batches([list(entries.items())], work_out)
    failed = dict(news.failed)
    for step in (_note_lots, _announce_each, _announce_burns):
        failed |= step({owner: each for owner, each in news.answers.items() if owner not in failed}, outlets)
    return failed


def _note_lots(news: Mapping[Owner, _News], outlets: Outlets) -> Mapping[Owner, Exception]:
    """Lots of which is to be said, one day, that they expire soon."""

    def note(batch: Sequence[tuple[Owner, tuple[str, int]]]) -> Mapping[Owner, bool]:
        for (account_id, unit), (lot_id, at) in batch:
            outlets.notices.note(account_id, unit, lot_id, at)
        return {owner: True for owner, _ in batch}

    noted = [(owner, lot) for owner, each in news.items() for lot in each.notices]
    return in_batches(cut(noted, 1), note, WORKERS).failed


def _announce_each(news: Mapping[Owner, _News], outlets: Outlets) -> Mapping[Owner, Exception]:
    """With what was said about grants, which most do not come with: then nothing is read."""
    notes: dict[NotePlace, Mapping[str, str]] = {}

    def read(batch: Sequence[tuple[Owner, NotePlace]]) -> Mapping[Owner, bool]:
        notes.update(outlets.many.notes([place for _, place in batch]))
        return {owner: True for owner, _ in batch}

    noted = [(owner, place) for owner, each in news.items() for place in each.grants]
    failed = in_batches(cut(noted, READS_A_CALL), read, WORKERS).failed
    told = {
        owner: [*_grants_told(owner, each.grants, notes), *each.told]
        for owner, each in news.items()
        if owner not in failed
    }
    return {**failed, **publish_all(told, outlets=outlets)}


def _grants_told(
    owner: Owner, grants: Mapping[NotePlace, Entry], notes: Mapping[NotePlace, Mapping[str, str]]
) -> Iterator[Announcement]:
    for place, entry in grants.items():
        yield from announcements.of_entry(owner[0], entry, notes.get(place))


def _announce_burns(news: Mapping[Owner, _News], outlets: Outlets) -> dict[Owner, Exception]:
    """With what callers said and the lots that they drew from. What that reads, it reads once a lot, not a burn."""
    for each in news.values():
        outlets.kinds.learn(each.kinds)
    burned = {owner: each for owner, each in news.items() if each.burns}
    read = _Read(burned, outlets)

    def tell(batch: Sequence[tuple[Owner, _News]]) -> Mapping[Owner, Announcement]:
        return {owner: read.total(owner, each) for owner, each in batch}

    told = in_batches([[(owner, each) for owner, each in burned.items() if owner not in read.failed]], tell)
    if outlets.burn_events == together.TOGETHER:
        said = _publish_together(told.answers, outlets)
    else:
        said = publish_all({owner: [total] for owner, total in told.answers.items()}, outlets=outlets)
    return {**read.failed, **told.failed, **said}


def _publish_together(totals: Mapping[Owner, Announcement], outlets: Outlets) -> Mapping[Owner, Exception]:
    def publish(batch: Sequence[tuple[Owner, Announcement]]) -> Mapping[Owner, bool]:
        left = outlets.bus.offer([together.in_one([total for _, total in batch])])
        return {} if left else {owner: True for owner, _ in batch}

    return in_batches(together.parcels(totals.items()), publish, WORKERS).failed


class _Read:
    """What a total tells beside its burns: kinds of lots, and metadata. `failed`: those of whom it could not be read."""

    def __init__(self, news: Mapping[Owner, _News], outlets: Outlets) -> None:
        self._outlets = outlets
        self._kinds = outlets.kinds.of(lot for each in news.values() for lot in each.lots)
        self._notes: dict[NotePlace, Mapping[str, str]] = {}
        new = [(owner, lot) for owner, each in news.items() for lot in each.lots if lot not in self._kinds]
        noted = [(owner, place) for owner, each in news.items() for place in each.notes.values()]
        self.failed = {
            **in_batches(cut(new, READS_A_CALL), self._read_lots, WORKERS).failed,
            **in_batches(cut(noted, READS_A_CALL), self._read_notes, WORKERS).failed,
        }

    def total(self, owner: Owner, news: _News) -> Announcement:
        kinds = {lot[2]: self._kinds[lot] for lot in news.lots if lot in self._kinds}
        notes = {name: self._notes[place] for name, place in news.notes.items() if place in self._notes}
        (total,) = announcements.of_burns(*owner, news.burns, notes, kinds=kinds)
        return total

    def _read_lots(self, batch: Sequence[tuple[Owner, LotPlace]]) -> Mapping[Owner, bool]:
        found = self._outlets.many.lots([lot for _, lot in batch])
        kinds = {place: lot.kind for place, lot in found.items()}
        self._outlets.kinds.learn(kinds)
        self._kinds |= kinds
        return {owner: True for owner, _ in batch}

    def _read_notes(self, batch: Sequence[tuple[Owner, NotePlace]]) -> Mapping[Owner, bool]:
        self._notes |= self._outlets.many.notes([place for _, place in batch])
        return {owner: True for owner, _ in batch}
