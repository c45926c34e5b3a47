"""Money back: bring a purchase's lots to what refunds and disputes say now, in whichever order anybody hears of them.

The target is computed from the gateway's present facts and applied as a difference to what was applied before. The step is
frozen in the purchase first, and its number names its orders in the books; so a step that is cut short is finished, and a
step that is repeated changes nothing. Every look writes the purchase: whoever read it before, and holds older facts, loses
the race and asks the gateway again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.orders import ClawBack, Freeze, Restore
from lotbook.domain.money_back.followed import lots_sold, with_next_step, with_step_done
from lotbook.domain.money_back.own_refunds import with_own, with_refund_reserved
from lotbook.domain.sales.purchase import CHECK_AGAIN, SETTLED, Purchase, settled_lot_id
from lotbook.domain.values.errors import Conflict, NotRefundable, TooManyReversals, Unavailable
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.alarms import alarm
from lotbook.usecases.credits.lots import claw_back, freeze_lot, restore_lot
from lotbook.usecases.money_back.bought_lots import lots_of_purchase
from lotbook.usecases.money_back.period_money import end_if_running, freeze_period_lots, note_share
from lotbook.usecases.money_back.plan_credits import follow_share, give_plan_credits_back, take_plan_credits
from lotbook.usecases.sales.change_plan import follow_plan_money

if TYPE_CHECKING:
    from lotbook.domain.money_back.followed import MoneyBackFacts
    from lotbook.domain.sales.reversals import OwnRefund, Reversal
    from lotbook.usecases.sales.desk import SalesDesk

FOLLOW_ATTEMPTS = 12  # lost races, and one more look for each refund that is sent
REASON = "money_back"


def follow_money_back(account_id: str, purchase_id: str, *, desk: SalesDesk) -> Purchase:
    """The purchase once its lots and its state are what the gateway's facts ask for (X-18, D10..D14).

    A purchase that is not settled, or was never charged, is left as it is. Also sends a refund that a crash kept from being
    sent. Raises PurchaseNotFound, Unavailable.
    """
    for _ in range(FOLLOW_ATTEMPTS):
        try:
            purchase = _follow(desk.purchase(account_id, purchase_id), desk)
        except Conflict:
            continue
        if purchase is not None:
            return purchase
    raise Unavailable("The purchase is being worked on; ask again.")


def _follow(purchase: Purchase, desk: SalesDesk) -> Purchase | None:
    """None: something was done that needs another look. Raises Conflict."""
    payment = purchase.gateway_refs.payment_intent
    if purchase.state not in SETTLED or payment is None:
        return purchase
    purchase = _caught_up(purchase, desk)
    facts = _facts(purchase, payment, desk)
    _check(purchase, facts)
    purchase = _caught_up(desk.purchases.save(with_next_step(purchase, facts, desk.clock.now())), desk)
    unsent = next((own for own in purchase.own_refunds if own.state == "reserved"), None)
    if unsent is None:
        return purchase
    desk.purchases.save(_sent(purchase, unsent, desk))
    return None


def _facts(purchase: Purchase, payment: str, desk: SalesDesk) -> MoneyBackFacts:
    """What the gateway says of the payment. More than can be read is no sum: it rings, and is asked for again."""
    try:
        return desk.gateway.money_back(payment)
    except TooManyReversals:
        alarm("money_back_unreadable", account_id=purchase.account_id, purchase_id=purchase.purchase_id)
        raise


def _check(purchase: Purchase, facts: MoneyBackFacts) -> None:
    """The payment was compared when it was settled; if it is another now, nobody may compute with it (D8)."""
    if (facts.currency, facts.charged_minor) != (purchase.currency, purchase.total_minor):
        alarm("payment_changed", account_id=purchase.account_id, purchase_id=purchase.purchase_id)
        raise Unavailable("The payment is not the one that was settled.")


def _caught_up(purchase: Purchase, desk: SalesDesk) -> Purchase:
    """What somebody began and did not finish: credits of a refund being reserved, a step that the books have not followed."""
    for own in purchase.own_refunds:
        if own.state == "reserving":
            purchase = desk.purchases.save(_reserve(purchase, own, desk))
    if purchase.reversal_next is None:
        return purchase
    was, target = purchase.reversal, purchase.reversal_next
    _move_lots(purchase, was, target, desk)
    if target.ends_plan != was.ends_plan:
        _follow_plan(purchase, target, desk)
    desk.follow_pauses(purchase.account_id)
    return desk.purchases.save(with_step_done(purchase, desk.clock.now()))


def _follow_plan(purchase: Purchase, target: Reversal, desk: SalesDesk) -> None:
    if purchase.renews:
        if is_twin(purchase, desk):
            follow_plan_money(purchase, target.step, gone=target.ends_plan, desk=desk)
        return
    follow_plan_money(purchase, target.step, gone=target.ends_plan, desk=desk)
    if target.ends_plan:
        take_plan_credits(purchase, target.step, desk=desk)
    else:
        give_plan_credits_back(purchase, desk=desk)


def is_twin(purchase: Purchase, desk: SalesDesk) -> bool:
    """Whether the account knows its plan as paid twice: then it hears that the later money is gone."""
    terms = desk.account(purchase.account_id).account.terms
    return any(each.is_twice and each.purchase_id == purchase.purchase_id for each in terms)


def _reserve(purchase: Purchase, own: OwnRefund, desk: SalesDesk) -> Purchase:
    """Unused credits go before their money does: nobody can burn what is being paid back."""
    left = purchase.credits - purchase.reversal.clawed_of(purchase.unit)
    lot_id = settled_lot_id(purchase, purchase.unit)
    order = ClawBack(lot_id, own.claim, left, actor=own.actor, reason="refund", unused_only=True)
    taken = claw_back(purchase.account_id, purchase.unit, order, desk=desk.credits)
    return with_refund_reserved(purchase, own, taken.removed, desk.clock.now())


def _move_lots(purchase: Purchase, was: Reversal, target: Reversal, desk: SalesDesk) -> None:
    """Freeze first, thaw last: credits that are to be taken are never spendable in between."""
    if purchase.renews:
        _move_period(purchase, was, target, desk)
    if target.is_frozen and not was.is_frozen:
        _freeze(purchase, target, thaw=False, desk=desk)
    for unit in lots_sold(purchase):
        _claw(purchase, unit, target.clawed_of(unit) - was.clawed_of(unit), target.claim, desk)
    if was.is_frozen and not target.is_frozen:
        _freeze(purchase, target, thaw=True, desk=desk)


def _move_period(purchase: Purchase, was: Reversal, target: Reversal, desk: SalesDesk) -> None:
    if target.is_frozen and not was.is_frozen:
        freeze_period_lots(purchase, target, thaw=False, desk=desk)
    if target.ends_plan and not was.ends_plan and not is_twin(purchase, desk):
        end_if_running(purchase, desk=desk)
    if target.plan_minor != was.plan_minor:
        note_share(purchase, target, desk=desk)
    follow_share(purchase, was, target, desk=desk)
    if was.is_frozen and not target.is_frozen:
        freeze_period_lots(purchase, target, thaw=True, desk=desk)


def _freeze(purchase: Purchase, target: Reversal, *, thaw: bool, desk: SalesDesk) -> None:
    for unit in lots_sold(purchase):
        for lot_id in lots_of_purchase(purchase, unit, desk=desk):
            freeze_lot(purchase.account_id, unit, Freeze(lot_id, target.claim, thaw), desk=desk.credits)


def _claw(purchase: Purchase, unit: str, more: int, claim: str, desk: SalesDesk) -> None:
    """Take so many more of the purchase's credits, or give so many up again, wherever changes of plan have carried them."""
    if not more:
        return
    for lot_id in lots_of_purchase(purchase, unit, desk=desk):
        if more > 0:
            order = ClawBack(lot_id, claim, more, reason=REASON)
            taken = claw_back(purchase.account_id, unit, order, desk=desk.credits)
            more -= taken.removed + taken.shortfall
            if not more:
                return
        else:
            restore_lot(purchase.account_id, unit, Restore(lot_id, claim, -more, reason=REASON), desk=desk.credits)


def _sent(purchase: Purchase, own: OwnRefund, desk: SalesDesk) -> Purchase:
    """The refund, sent. It was not among the payment's refunds a moment ago, so an old idempotency key cannot double it."""
    try:
        made = desk.gateway.refund(purchase, own)
    except NotRefundable:
        if own.is_whole:  # paid twice, and the gateway does not send it back: people have to
            alarm("paid_twice_kept", account_id=purchase.account_id, purchase_id=purchase.purchase_id)
        after = with_own(purchase, replace(own, state="failed"))
    else:
        after = with_own(purchase, replace(own, state="made", refund=made.refund))
    # The credits of a refused one are given up by the next look; until then the schedule keeps it in mind.
    return replace(after, check_at=desk.clock.now() + CHECK_AGAIN)
