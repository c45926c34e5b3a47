"""The gateway's events. An event is a hint that something changed: the object is fetched, and its present state counts.

So order, repetition and age of events do not matter, and neither does the API version that they were rendered at.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from lotbook.domain.reconciliation.differences import stray_of_event
from lotbook.domain.values.errors import AccountNotFound, PurchaseNotFound, Unavailable
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import attempt
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK, handle_money_back
from lotbook.usecases.inbox.handle_plan_event import handle_plan_event, is_about_plan
from lotbook.usecases.money_back.paid_twice import send_back_paid_twice
from lotbook.usecases.reconciliation.strays import keep_stray
from lotbook.usecases.sales.follow_cards import follow_cards, keep_card
from lotbook.usecases.sales.note_invoice import note_invoice
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import EventHint
    from lotbook.usecases.sales.desk import SalesDesk

COMPLETED = "checkout.session.completed"
INVOICE_PAID = "invoice.paid"
# Each may be the first or the only one that arrives; all lead to the same look at the same purchase (D6).
SETTLING = frozenset(
    {
        COMPLETED,
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payment_intent.processing",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        INVOICE_PAID,
        "invoice.payment_failed",  # these four of an automatic purchase, whose invoice bears its mark
        "invoice.payment_action_required",
        "invoice.voided",
        "invoice.marked_uncollectible",
    }
)
# Those that say that money came: without a purchase it is kept as a stray.
PAYING = frozenset(
    {
        COMPLETED,
        "checkout.session.async_payment_succeeded",
        "payment_intent.succeeded",
        INVOICE_PAID,
    }
)
# Those after which an account's cards may not be what they were; a setup page that was finished is the third. No money.
CARDS = frozenset({"setup_intent.succeeded", "customer.updated"})


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of an event; `ignored` means that it is about nothing of this deployment.

    `settled`: the payment was looked at; `followed`: so was the money that went back; `cards`: so were the account's cards.
    """

    outcome: Literal["ignored", "settled", "followed", "cards"]
    purchase_id: str | None = None
    state: str | None = None


def handle_event(hint: EventHint, *, desk: SalesDesk) -> Handled:
    """Act on a verified event. What raises is delivered again (D5), until the endpoint is switched off: so only two things do.

    Those are a look that could not be had now, and, as Unavailable, money that came and is not accounted for. An event that
    nobody can satisfy is acknowledged, however much it is ours (B2).
    """
    if hint.kind in MONEY_BACK and _is_here(hint, desk):
        followed = handle_money_back(hint, desk=desk)
        return Handled("followed", followed.purchase_id, followed.state) if followed else Handled("ignored")
    if _is_ours(hint, desk) and _is_about_cards(hint):
        return _cards(hint, desk)
    if is_about_plan(hint):
        return _plan(hint, desk) if _is_ours(hint, desk) else Handled("ignored")
    if not _is_ours(hint, desk) or hint.kind not in SETTLING:
        return Handled("ignored")
    if not hint.tag.is_whole:
        return _unexplained(hint, desk) if hint.kind in PAYING else Handled("ignored")
    try:
        purchase = settle_purchase(str(hint.tag.account_id), str(hint.tag.purchase_id), desk=desk)
    except PurchaseNotFound:
        return _unexplained(hint, desk)
    if purchase.has_page and purchase.gateway_refs.checkout_session is None:  # it is being made, or was never opened
        return _unexplained(hint, desk) if hint.kind in PAYING else Handled("ignored", purchase.purchase_id)
    if (hint.kind, hint.object_kind) == (INVOICE_PAID, "invoice") and hint.object_id is not None:
        purchase = note_invoice(purchase, hint.object_id, desk=desk)
    keep_card(purchase, desk=desk)
    purchase = send_back_paid_twice(purchase, desk=desk)
    return Handled("settled", purchase.purchase_id, purchase.state)


def _plan(hint: EventHint, desk: SalesDesk) -> Handled:
    """A subscription, or an invoice of one: what it is now, not what the event says. No kind is answered 5xx for what it is."""
    if not hint.tag.names_account:
        return Handled("ignored")
    try:
        row = handle_plan_event(hint, desk=desk)
    except (AccountNotFound, PurchaseNotFound):
        return _unexplained(hint, desk)
    return Handled("ignored") if row is None else Handled("settled", row.purchase_id, row.state)


def _is_about_cards(hint: EventHint) -> bool:
    return hint.kind in CARDS or (hint.kind == COMPLETED and hint.mode == "setup")


def _cards(hint: EventHint, desk: SalesDesk) -> Handled:
    """Look at the account's cards. One that is not there rings and is acknowledged: no money came, nothing can be lost."""
    if not hint.tag.names_account:
        return Handled("ignored")
    try:
        follow_cards(str(hint.tag.account_id), desk=desk)
    except AccountNotFound:
        alarm("account_missing", account_id=hint.tag.account_id, event_id=hint.event_id, object_id=hint.object_id)
        return Handled("ignored")
    return Handled("cards")


def _unexplained(hint: EventHint, desk: SalesDesk) -> Handled:
    """Ours by its mark, and no purchase explains it: people hear of it, and money is kept (D5, D8).

    Raises Unavailable for money, until people have closed the matter; whatever else it says, nothing is left to be done.
    """
    is_money = _says_money(hint, desk)
    if is_money and not keep_stray(stray_of_event(hint, desk.clock.now()), strays=desk.strays):
        return Handled("ignored")
    alarm(
        "purchase_missing",
        account_id=hint.tag.account_id,
        purchase_id=hint.tag.purchase_id,
        event_id=hint.event_id,
        object_id=hint.object_id,
    )
    if is_money:
        raise Unavailable("The purchase of this event is not known here.")
    return Handled("ignored")


def _says_money(hint: EventHint, desk: SalesDesk) -> bool:
    """A page may be complete while its slow payment is under way: the gateway says which. Where it cannot be asked, money it is."""
    if hint.kind != COMPLETED or hint.object_id is None:
        return hint.kind in PAYING
    page = attempt(partial(desk.gateway.checkout, hint.object_id)).answer
    return page is None or page.is_money_there


def _is_ours(hint: EventHint, desk: SalesDesk) -> bool:
    """Several systems and stages share a gateway account; their events are answered 200 and left alone."""
    return _is_here(hint, desk) and hint.tag.is_of(desk.gateway.deployment)


def _is_here(hint: EventHint, desk: SalesDesk) -> bool:
    """Whether it comes from this very gateway account, in this deployment's mode."""
    return hint.livemode == desk.gateway.deployment.live and hint.account is None
