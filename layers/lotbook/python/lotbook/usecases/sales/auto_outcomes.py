"""What the outcome of an automatic charge does to the account, the lot that was lent, and the history. Each step once, in this order:

the decision on the lot (the first one stands), the account (only while its claim is this row's), the history, the row. A crash in
between leaves the row waiting, and whoever looks next finds the same facts and goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.automatic import PaymentCard, Suspension, suspended, switched_off, with_claim_over
from lotbook.domain.accounts.pauses import PAUSED_FOR_PAYMENT, without_pause
from lotbook.domain.sales.auto_history import without_card
from lotbook.domain.sales.auto_orders import advance_lot, event_of
from lotbook.domain.sales.cards import with_payment_pause
from lotbook.domain.sales.purchase import CHECK_AGAIN, Failure, Purchase, may_become, with_state
from lotbook.domain.values.errors import Conflict
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.credits.lots import LotDecision, decide_lot, grant_lot
from lotbook.usecases.sales.payment_pause import change_and_follow

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.automatic import AutoRecord
    from lotbook.domain.sales.auto_history import Reason
    from lotbook.usecases.sales.desk import SalesDesk


def lend(row: Purchase, *, desk: SalesDesk) -> None:
    """The provisional lot, where the policy lends and whoever claimed has not come to it. Raises Unavailable."""
    lot = advance_lot(row, desk.policy_of(row).rank("purchased"))
    if lot is not None:
        grant_lot(row.account_id, lot, desk=desk.credits)


def decide(row: Purchase, decision: LotDecision, *, desk: SalesDesk) -> bool:
    """Decide on the lot that was lent; whether that decision stands. Where none was lent there is nothing to decide on."""
    lot = advance_lot(row, desk.policy_of(row).rank("purchased"))
    if lot is None:
        return decision == "void"
    lend(row, desk=desk)
    return decide_lot(row.account_id, row.unit, lot.lot_id, decision, desk=desk.credits) == decision


def take_back(row: Purchase, *, desk: SalesDesk) -> None:
    """The lot that was lent is void: what was burned of it is owed. Raises Conflict where somebody has seen the payment."""
    if not decide(row, "void", desk=desk):
        raise Conflict


def tell(row: Purchase, reason: Reason, *, desk: SalesDesk) -> None:
    """An event about the row, once for each reason."""
    desk.history.note(event_of(row, reason, desk.clock.now()))


def paid_for(row: Purchase, *, desk: SalesDesk) -> None:
    """The claim is over and keeps its reservation; what was suspended for this very row goes on (MK-26)."""

    def change(account: Account) -> Account:
        record = account.auto
        if record is None:
            return account
        over = with_claim_over(record, row.purchase_id, gives_back=False)
        if over.suspended is None or over.suspended.purchase_id != row.purchase_id:
            return replace(account, auto=over)
        return _unpaused(replace(account, auto=replace(over, suspended=None)))

    change_and_follow(row.account_id, change, desk=desk)
    tell(row, "bought", desk=desk)


def given_up(row: Purchase, reason: Reason, *, is_off: bool = False, desk: SalesDesk) -> None:
    """Nothing was charged, nor will be: the reservation comes back. `is_off`: no card is left, so nothing is bought any more (A6).

    Raises Conflict, Unavailable.
    """
    take_back(row, desk=desk)

    def change(account: Account) -> Account:
        record = account.auto
        if record is None or not _is_claim_of(record, row):
            return account
        over = with_claim_over(record, row.purchase_id, gives_back=True)
        over = switched_off(over, "no_card") if is_off else over
        is_for_row = over.suspended is not None and over.suspended.purchase_id == row.purchase_id
        return replace(account, auto=replace(over, suspended=None) if is_for_row else over)

    change_and_follow(row.account_id, change, desk=desk)
    record = desk.account(row.account_id).account.auto
    if is_off and record is not None and record.is_without_card:
        now = desk.clock.now()
        off = without_card(row.account_id, now, record.switches)
        desk.history.note(replace(event_of(row, reason, now), event_id=off.event_id, cause=off.cause))
    else:
        tell(row, reason, desk=desk)


def quarantined(row: Purchase, *, desk: SalesDesk) -> None:
    """Money came that is not the row's: what was lent is void, the claim is over, and its reservation stays. Raises Unavailable.

    Switched off, too: whatever made this payment another one than was asked for may do the same to the next.
    """
    take_back(row, desk=desk)

    def change(account: Account) -> Account:
        record = account.auto
        if record is None or not _is_claim_of(record, row):
            return account
        over = with_claim_over(record, row.purchase_id, gives_back=False)
        return replace(account, auto=switched_off(over, "payment_mismatch"))

    change_and_follow(row.account_id, change, desk=desk)
    tell(row, "unknown_outcome", desk=desk)


def refused(row: Purchase, suspension: Suspension, *, gives_back: bool, desk: SalesDesk) -> None:
    """The card has failed, or wants its owner: suspended, and paused where the policy says so, until another card is there.

    Written once: while the account's claim is the row's. Raises Conflict, Unavailable.
    """
    take_back(row, desk=desk)
    rule = desk.account(row.account_id).policy.auto_top_up

    def change(account: Account) -> Account:
        record = account.auto
        if record is None or not _is_claim_of(record, row):
            return account
        over = with_claim_over(record, row.purchase_id, gives_back=True) if gives_back else record
        known = record.suspended
        same = known is not None and (known.code, known.purchase_id) == (suspension.code, row.purchase_id)
        stays = replace(known, page_url=suspension.page_url) if same and known else suspension
        after = replace(account, auto=suspended(over, stays))
        pauses = rule is not None and rule.on_failure == "pause"
        return with_payment_pause(after, suspension.card, suspension.at) if pauses and not same else after

    change_and_follow(row.account_id, change, desk=desk)
    tell(row, suspension.code, desk=desk)


def ended(row: Purchase, failure: Failure, *, desk: SalesDesk) -> Purchase:
    """The row of a charge that came to nothing."""
    over = with_state(row, "failed", desk.clock.now()) if may_become(row, "failed") else row
    return desk.purchases.save(replace(over, failure=failure, check_at=None))


def card_of(row: Purchase) -> PaymentCard:
    """The card that the row is charged to."""
    part = row.auto
    return PaymentCard(part.card or "" if part else "", part.fingerprint if part else None)


def look_again(row: Purchase, after: int = CHECK_AGAIN, *, desk: SalesDesk) -> Purchase:
    """The row, with its next look."""
    return desk.purchases.save(replace(row, check_at=desk.clock.now() + after))


def _is_claim_of(record: AutoRecord, row: Purchase) -> bool:
    return record.charge is not None and record.charge.purchase_id == row.purchase_id


def _unpaused(account: Account) -> Account:
    free = without_pause(account, PAUSED_FOR_PAYMENT)
    return replace(free, failed_payment_method=None, failed_fingerprint=None, failed_at=None)
