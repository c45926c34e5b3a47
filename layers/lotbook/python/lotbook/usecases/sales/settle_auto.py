"""The row of an automatic purchase, charged where nobody did yet, and brought to what its invoice says (MK-16..30, D4, D30).

One function for the queue, events, recheck and schedule. The card is frozen in the row before the gateway hears of it, so every try
is the same call; a day after the first one nothing is sent any more, only looked up. What is unknown stays claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.automatic import Suspension
from lotbook.domain.credits.lots import is_dead
from lotbook.domain.sales.auto_charges import CardGone, left_to_buyer, with_charge
from lotbook.domain.sales.auto_orders import with_advance_settled, with_late_settled
from lotbook.domain.sales.auto_verdicts import failure_on_page, unequal_charge
from lotbook.domain.sales.billing import with_snapshot
from lotbook.domain.sales.cards import automatic_card
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.sales.purchase import (
    WAITING,
    Failure,
    Purchase,
    paid_at,
    with_completion,
    with_state,
)
from lotbook.domain.sales.verdicts import MISMATCH, PAYMENT_FAILED, expires_at_of, failure_of
from lotbook.domain.values.errors import BrokenInvariant, Conflict
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.alarms import alarm
from lotbook.usecases.sales import auto_outcomes as outcomes
from lotbook.usecases.sales.after_closing import hear_of_late_money
from lotbook.usecases.sales.follow_cards import look_at_cards
from lotbook.usecases.sales.fulfil import Settling, deliver, loaded

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.auto_history import Reason
    from lotbook.domain.sales.items import AutoPart
    from lotbook.usecases.sales.desk import SalesDesk

SENT_AGAIN = 23 * HOUR  # the gateway forgets after a day which calls it has seen
WAITS_FOR_BUYER = DAY  # between two looks at a page that its buyer may pay any day; events tell sooner
NO_CARD = Failure("no_card", "The card is not on file any more; nothing was charged.")
CLOSED = Failure("account_closed", "The account was closed before anything was charged.")
TOO_LATE = Failure("too_late", "The credits would have expired before they were charged; nothing was charged.")
NOT_CHARGED = Failure("not_charged", "Nothing was charged, and no payment is expected any more.")
REPLACED = Failure("card_replaced", "Another card took the place of the one that asked for authentication.")


def settle_auto(row: Purchase, *, desk: SalesDesk) -> Purchase:
    """The row after a look. Raises AccountNotFound, Conflict (look again), Unavailable."""
    if row.settlement is not None:
        return _completed(loaded(row, desk=desk))
    if row.state not in WAITING:  # it came to nothing; only money that came all the same would change that
        found = desk.gateway.found(row)
        return row if found is None or found.state != "paid" else _paid(row, found, desk)
    if _part(row).card is None:
        return _begun(row, desk)
    outcomes.lend(row, desk=desk)
    return _judged(row, desk)


def _begun(row: Purchase, desk: SalesDesk) -> Purchase:
    """The first look: the card is chosen and frozen, then charged."""
    account, now = desk.account(row.account_id).account, desk.clock.now()
    if account.state == "closed":
        return _given_up(row, CLOSED, "disabled", desk)
    if is_dead(row.quoted_expires_at, now):
        return _given_up(row, TOO_LATE, "unknown_outcome", desk)
    outcomes.lend(row, desk=desk)
    file = look_at_cards(row.account_id, desk=desk)
    card = automatic_card(_stored(row, desk).auto, file)
    if card is None:
        outcomes.given_up(row, "no_card", is_off=True, desk=desk)
        return outcomes.ended(row, NO_CARD, desk=desk)
    part = replace(_part(row), card=card.payment_method, fingerprint=card.fingerprint, tried_at=now)
    named = replace(row, auto=part, customer=account.gateway_customer)
    return _judged(outcomes.look_again(named, desk=desk), desk)


def _judged(row: Purchase, desk: SalesDesk) -> Purchase:
    try:
        facts = _asked(row, desk)
    except (
        CardGone,
        CustomerGone,
    ):  # nothing is left that could be paid; the next one is charged to what is on file then
        is_off = automatic_card(_stored(row, desk).auto, look_at_cards(row.account_id, desk=desk)) is None
        outcomes.given_up(row, "no_card", is_off=is_off, desk=desk)
        return outcomes.ended(row, NO_CARD, desk=desk)
    known = with_charge(row, facts)
    if facts.state in ("declined", "void") and _is_left_to_buyer(row, desk):
        return _page_gone(known, facts, desk)
    match facts.state:
        case "paid":
            return _paid(known, facts, desk)
        case "declined":
            return _declined(known, facts, desk)
        case "buyer":
            return _buyer(known, facts, desk)
        case "void":
            return _given_up(known, NOT_CHARGED, "unknown_outcome", desk)
        case _:
            return _waits(known, is_decided_soon=facts.state == "open", desk=desk)


def _asked(row: Purchase, desk: SalesDesk) -> AutoCharge:
    """What became of the charge: looked up where its invoice is known, else asked for again, which is the same call."""
    is_left = _is_left_to_buyer(row, desk)
    if row.gateway_refs.invoice is not None or is_left:
        found = desk.gateway.found(row)
        if found is not None and is_left:
            return left_to_buyer(found)
        if found is not None and found.state != "open":
            return found
    part = _part(row)
    is_young = desk.clock.now() - (part.tried_at or 0) < SENT_AGAIN
    return desk.gateway.charge(row, part.card or "", may_replay=is_young)


def _is_left_to_buyer(row: Purchase, desk: SalesDesk) -> bool:
    """Whether the page is the buyer's to pay; the account knows it first, should a crash keep it from the row."""
    if row.checkout_url is not None:
        return True
    record = _stored(row, desk).auto
    known = record.suspended if record is not None else None
    return known is not None and (known.code, known.purchase_id) == ("authentication_required", row.purchase_id)


def _waits(row: Purchase, *, is_decided_soon: bool, desk: SalesDesk) -> Purchase:
    """Nobody knows yet: it stays claimed, and nothing else is charged meanwhile (MK-19)."""
    now = desk.clock.now()
    if now - (_part(row).tried_at or now) >= DAY:
        outcomes.tell(row, "unknown_outcome", desk=desk)
    if is_decided_soon:
        return outcomes.look_again(row, desk=desk)
    return desk.purchases.save(with_state(row, "processing", now))


def _paid(row: Purchase, facts: AutoCharge, desk: SalesDesk) -> Purchase:
    """Confirm what was lent; where that was void by then, or nothing was lent, the credits arrive now (X-29)."""
    wrong = unequal_charge(row, facts, desk.gateway.deployment)
    if wrong:
        return _mismatch(row, facts, wrong, desk)
    case, now = loaded(row, desk=desk), desk.clock.now()
    known = with_charge(row, facts)
    if outcomes.decide(row, "confirmed", desk=desk):
        return _completed(case.saved(with_advance_settled(known, now, facts.paid_at)))
    paid = paid_at(known, facts.paid_at, now)
    expires_at = expires_at_of(known, case.policy, case.account, now, paid=paid)
    return _completed(case.saved(with_late_settled(known, now, expires_at, facts.paid_at)))


def _completed(case: Settling) -> Purchase:
    """All that was bought, then the account, then the row: `completed` is written after the credits exist."""
    row, desk = case.purchase, case.desk
    deliver(case)
    outcomes.paid_for(row, desk=desk)
    hear_of_late_money(case.account, row.purchase_id, desk=desk)
    done = with_snapshot(with_completion(row, desk.clock.now()), desk.billing.get(row.account_id))
    return desk.purchases.save(done)


def _declined(row: Purchase, facts: AutoCharge, desk: SalesDesk) -> Purchase:
    """The invoice is void. The card is not tried again: it is suspended, unless another one took its place meanwhile (A1, A7)."""
    failure = failure_of(facts.decline_code) or PAYMENT_FAILED
    if _is_replaced(row, desk):
        return _given_up(row, failure, "declined", desk)
    outcomes.refused(row, _suspension(row, facts, desk), gives_back=True, desk=desk)
    look_at_cards(row.account_id, desk=desk)  # one that came a moment before the account was suspended
    return outcomes.ended(row, failure, desk=desk)


def _buyer(row: Purchase, facts: AutoCharge, desk: SalesDesk) -> Purchase:
    """The bank wants the buyer: the page stays open and the reservation stays, until it is paid or another card is there (A2).

    Cards that are refused on the page change only what the row tells of the last one.
    """
    if _is_replaced(row, desk):
        left = desk.gateway.void(facts.invoice)
        return (
            _paid(row, left, desk)
            if left.state == "paid"
            else _given_up(row, REPLACED, "authentication_required", desk)
        )
    outcomes.refused(row, _suspension(row, facts, desk), gives_back=False, desk=desk)
    if _is_replaced(row, desk):  # by a card that came a moment before the account was suspended
        raise Conflict
    waiting = replace(row, checkout_url=facts.page_url, failure=failure_on_page(facts))
    return outcomes.look_again(waiting, WAITS_FOR_BUYER, desk=desk)


def _page_gone(row: Purchase, facts: AutoCharge, desk: SalesDesk) -> Purchase:
    """Somebody voided the page. No card was refused since the bank asked: the account waits for another card, as it did."""
    if _is_replaced(row, desk):
        return _given_up(row, REPLACED, "authentication_required", desk)
    waits = replace(_suspension(row, facts, desk), code="authentication_required")
    outcomes.refused(row, waits, gives_back=True, desk=desk)
    return outcomes.ended(row, NOT_CHARGED, desk=desk)


def _is_replaced(row: Purchase, desk: SalesDesk) -> bool:
    """Whether another card would be charged now than the one that failed."""
    file = look_at_cards(row.account_id, desk=desk)
    card = automatic_card(_stored(row, desk).auto, file)
    return card is not None and not card.named.is_same(outcomes.card_of(row))


def _suspension(row: Purchase, facts: AutoCharge, desk: SalesDesk) -> Suspension:
    customer = row.customer or ""
    return Suspension(
        code="authentication_required" if facts.state == "buyer" else "declined",
        at=desk.clock.now(),
        purchase_id=row.purchase_id,
        card=outcomes.card_of(row),
        default=desk.gateway.card_file(customer).default,
        page_url=facts.page_url if facts.state == "buyer" else None,
        decline_code=facts.decline_code,
    )


def _given_up(row: Purchase, failure: Failure, reason: Reason, desk: SalesDesk) -> Purchase:
    outcomes.given_up(row, reason, desk=desk)
    return outcomes.ended(row, failure, desk=desk)


def _mismatch(row: Purchase, facts: AutoCharge, wrong: tuple[str, ...], desk: SalesDesk) -> Purchase:
    """Money that is not what the row says grants nothing and rings; people look into it (D8). It stays reserved."""
    if row.failure == MISMATCH:
        return row
    names = {"account_id": row.account_id, "purchase_id": row.purchase_id, "invoice": facts.invoice}
    alarm("payment_mismatch", **names, fields=",".join(wrong))
    outcomes.quarantined(row, desk=desk)
    return outcomes.ended(row, MISMATCH, desk=desk)


def _stored(row: Purchase, desk: SalesDesk) -> Account:
    return desk.account(row.account_id).account


def _part(row: Purchase) -> AutoPart:
    if row.auto is None:
        raise BrokenInvariant(f"{row.purchase_id}: an automatic purchase without its part")
    return row.auto
