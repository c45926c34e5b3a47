"""Where gateway, purchases and lots disagree: each difference by name, with its severity and what repairs it.

Pure. What is compared: a checkout with its order, money that went back with what was taken back for it, an order with its
lots. A difference is never corrected by hand here: it names the use case that any other caller would use, or nobody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.money_back.followed import followed
from lotbook.domain.sales.purchase import SETTLED, Purchase
from lotbook.domain.sales.verdicts import verdict
from lotbook.domain.values import ids
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.money_back.followed import MoneyBackFacts
    from lotbook.domain.sales.gateway import CheckoutFacts, Deployment, EventHint, Tag

DifferenceKind = Literal[
    "paid_but_not_completed",
    "completed_but_not_paid",
    "granted_without_completed",
    "completed_without_lot",
    "completed_without_plan",
    "lot_mismatch",
    "amount_mismatch",
    "currency_mismatch",
    "identity_mismatch",
    "paid_unknown_purchase",
    "paid_twice",
    "open_unknown_purchase",
    "open_session_of_abandoned",
    "purchase_behind",
    "refunded_not_clawed",
    "clawed_not_refunded",
    "dispute_not_noted",
    "dispute_not_closed",
    "reversal_unfinished",
    "dispute_of_unknown_purchase",
    "subscription_unknown",
]
Severity = Literal["critical", "warning"]
Repair = Literal["settle", "expire_checkout", "grant_again", "money_back"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How bad a difference is, and which use case repairs it; None: people look into it."""

    severity: Severity
    repair: Repair | None


# Safe is what the normal use cases do anyway, once, whoever calls them. Where money and order contradict each other nothing
# is done: a machine that "corrects" an amount is the defect that this comparison looks for (D8).
RULES: dict[DifferenceKind, Rule] = {
    "paid_but_not_completed": Rule("critical", "settle"),
    "completed_but_not_paid": Rule("critical", None),
    "granted_without_completed": Rule("warning", "settle"),
    "completed_without_lot": Rule("critical", "grant_again"),
    "completed_without_plan": Rule("critical", "grant_again"),
    "lot_mismatch": Rule("critical", None),
    "amount_mismatch": Rule("critical", None),
    "currency_mismatch": Rule("critical", None),
    "identity_mismatch": Rule("critical", None),
    "paid_unknown_purchase": Rule("critical", None),
    "paid_twice": Rule("critical", None),
    "open_unknown_purchase": Rule("warning", None),
    "open_session_of_abandoned": Rule("warning", "expire_checkout"),
    "purchase_behind": Rule("warning", "settle"),
    "refunded_not_clawed": Rule("critical", "money_back"),
    "clawed_not_refunded": Rule("critical", "money_back"),
    "dispute_not_noted": Rule("critical", "money_back"),
    "dispute_not_closed": Rule("warning", "money_back"),
    "reversal_unfinished": Rule("warning", "money_back"),
    "dispute_of_unknown_purchase": Rule("critical", None),
    "subscription_unknown": Rule("critical", None),
}
# Fields of a verdict's mismatches that are about whose the checkout is; all others are amounts, the currency apart.
IDENTITY = frozenset({"app", "livemode", "account", "purchase", "session", "customer", "mode"})


@dataclass(frozen=True, slots=True)
class ComparedPeriod:
    """`[start, end)` in milliseconds, whole seconds: the gateway's own times have no finer ones."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether the instant is inside."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement. `reference` is the gateway's id, or the lot's; `fields` name what differs, never values."""

    kind: DifferenceKind
    account_id: str | None
    purchase_id: str | None
    reference: str | None
    fields: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        """Its severity and repair."""
        return RULES[self.kind]

    @property
    def name(self) -> str:
        """What makes it the same difference when it is met again."""
        parts = (self.kind, self.account_id, self.purchase_id, self.reference, *self.fields)
        return f"{self.kind}#{ids.fingerprint(*(part or '' for part in parts))}"


@dataclass(frozen=True, slots=True)
class MovedBack:
    """A refund or a dispute of ours that the gateway lists: its payment, and whose that is. How much is asked anew.

    `invoice`: of a plan's payment, which names no purchase: its row follows from the invoice.
    """

    kind: Literal["refund", "dispute"]
    name: str
    payment_intent: str
    tag: Tag
    invoice: str | None = None


@dataclass(frozen=True, slots=True)
class Stray:
    """Money, or the announcement of money, that no purchase explains: kept until people have found whose it is.

    `total_minor` and `currency` are None while nobody has asked the gateway.
    """

    name: str  # the payment, else the session, else the event
    found_by: Literal["event", "reconciliation"]
    first_seen_at: int
    account_id: str | None
    purchase_id: str | None
    session: str | None
    payment_intent: str | None
    event_id: str | None = None
    total_minor: int | None = None
    currency: str | None = None


def a_period(start: int, end: int) -> ComparedPeriod:
    """The period in whole seconds; raises InvalidRequest unless it has a length."""
    whole = ComparedPeriod(start // 1_000 * 1_000, -(-end // 1_000) * 1_000)
    if whole.start >= whole.end:
        raise InvalidRequest.of("from", "range", "A period ends after it begins.")
    return whole


def of_checkout(facts: CheckoutFacts, order: Purchase | None, deployment: Deployment) -> list[Difference]:
    """A checkout of ours against its order (D5, D7, D8, D9)."""
    if order is None:
        return _without_order(facts)
    if order.gateway_refs.checkout_session not in (None, facts.session):
        return [_about(order, "paid_twice", facts.session)] if facts.is_money_there else []
    judged = verdict(order, facts, deployment)
    if judged.kind == "mismatch":
        return _mismatch(facts, order, judged.mismatches)
    if judged.kind == "paid":
        return [] if order.state in SETTLED else [_about(order, "paid_but_not_completed", facts.session)]
    if order.state in SETTLED:
        return [_about(order, "completed_but_not_paid", facts.session, (judged.kind,))]
    if judged.kind == "open":
        ended = order.state in {"abandoned", "failed"}
        return [_about(order, "open_session_of_abandoned", facts.session)] if ended else []
    return _behind(facts, order, judged.kind)


def of_missing_checkout(order: Purchase) -> list[Difference]:
    """The gateway knows no such checkout; what was granted for it is not explained."""
    reference = order.gateway_refs.checkout_session
    return [_about(order, "completed_but_not_paid", reference, ("missing",))] if order.state in SETTLED else []


def of_lots(order: Purchase, expected: Iterable[Lot], granted: dict[str, Lot]) -> list[Difference]:
    """An order against its lots in the ledger: `expected` by its settlement, `granted` those that are there, by id."""
    wanted = {lot.lot_id: lot for lot in expected}
    there = [lot_id for lot_id in wanted if lot_id in granted]
    found = [
        _about(order, "lot_mismatch", lot_id) for lot_id in there if _terms(granted[lot_id]) != _terms(wanted[lot_id])
    ]
    if order.state not in SETTLED:
        return found + ([_about(order, "granted_without_completed", there[-1])] if there else [])
    return found + [_about(order, "completed_without_lot", lot_id) for lot_id in wanted if lot_id not in granted]


def of_plan(order: Purchase, account: Account | None, now: int) -> list[Difference]:
    """A completed plan against what its account knows of it, as long as its term lasts."""
    if account is None or order.plan is None or order.settlement is None or order.state not in SETTLED:
        return []
    known = {term.purchase_id for term in account.terms}
    over = order.settlement.at + order.plan.term_days * DAY <= now
    return [] if over or order.purchase_id in known else [_about(order, "completed_without_plan", order.plan.plan_id)]


def of_money_back(order: Purchase, facts: MoneyBackFacts) -> list[Difference]:
    """What refunds and disputes are now against what the purchase and its lots have followed (D10, D11, D12)."""
    if order.state not in SETTLED or order.gateway_refs.payment_intent != facts.payment_intent:
        return []  # never granted, or the refund of a stray payment: nothing is to be taken back
    payment = facts.payment_intent
    found = [_about(order, "reversal_unfinished", payment)] if order.reversal_next is not None else []
    _, target = followed(order, facts)
    was = order.reversal
    if target.refunded_minor != was.refunded_minor or target.clawed != was.clawed:
        more = (target.refunded_minor, target.clawed) > (was.refunded_minor, was.clawed)
        found.append(_about(order, "refunded_not_clawed" if more else "clawed_not_refunded", payment))
    if (target.dispute_id, target.dispute_state, target.is_frozen) != (
        was.dispute_id,
        was.dispute_state,
        was.is_frozen,
    ):
        over = was.dispute_state == "open" and target.dispute_state != "open"
        found.append(_about(order, "dispute_not_closed" if over else "dispute_not_noted", target.dispute_id or payment))
    return found


def of_unknown_money_back(moved: MovedBack) -> list[Difference]:
    """A refund of money that nobody knows ends the matter; a dispute about it begins one."""
    if moved.kind == "refund":
        return []
    return [Difference("dispute_of_unknown_purchase", moved.tag.account_id, moved.tag.purchase_id, moved.name)]


def stray_of_checkout(facts: CheckoutFacts, now: int) -> Stray:
    """The money of a checkout that no purchase explains."""
    payment = facts.payment.payment_intent if facts.payment else None
    return Stray(
        name=payment or facts.session,
        found_by="reconciliation",
        first_seen_at=now,
        account_id=facts.tag.account_id,
        purchase_id=facts.tag.purchase_id,
        session=facts.session,
        payment_intent=payment,
        total_minor=facts.total_minor,
        currency=facts.currency,
    )


def stray_of_event(hint: EventHint, now: int) -> Stray:
    """What an event says was paid; the amount is for whoever asks the gateway."""
    return Stray(
        name=hint.payment_intent or hint.object_id or hint.event_id,
        found_by="event",
        first_seen_at=now,
        account_id=hint.tag.account_id,
        purchase_id=hint.tag.purchase_id,
        session=hint.object_id if hint.object_kind == "checkout.session" else None,
        payment_intent=hint.payment_intent,
        event_id=hint.event_id,
    )


def _without_order(facts: CheckoutFacts) -> list[Difference]:
    if facts.is_money_there:
        return [Difference("paid_unknown_purchase", facts.tag.account_id, facts.tag.purchase_id, facts.session)]
    if facts.state == "open" and facts.mode == "payment":
        return [Difference("open_unknown_purchase", facts.tag.account_id, facts.tag.purchase_id, facts.session)]
    return []


def _mismatch(facts: CheckoutFacts, order: Purchase, fields: tuple[str, ...]) -> list[Difference]:
    """Money that does not match; a page of somebody else's that nobody paid is no money."""
    if not facts.is_money_there and order.state not in SETTLED:
        return []
    if set(fields) & IDENTITY:
        return [_about(order, "identity_mismatch", facts.session, fields)]
    kind: DifferenceKind = "currency_mismatch" if "currency" in fields else "amount_mismatch"
    return [_about(order, kind, facts.session, fields)]


def _behind(facts: CheckoutFacts, order: Purchase, kind: str) -> list[Difference]:
    """The gateway has a verdict without money that the order does not show yet."""
    shown = {
        "expired": {"abandoned", "failed"},
        "failed": {"failed"},
        "processing": {"processing", "failed"},
    }[kind]
    return [] if order.state in shown else [_about(order, "purchase_behind", facts.session, (kind,))]


def _about(order: Purchase, kind: DifferenceKind, reference: str | None, fields: tuple[str, ...] = ()) -> Difference:
    return Difference(kind, order.account_id, order.purchase_id, reference, fields)


def _terms(lot: Lot) -> tuple[object, ...]:
    return lot.unit, lot.credits, lot.effective_at, lot.expires_at, lot.purchase_id
