"""Money that goes back takes the credits back with it: from the gateway's present facts to what is to be true of the lots.

Nothing here adds up events. The target follows from what refunds and disputes are now, so it is the same in whichever
order, and however often, anybody heard of them (D11, D14, X-18).
"""

from __future__ import annotations

from typing import Literal

from lotbook.domain.sales.purchase import Dispute, Purchase, PurchaseState, with_state
from lotbook.domain.sales.reversals import DisputeState, MoneyBack, OwnRefund, Reversal
from lotbook.domain.values.light_dataclasses import dataclass, replace

# A refund counts from the moment it is asked for: pending ones nearly always succeed, and one that fails is given up.
_NO_REFUND = frozenset({"failed", "canceled"})
DisputeStanding = Literal["inquiry", "open", "won", "lost"]
_STANDINGS: dict[str, DisputeStanding] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry",
    "warning_closed": "inquiry",
    "prevented": "inquiry",
    "needs_response": "open",
    "under_review": "open",
    "appeal_needs_response": "open",
    "appeal_under_review": "open",
    "won": "won",
    "lost": "lost",
}
_SHOWN_FIRST: tuple[DisputeState, ...] = ("open", "lost", "won")


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund as it is now. `number`: which of the purchase's own refunds it is, None for one from the dashboard."""

    refund: str
    amount_minor: int
    state: str
    number: int | None = None

    @property
    def counts(self) -> bool:
        """Whether its money is gone, or going."""
        return self.state not in _NO_REFUND


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute as it is now. `reinstated`: whatever its state says, the money is back."""

    dispute: str
    amount_minor: int
    currency: str
    state: str
    opened_at: int
    reinstated: bool = False

    @property
    def standing(self) -> DisputeStanding:
        """Inquiries move no money. A state that we do not know freezes: that can be undone, a claw-back hurts."""
        known = _STANDINGS.get(self.state, "open")
        return "won" if known == "lost" and self.reinstated else known


@dataclass(frozen=True, slots=True)
class MoneyBackFacts:
    """Everything that happened to a payment since it was made. Refunds and disputes of all its charges."""

    payment_intent: str
    currency: str
    charged_minor: int
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()

    @property
    def refunded_minor(self) -> int:
        """What refunds gave back."""
        return min(self.charged_minor, sum(each.amount_minor for each in self.refunds if each.counts))

    def lost_minor(self) -> int:
        """What lost disputes took. One in another currency cannot be compared: it took everything."""
        lost = [each for each in self.disputes if each.standing == "lost"]
        if any(each.currency != self.currency for each in lost):
            return self.charged_minor
        return sum(each.amount_minor for each in lost)


def lots_sold(purchase: Purchase) -> dict[str, int]:
    """Credits by unit of every lot that the purchase granted; none where it sold none (NP-11)."""
    if not purchase.credits:
        return {}
    return {unit: credits for unit, credits in purchase.companions if credits} | {purchase.unit: purchase.credits}


def followed(purchase: Purchase, facts: MoneyBackFacts) -> tuple[tuple[OwnRefund, ...], Reversal]:
    """The purchase's own refunds as the gateway knows them, and what is to be true of its lots now."""
    own = tuple(_as_known(each, facts) for each in purchase.own_refunds)
    shown = _shown(facts)
    target = Reversal(
        step=purchase.reversal.step,
        clawed=_clawed(purchase, own, facts),
        is_frozen=any(each.standing == "open" for each in facts.disputes),
        refunded_minor=facts.refunded_minor,
        dispute_id=shown.dispute_id if shown else None,
        dispute_state=shown.state if shown else None,
        ends_plan=purchase.plan is not None and _is_all_gone(purchase, facts),
        plan_minor=min(facts.refunded_minor + facts.lost_minor(), purchase.total_minor) if purchase.renews else 0,
    )
    return own, target if target == purchase.reversal else replace(target, step=target.step + 1)


def with_next_step(purchase: Purchase, facts: MoneyBackFacts, now: int) -> Purchase:
    """The purchase with its next step; `with_step_done` ends it once the books have followed. Raises nothing.

    Where lots and plan stay as they are the step is over at once.
    """
    own, target = followed(purchase, facts)
    changed = replace(with_money_back(purchase, facts, now), own_refunds=own, reversal_next=target)
    was = purchase.reversal
    if _effect(target) == _effect(was):
        return with_step_done(changed, now)
    return with_state(changed, changed.state, now)


def with_money_back(purchase: Purchase, facts: MoneyBackFacts, now: int) -> Purchase:
    """The purchase with one more step of what went back, where it is more or less than before (decision 166)."""
    gone = min(facts.refunded_minor + facts.lost_minor(), purchase.total_minor)
    known = purchase.money_back[-1].total_minor if purchase.money_back else 0
    return purchase if gone == known else replace(purchase, money_back=(*purchase.money_back, MoneyBack(now, gone)))


def _effect(reversal: Reversal) -> tuple[object, ...]:
    return reversal.clawed, reversal.is_frozen, reversal.ends_plan, reversal.plan_minor


def with_step_done(purchase: Purchase, now: int) -> Purchase:
    """The purchase once the books have followed its next step: only now its state says so."""
    target = purchase.reversal_next
    if target is None:
        return purchase
    arrived = replace(
        purchase,
        reversal=target,
        reversal_next=None,
        refunded_minor=target.refunded_minor,
        dispute=Dispute(target.dispute_id or "", target.dispute_state) if target.dispute_state else None,
    )
    return with_state(arrived, state_of(purchase, target), now)


def state_of(purchase: Purchase, reversal: Reversal) -> PurchaseState:
    """The state that a settled purchase is in. A won dispute leaves no trace in it."""
    if reversal.dispute_state in ("open", "lost"):
        return "disputed"
    if reversal.refunded_minor == 0:
        return "completed"
    return "refunded" if reversal.refunded_minor >= purchase.total_minor else "partially_refunded"


def _is_all_gone(purchase: Purchase, facts: MoneyBackFacts) -> bool:
    gone = facts.refunded_minor + facts.lost_minor()
    return gone > 0 and gone >= purchase.total_minor


def _clawed(purchase: Purchase, own: tuple[OwnRefund, ...], facts: MoneyBackFacts) -> tuple[tuple[str, int], ...]:
    """What is to be taken of each lot: exactly what own refunds reserved, and of the rest of the money the same share.

    All of it where all the money went by other ways; own refunds alone take unused credits only, and make no shortfall.
    """
    charged = purchase.total_minor
    held = [each for each in own if each.holds_credits]
    numbers = {each.number for each in held}
    elsewhere = facts.lost_minor() + sum(
        each.amount_minor for each in facts.refunds if each.counts and each.number not in numbers
    )
    all_gone = elsewhere > 0 and elsewhere + sum(each.amount_minor for each in held) >= charged
    reserved = sum(each.credits for each in held)

    def target(credits: int) -> int:
        if all_gone:
            return credits
        share = credits * min(elsewhere, charged) // charged if charged else 0
        return min(credits, credits * reserved // purchase.credits + share)

    targets = ((unit, target(credits)) for unit, credits in sorted(lots_sold(purchase).items()))
    return tuple((unit, credits) for unit, credits in targets if credits)


def _as_known(own: OwnRefund, facts: MoneyBackFacts) -> OwnRefund:
    """The gateway's word counts: a refund that it has was made, one that it gave up has failed."""
    if own.state == "reserving":
        return own
    for each in facts.refunds:
        if each.number == own.number:
            return replace(own, state="made" if each.counts else "failed", refund=each.refund)
    return own


def _shown(facts: MoneyBackFacts) -> Dispute | None:
    """The dispute that counts: an open one before a lost one before a won one; of several the newest."""
    newest = sorted(facts.disputes, key=lambda each: (each.opened_at, each.dispute), reverse=True)
    for state in _SHOWN_FIRST:
        for each in newest:
            if each.standing == state:
                return Dispute(each.dispute, state)
    return None
