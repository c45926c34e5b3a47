"""What auditing needs from outside. Accounts that are due for it are found through `DueIndex`, kind `audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry


class AuditStore(Protocol):
    """Reads beside the burn path, marks of how far the audit came, and when an account is looked at next. Raises Unavailable."""

    def lot_events(self, account_id: str, unit: str) -> list[Entry]:
        """Everything that was journaled about any lot of the account's unit, strongly consistent."""
        ...

    def postpone(self, account_id: str, until: int) -> None:
        """The account is due for its next audit at `until`."""
        ...

    def mark(self, account_id: str, name: str) -> bytes | None:
        """What was kept under the name, strongly consistent; None where nothing was. Raises Damaged where it is not whole."""
        ...

    def keep(self, account_id: str, name: str, content: bytes, at: int) -> None:
        """Write it over what was kept under the name, at the instant `at`."""
        ...
