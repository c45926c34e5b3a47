"""What the billing page needs from outside: a store of links and sessions by the digests of their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.portal.sessions import Kind, Pass


class PassStore(Protocol):
    """Links and sessions. Every method raises Unavailable when the table does not answer."""

    def put(self, kind: Kind, digest: str, made: Pass) -> None: ...

    def find(self, kind: Kind, account_id: str, digest: str) -> tuple[Pass | None, int]:
        """The pass and the account's present round, of one moment; None and the round when there is no such pass."""
        ...

    def use_up(self, kind: Kind, account_id: str, digest: str, at: int) -> bool:
        """From now on it opens nothing. False when somebody was faster: of all who try, one hears True."""
        ...

    def round_of(self, account_id: str) -> int:
        """The account's present round."""
        ...

    def begin_round(self, account_id: str) -> None:
        """End every link and session of the account, those included that are being opened at this very moment."""
        ...
