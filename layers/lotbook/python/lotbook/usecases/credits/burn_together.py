"""Many burns of one unit in one write: exactly what single burns one right after the other would leave, or nothing.

So every interleaving of it is one of single burns, and nothing else of the protocol knows about it. Each burn has its own
receipt and its own entry, and each entry's put decides for its own key (decisions/0021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import burn_entry
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.ports.books import Prune
from lotbook.usecases.credits.stale_receipts import clear_stale
from lotbook.usecases.credits.turn import is_of, turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.requests import BatchItem
    from lotbook.usecases.credits.desk import CreditDesk

Answers = list[tuple["Entry", bool]]


def burn_together(account_id: str, unit: str, items: Sequence[BatchItem], *, desk: CreditDesk) -> Answers | None:
    """For each item the entry that its key stands for, and whether that is an earlier burn's; None: nothing was burned.

    The items have different keys and the unit. None may have any reason: too few credits for all of them, a key that is
    in the book already, a paused account, a turn that is due. Burning one by one finds out. Raises Unavailable.
    """
    now = desk.clock.now()
    burns = [(ledger.burn_name(item.key), item.request.memo(now)) for item in items]
    attempt = desk.books.burn_many(account_id, unit, burns)
    if not attempt.done:
        return None
    if attempt.book is None:
        raise BrokenInvariant("a write that took effect answers the book")
    book, answers, journaled = attempt.book, Answers(), list[Prune]()
    for name, _ in burns:
        entry, receipt = burn_entry(unit, book, name), book.receipts[name]
        older = desk.books.put_entry(account_id, entry)
        if older is not None and not is_of(older, unit, receipt):
            answers.append((older, True))
        else:
            journaled.append(Prune(name, receipt))
            answers.append((entry, False))
    if len(journaled) < len(
        burns
    ):  # one try: what the keys had burned before goes back here, or in anybody's next turn
        turn(account_id, unit, book, desk=desk)
    else:  # a book full of receipts would be paid for by everybody's burns; if it fails, a turn does it some day
        left = desk.books.prune(account_id, unit, journaled).book or book
        clear_stale(account_id, unit, left, {name for name, _ in burns}, desk=desk)
    return answers
