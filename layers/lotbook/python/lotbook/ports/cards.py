"""Cards on file, as the use cases need them of the payment gateway. `ports.Gateway` is this, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.sales.cards import CardFile, CardSetup, Seen


class CardDesk(Protocol):
    """Cards of a customer. Nothing of a card is kept here; all calls raise Unavailable while the gateway does not answer."""

    def open_setup(self, setup: CardSetup, customer: str) -> str:
        """The address of a page on which a card is added. It charges nothing. Raises CustomerGone."""
        ...

    def card_file(self, customer: str) -> CardFile:
        """The customer's cards as of now, at most some hundreds; empty for a customer that was deleted at the gateway."""
        ...

    def set_up(self, customer: str) -> frozenset[str]:
        """The cards that came by a setup page of this deployment, the newest hundred."""
        ...

    def set_default(self, customer: str, payment_method: str, seen: Seen | None) -> bool:
        """Make the card the default and keep what the decision has seen, in one step; False where it is not there any more."""
        ...

    def forget_customer(self, customer: str) -> None:
        """Delete it at the gateway for good, with its address and cards; payments and issued invoices stay there as they were."""
        ...

    def detach(self, payment_method: str) -> bool:
        """Take the card off file for good; False where it is not on file any more."""
        ...
