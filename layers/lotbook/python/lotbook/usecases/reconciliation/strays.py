"""Money without a known purchase: keep it, find it, and note what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.strays import StrayCase, StrayNote
from lotbook.domain.values.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.domain.reconciliation.differences import Stray
    from lotbook.domain.reconciliation.strays import Remark
    from lotbook.ports.reconciliation import StrayStore
    from lotbook.ports.shop import Clock

PAGE = 25
MAX_PAGES = 400
NOTE_ATTEMPTS = 5  # two notes of one millisecond


def keep_stray(stray: Stray, *, strays: StrayStore) -> bool:
    """Keep the money's trace (D5); False where people have already closed the matter, so that it rings no more."""
    if strays.keep(stray):
        return True
    case = strays.stray(stray.name)
    return case is None or case.is_open


def list_strays(*, strays: StrayStore, also_closed: bool = False) -> Iterator[StrayCase]:
    """All that are open, by name; at most `PAGE * MAX_PAGES` are looked at."""
    after = None
    for _ in range(MAX_PAGES):
        page = strays.strays(PAGE, after)
        yield from (case for case in page if case.is_open or also_closed)
        if len(page) < PAGE:
            return
        after = page[-1].stray.name


def find_stray(reference: str, *, strays: StrayStore) -> StrayCase | None:
    """The case of that name, or the one of that session, payment or event: reports name them by either."""
    named = strays.stray(reference)
    if named is not None:
        return named
    for case in list_strays(strays=strays, also_closed=True):
        if reference in (case.stray.session, case.stray.payment_intent, case.stray.event_id):
            return case
    return None


def note_stray(case: StrayCase, remark: Remark, *, strays: StrayStore, clock: Clock) -> StrayCase:
    """Add a remark as a note; answers the case with it. Notes are never changed: who was wrong adds another. Raises Unavailable."""
    at = clock.now()
    if case.notes:
        at = max(at, case.notes[-1].at + 1)  # in the order in which they were written, whatever the clocks say
    for attempt in range(NOTE_ATTEMPTS):
        note = StrayNote(case.stray.name, at + attempt, remark.actor, remark.text, remark.closes)
        written = strays.note_stray(note)
        known = strays.stray(case.stray.name) or case
        if written or note in known.notes:  # written by a try whose answer was lost
            return known
    raise Unavailable("Others are adding notes to this stray; say it again.")
