"""What mailing needs from outside: who may send what, and somebody who takes the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.mails.latches import MailLatch
    from lotbook.domain.mails.occasions import Occasion
    from lotbook.domain.mails.posting import Mail


class MailLatchStore(Protocol):
    """The latches of an account's mails. Reads are strongly consistent; every method raises Unavailable."""

    def get(self, account_id: str, occasion: Occasion) -> MailLatch:
        """The latch; a fresh one where nobody took it yet, or where it was too long ago."""
        ...

    def save(self, account_id: str, occasion: Occasion, latch: MailLatch) -> MailLatch:
        """Write it if its `version` is still the stored one; answers it with the next. Raises Conflict when somebody was faster."""
        ...


class Post(Protocol):
    """The mail service."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over. Raises NotTaken when it was certainly not taken, Unavailable when nobody knows."""
        ...
