"""What a burn that cannot be covered goes on with: the lot that an automatic purchase lends while its charge is under way (X-08).

Nothing of this is asked where the burn fits, or where the book does not say that it `tops_up`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import burn_entry
from lotbook.domain.credits.orders import Grant
from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.usecases.credits.desk import Shortage
from lotbook.usecases.credits.turn import Turned, Want, turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.credits.book import Book, Memo
    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.books import Prune
    from lotbook.usecases.credits.desk import CreditDesk


@dataclass(frozen=True, slots=True)
class WantedBurn:
    """The burn: whose, its ledger name, and what it writes about itself."""

    account_id: str
    unit: str
    name: str
    memo: Memo


@dataclass(slots=True)
class BurnAdvance:
    """Of one burn: the lots that it was lent, and whether it has to wait. `journaled`: receipts that this process saw decided."""

    journaled: tuple[Prune, ...] = ()
    lent: set[str] = field(default_factory=set)
    is_pending: bool = False
    retry_after_seconds: int = 0

    def undecided(self, book: Book) -> bool:
        """Whether a receipt may be void, as far as is known without a look, so that its turn could give credits back."""
        return bool(book.receipts) and not (book.tops_up is not None and self._decided(book))

    def advanced(self, wanted: WantedBurn, book: Book, *, desk: CreditDesk) -> Turned | None:
        """One try of a turn with the lot, and the burn behind it where that fits; None where nothing can be lent.

        Nothing is bought: the burn is refused. `is_pending`: what is bought does not cover it, or it waits for the payment.
        """
        if desk.top_up is None or book.tops_up is None:
            return None
        asked = wanted.memo.credits
        short = (asked, book.spendable, book.debt, frozenset(self.lent))
        advance = desk.top_up(Shortage(wanted.account_id, book.tops_up, wanted.unit, wanted.name, *short))
        self.is_pending = False
        if advance is None:
            return None
        lot, self.retry_after_seconds = advance.lot, advance.retry_after_seconds
        if lot is None or lot.lot_id in self.lent:
            self.is_pending = True
            return None
        self.lent.add(lot.lot_id)
        burn = wanted.name, wanted.memo
        known = self._known(wanted.unit, book) if advance.is_new else None
        want = Want(asked, orders=(Grant(lot),), burn=burn, known=known)
        return turn(wanted.account_id, wanted.unit, book, desk=desk, want=want)

    def _decided(self, book: Book) -> bool:
        known = {each.name: each.receipt for each in self.journaled}
        return all(known.get(name) == receipt for name, receipt in book.receipts.items())

    def _known(self, unit: str, book: Book) -> Mapping[str, Entry] | None:
        """What the ledger has of the book, where that needs no look: nothing, or the entry that this process has put itself."""
        if book.outcomes or (book.receipts and not self._decided(book)):
            return None
        return {name: burn_entry(unit, book, name) for name in book.receipts}
