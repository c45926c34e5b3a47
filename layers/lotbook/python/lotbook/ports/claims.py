"""What automatic purchase keeps: claims, written together with their rows, and the history of what was bought and what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.purchase import Purchase


class ClaimStore(Protocol):
    """Writes of claims. Raises Unavailable when the store does not answer; the claim may then have been written or not."""

    def look(self, account_id: str, policy_id: str) -> tuple[Account | None, int]:
        """The account and the number of the policy's newest version (0: none), in one strongly consistent read."""
        ...

    def claim(self, account: Account, row: Purchase, burn: tuple[str, str] | None = None) -> Account | None:
        """Write the account over the version that it was read at, and the new row, both or neither; the account afterwards.

        `burn`: unit and ledger name of the burn that the credits are for. None, and nothing is written: it has its entry, so it
        was made before and needs no credits. Raises Conflict when somebody wrote the account meanwhile, or there is such a row.
        """
        ...


class AutoHistory(Protocol):
    """Events of automatic purchase, each written once for its cause."""

    def note(self, event: AutoEvent) -> bool:
        """Keep the event unless one of its cause is there; whether it was kept now. A process asks once for each cause."""
        ...

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[AutoEvent], str | None]:
        """Newest first, from below the event id `after`; the second is the id to go on after, None at the end."""
        ...
