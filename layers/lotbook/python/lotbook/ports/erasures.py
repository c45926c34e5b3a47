"""Taking what names a person out of stored records, page by page. Every method raises Unavailable when the store does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.credits.ledger import Entry


class ErasureStore(Protocol):
    """Each page answers where the next one begins; None: it was the last. Done again, nothing changes."""

    def passes(self, account_id: str, after: str | None) -> str | None:
        """Links and sessions of the billing page."""
        ...

    def notes(self, account_id: str, after: str | None) -> str | None:
        """Metadata of burns, also of those that were refused."""
        ...

    def keys(self, account_id: str, after: str | None) -> str | None:
        """Idempotency keys in words, as releases until 0.2 kept them beside their fingerprints."""
        ...

    def keys_of_holds(self, account_id: str, after: str | None) -> str | None:
        """The same of the keys that holds were captured and released with."""
        ...

    def lot_entries(self, account_id: str, unit: str, after: str | None) -> str | None:
        """Ledger entries about lots."""
        ...

    def entries(self, account_id: str, entries: Sequence[Entry]) -> None:
        """These ledger entries, as they are to be from now on."""
        ...

    def lines(self, account_id: str, unit: str, after: str | None) -> str | None:
        """Lines of the filed statement, which are copies of entries."""
        ...
