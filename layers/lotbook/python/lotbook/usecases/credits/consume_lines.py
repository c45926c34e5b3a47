"""Consume the lines of a batch under one key: one burn, all or nothing. Two writes, as for any burn; a third where the lines are long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import batches, ledger
from lotbook.domain.credits.batches import BurnedLines, lines_of
from lotbook.domain.credits.requests import Burned
from lotbook.domain.values.errors import AccountClosed, AccountNotFound, IdempotencyKeyReused
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.credits.batch_lines import with_lines
from lotbook.usecases.credits.burn import Burn

if TYPE_CHECKING:
    from lotbook.domain.credits.batches import LinesRequest
    from lotbook.usecases.credits.desk import CreditDesk


def consume_lines(account_id: str, key: str, asked: LinesRequest, *, desk: CreditDesk) -> BurnedLines:
    """Burn the lines together in burn order; a replay answers what the first call answered.

    Raises as `consume`: InsufficientCredits is about the sum. Lines that are too long for the book are written before the burn, under
    a name that follows from what they say, so a crash in between leaves a note that no entry names.
    """
    name, kept = ledger.burn_name(key), asked.kept
    is_noted = kept != asked.text
    if is_noted:
        desk.books.note_metadata(account_id, name, kept, {batches.NOTE: asked.text})
    try:
        entry, replayed = Burn(account_id, key, asked, desk).run()
    except (AccountClosed, AccountNotFound, IdempotencyKeyReused):  # as of a single burn's metadata
        if is_noted:
            desk.books.forget_note(account_id, name, kept)
        raise
    if entry.lines == kept:
        entry = replace(entry, lines=asked.text)
    else:
        if is_noted:  # the key's burn was rated under another policy: no entry ever names these
            desk.books.forget_note(account_id, name, kept)
        (entry,) = with_lines(account_id, [entry], books=desk.books)
    burned = Burned(entry.id_in(account_id), entry.requested, entry.draws, entry.available_after, entry.at, replayed)
    return BurnedLines(burned, lines_of(entry))
