"""Announce new ledger entries of many accounts: each by itself, their burns as totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.news import announcements, drawn, notices, together
from lotbook.usecases.in_batches import cut, in_batches
from lotbook.usecases.news.announce import WORKERS, publish_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import LotKind
    from lotbook.domain.news.announcements import Announcement
    from lotbook.ports.news import LotPlace, NotePlace, Owner
    from lotbook.usecases.news.announce import Outlets

    Entries = Mapping[Owner, Sequence[Entry]]

READS_A_CALL = 100  # as many as one BatchGetItem takes


def announce_entries(entries: Entries, *, outlets: Outlets) -> dict[Owner, Exception]:
    """Answers whose entries were not all announced, each with why."""
    failed: dict[Owner, Exception] = {}
    for step in (_note_lots, _announce_each, _announce_burns):
        failed |= step({owner: each for owner, each in entries.items() if owner not in failed}, outlets)
    return failed


def _note_lots(entries: Entries, outlets: Outlets) -> Mapping[Owner, Exception]:
    """Lots of which is to be said, one day, that they expire soon."""

    def note(batch: Sequence[tuple[Owner, tuple[str, int]]]) -> Mapping[Owner, bool]:
        for (account_id, unit), (lot_id, at) in batch:
            outlets.notices.note(account_id, unit, lot_id, at)
        return {owner: True for owner, _ in batch}

    lots = [(owner, entry.lot) for owner, each in entries.items() for entry in each if entry.lot is not None]
    noted = [(owner, (lot.lot_id, at)) for owner, lot in lots if (at := notices.notice_at(lot)) is not None]
    return in_batches(cut(noted, 1), note, WORKERS).failed


def _announce_each(entries: Entries, outlets: Outlets) -> dict[Owner, Exception]:
    def tell(batch: Sequence[tuple[Owner, Sequence[Entry]]]) -> Mapping[Owner, list[Announcement]]:
        return {
            owner: [told for entry in each for told in announcements.of_entry(owner[0], entry)] for owner, each in batch
        }

    told = in_batches([list(entries.items())], tell)
    return {**told.failed, **publish_all(told.answers, outlets=outlets)}


def _announce_burns(entries: Entries, outlets: Outlets) -> dict[Owner, Exception]:
    """With what callers said and the lots that they drew from. What that reads, it reads once a lot, not a burn."""
    if outlets.burn_events == together.NONE:
        return {}
    burns = {owner: found for owner, each in entries.items() if (found := announcements.burns_of(each))}
    outlets.kinds.learn(_kinds_of_new_lots(entries))
    read = _Read(burns, outlets)

    def tell(batch: Sequence[tuple[Owner, Sequence[Entry]]]) -> Mapping[Owner, Announcement]:
        return {owner: read.total(owner, each) for owner, each in batch}

    told = in_batches([[(owner, each) for owner, each in burns.items() if owner not in read.failed]], tell)
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


def _kinds_of_new_lots(entries: Entries) -> dict[LotPlace, LotKind]:
    """What the stream brings need not be read."""
    lots = ((owner, entry.lot) for owner, each in entries.items() for entry in each if entry.kind == "granted")
    return {(*owner, lot.lot_id): lot.kind for owner, lot in lots if lot is not None}


class _Read:
    """What a total tells beside its burns: kinds of lots, and metadata. `failed`: those of whom it could not be read."""

    def __init__(self, burns: Entries, outlets: Outlets) -> None:
        self._outlets = outlets
        lots = [(owner, (*owner, lot_id)) for owner, each in burns.items() for lot_id in sorted(drawn.drawn(each))]
        self._kinds = outlets.kinds.of(lot for _, lot in lots)
        new = [(owner, lot) for owner, lot in lots if lot not in self._kinds]
        noted = [
            (owner, (owner[0], entry.name, entry.digest))
            for owner, each in burns.items()
            for entry in each
            if entry.is_noted
        ]
        self._notes: dict[NotePlace, Mapping[str, str]] = {}
        self.failed = {
            **in_batches(cut(new, READS_A_CALL), self._read_lots, WORKERS).failed,
            **in_batches(cut(noted, READS_A_CALL), self._read_notes, WORKERS).failed,
        }

    def total(self, owner: Owner, burns: Sequence[Entry]) -> Announcement:
        account_id, unit = owner
        kinds = {lot_id: kind for lot_id in drawn.drawn(burns) if (kind := self._kinds.get((*owner, lot_id)))}
        places = {entry.name: (account_id, entry.name, entry.digest) for entry in burns}
        notes = {name: self._notes[place] for name, place in places.items() if place in self._notes}
        (total,) = announcements.of_burns(account_id, unit, burns, notes, kinds=kinds)
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
