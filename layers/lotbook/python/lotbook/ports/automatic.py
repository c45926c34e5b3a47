"""What automatic purchase needs: of the payment gateway (`ports.Gateway` is that, too), and a queue for its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.purchase import Purchase


class AutoGateway(Protocol):
    """Charges without the buyer. All raise Unavailable while the gateway does not answer, and then it may have happened."""

    def charge(self, order: Purchase, card: str, *, may_replay: bool) -> AutoCharge:
        """Charge the order's lines to the card of its customer: one invoice an order, however often it is called.

        Called again it goes on where it stood. A card that refuses is asked once, and the invoice is void then. `may_replay`:
        False once the first try is a day old: the gateway has forgotten its keys, so nothing is made or tried any more. What is
        there is looked up, and void unless it is paid, in review, or waits for the buyer; without an invoice the answer is `void`
        with an empty name. Raises CardGone and CustomerGone: no money moved, and nothing is left that could be paid.
        """
        ...

    def found(self, order: Purchase) -> AutoCharge | None:
        """The order's invoice as it is now, by its name or else by its tag among its customer's; nothing is changed."""
        ...

    def void(self, invoice: str) -> AutoCharge:
        """Make it void for good, a draft too. The facts afterwards: it may have been paid meanwhile."""
        ...


class AutoQueue(Protocol):
    """Where work for automatic purchase is asked for."""

    def ask(self, account_id: str, purchase_id: str | None) -> None:
        """Look at the purchase, or, without one, at what the account is due for. It may come twice, late, or not at all.

        Raises Unavailable.
        """
        ...
