"""Plans that renew, as the use cases need them of the payment gateway. `ports.Gateway` is this, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.sales.items import Tax
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.subscription_facts import PlanCharge, PlanInvoiceFacts, SubscriptionFacts


class PlanGateway(Protocol):
    """Subscriptions of accounts. Every call that makes or changes something is the same call however often it is sent within
    a day; all raise Unavailable while the gateway does not answer, and then it may have happened.
    """

    def plan_price(self, order: Purchase) -> str:
        """The gateway's price of the order's plan part: one for each policy, version, plan and currency, made at first use."""
        ...

    def tax_rate(self, tax: Tax) -> str:
        """The gateway's rate of a tax, exclusive; made at first use."""
        ...

    def subscription(self, subscription: str) -> SubscriptionFacts | None:
        """The subscription as it is now; None where there is none of that id."""
        ...

    def subscriptions(self, customer: str) -> tuple[SubscriptionFacts, ...]:
        """All of the customer's that this deployment made, also those that have ended, newest first."""
        ...

    def plan_invoice(self, invoice: str) -> PlanInvoiceFacts | None:
        """The invoice as it is now, with its payment; None where it is no invoice of a subscription."""
        ...

    def plan_invoices(self, subscription: str, since: int) -> tuple[PlanInvoiceFacts, ...]:
        """All invoices of the subscription that were made since then, newest first; drafts too.

        Of those that are paid or void it does not tell the card, nor why a payment failed before.
        """
        ...

    def invoice_of_payment(self, payment_intent: str) -> PlanInvoiceFacts | None:
        """The subscription's invoice that the payment paid; None where it paid none (trap: such a payment carries no mark)."""
        ...

    def start_plan(self, order: Purchase, customer: str, payment_method: str) -> PlanCharge:
        """Subscribe with a card on file and charge it now: the order's plan, anchored at this instant. Raises CustomerGone.

        Where the bank wants the buyer (`buyer`, without a page) nothing is left at the gateway: a checkout is the way on.
        """
        ...

    def change_plan(self, order: Purchase, payment_method: str, *, may_wait: bool) -> PlanCharge:
        """Put the order's plan and its discount on its subscription now, with a new anchor and without proration, and charge it.

        The subscription is the move's; no cancellation survives a change that was paid. Another card is another try. `may_wait`:
        where the bank wants the buyer, the change waits at the gateway, with a page, and nothing of it is true until it is paid;
        else it is refused and leaves nothing (`buyer` without a page). Sent again after more than a day it would charge anew:
        look for its invoice first (`plan_invoices`, by `change`).
        """
        ...

    def note_change(self, subscription: str, change: str | None) -> None:
        """Write on the subscription which change is under way, so that its invoice names it, also after a lost answer."""
        ...

    def swap_plan(self, subscription: str, item: str, price: str, key: str) -> None:
        """The price from the next period on; the running period, its anchor and its money stay. `key` names the wish.

        Of the same interval only: for another one, `schedule_plan`. What was scheduled is not any more.
        """
        ...

    def schedule_plan(self, subscription: str, price: str, *, months: int, at: int) -> None:
        """The price of another interval, so many months, from the running period's end `at` on, which its periods count from.

        The gateway charges it then by itself, as it does any renewal; until then nothing changes. It takes the place of what was
        scheduled before. Nothing happens to a subscription that has ended, or whose running period ends at another instant.
        """
        ...

    def end_schedule(self, subscription: str) -> None:
        """Nothing is scheduled any more; the subscription goes on as it is. Whatever changes it otherwise does this first."""
        ...

    def set_ending(self, subscription: str, *, ends: bool, key: str) -> None:
        """End with the running period, or go on after all. Nothing happens to one that has ended."""
        ...

    def end_subscription(self, subscription: str) -> None:
        """End now. It never charges again; invoices that are open are another matter. One that has ended stays so."""
        ...

    def void_invoice(self, invoice: str) -> PlanInvoiceFacts:
        """Make a draft, open or uncollectible invoice void for good. The facts afterwards: it may have been paid meanwhile."""
        ...

    def pay_invoice(self, invoice: str, payment_method: str) -> PlanInvoiceFacts:
        """Try the open or uncollectible invoice with this card, once for each card. The facts afterwards.

        A draft that is parked is finalized first; any other one is about to be collected by itself, and stays a draft.
        """
        ...

    def use_card(self, subscription: str, payment_method: str) -> None:
        """The card that renewals are charged to."""
        ...
