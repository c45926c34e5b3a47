"""A purchase: everything about an order that is frozen when it is made, and what became of it since.

The row is written before the gateway hears of it. Whoever learns that it was paid (webhook, recheck, abandon,
schedule) freezes the settlement, grants the lots, and only then calls it completed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.credits.lots import Lot
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.gateway import GATEWAY
from lotbook.domain.sales.reversals import NOTHING_REVERSED, DisputeState, MoneyBack, OwnRefund, Reversal
from lotbook.domain.values import ids, instants
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.invoices.billing_details import BillingDetails
    from lotbook.domain.sales.items import AutoPart, OrderLine, PlanPart, RowItem, Tax

PurchaseState = Literal[
    "pending", "processing", "completed", "failed", "abandoned", "partially_refunded", "refunded", "disputed"
]

# The one table of allowed transitions. What has been paid for and granted never goes back to a state without credits;
# a verified payment completes from every state before it (NP-34).
TRANSITIONS: dict[PurchaseState, frozenset[PurchaseState]] = {
    "pending": frozenset({"processing", "completed", "failed", "abandoned"}),
    "processing": frozenset({"completed", "failed", "abandoned"}),
    "abandoned": frozenset({"processing", "completed", "failed"}),
    "failed": frozenset({"completed"}),
    "completed": frozenset({"partially_refunded", "refunded", "disputed"}),
    "partially_refunded": frozenset({"completed", "refunded", "disputed"}),
    "refunded": frozenset({"completed", "partially_refunded", "disputed"}),
    "disputed": frozenset({"completed", "partially_refunded", "refunded"}),
}
SETTLED: frozenset[PurchaseState] = frozenset({"completed", "partially_refunded", "refunded", "disputed"})
WAITING: frozenset[PurchaseState] = frozenset({"pending", "processing"})

CHECK_AGAIN = 5 * instants.MINUTE  # the gateway should have an answer, and has not
CHECK_PROCESSING = 1 * instants.HOUR  # slow payment methods take days


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """The buyer's acceptance of one version of the refund policy, for this purchase only (NP-20, NP-21)."""

    kind: str
    refund_policy_version: str
    accepted_at: int
    actor: str
    source_ip: str | None
    user_agent: str | None
    url: str | None = None  # where that version was to be read


@dataclass(frozen=True, slots=True)
class GatewayRefs:
    """The gateway's ids of this purchase; None until known. `number`: the invoice's, which it has from its finalization on."""

    checkout_session: str | None = None
    payment_intent: str | None = None
    invoice: str | None = None
    subscription: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """When and as what the payment was granted. Frozen by the first who saw it paid, so that every attempt grants the same.

    `lot_id` is None where the purchase grants nothing (NP-11). `expires_at` None means never. `paid_at` is when the payment
    was made, by the gateway's clock: which of two was the later does not depend on who told us first (X-30).
    """

    at: int
    lot_id: str | None
    expires_at: int | None
    paid_at: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it is not completed: a code for programs, a sentence for people. Never a library's text."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """The bank's dispute about this purchase."""

    dispute_id: str
    state: DisputeState


@dataclass(frozen=True, slots=True)
class Purchase:
    """The purchase item. Money in minor units, instants in milliseconds; `version` moves with every write and guards it.

    `credits` are those of its own lot: what was bought as credits. A plan's own come with its periods, not from here.
    """

    account_id: str
    purchase_id: str
    created_at: int
    actor: str
    item: RowItem
    lines: tuple[OrderLine, ...]
    unit: str
    credits: int
    companions: tuple[tuple[str, int], ...]  # (unit, credits) that come with it, with the same validity (MK-05, X-04)
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    policy_id: str
    policy_version: int
    plan_id: str  # the plan at the time of the order
    quoted_expires_at: int | None  # what the buyer was shown
    consent: GivenConsent | None
    success_url: str
    cancel_url: str
    checkout_expires_at: int  # whole seconds; a retry sends the same
    first_check_at: int  # when the schedule looks at it for the first time (NP-43)
    late_expires_at: int | None = None  # and what it would be for credits that arrive after the period's end
    save_payment_method: bool = False
    checkout_request: str = ""  # the exact request, so that a retry after a deployment still sends the same
    gateway: str = GATEWAY
    gateway_refs: GatewayRefs = GatewayRefs()
    customer: str | None = None
    checkout_url: str | None = None
    state: PurchaseState = "pending"
    settlement: Settlement | None = None
    completed_at: int | None = None
    failure: Failure | None = None
    dispute: Dispute | None = None
    refunded_minor: int = 0
    reversal: Reversal = NOTHING_REVERSED  # how far the lots have followed money that went back
    reversal_next: Reversal | None = None  # where they are being brought; a crash leaves it to whoever comes next
    own_refunds: tuple[OwnRefund, ...] = ()
    check_at: int | None = None  # when the schedule looks at it next
    version: int = 1
    title: str = ""  # what it is in words, as on the day of the order (NP-45)
    invoice_waits: bool = False  # until there are billing details (NP-46)
    plan: PlanPart | None = None  # the plan that it buys; `lines` then has the plan's first
    billing: BillingDetails | None = None  # as they stood when the invoice was generated, unchanged since (NP-47)
    period: tuple[int, int] | None = None  # the billing period `[start, end)` that a plan's payment is for
    move: PlanMove | None = None  # of an order of a plan that renews
    effective_at: int | None = None  # when a change of plan takes effect that waits for the period's end
    auto: AutoPart | None = None  # of an automatic purchase
    money_back: tuple[
        MoneyBack, ...
    ] = ()  # by refunds and lost disputes, each step as it was heard of: nothing is amended

    @property
    def lot_id(self) -> str | None:
        """The lot that the buyer got; shown once it exists, that is from `completed` on."""
        return self.settlement.lot_id if self.settlement and self.state in SETTLED else None

    @property
    def credits_minor(self) -> int:
        """What of the total is for the credits: with a plan, their line's share of it, rounded up. A discount is the plan's."""
        if self.plan is None:
            return self.total_minor
        lines = self.credits_subtotal_minor
        return -(-self.total_minor * lines // self.subtotal_minor) if self.subtotal_minor else 0

    @property
    def credits_subtotal_minor(self) -> int:
        """What the bought credits cost before tax: all lines but the plan's and what is taken off it."""
        lines = self.lines if self.plan is None else self.lines[1:]
        return sum(line.amount_minor for line in lines if line.amount_minor > 0)

    @property
    def shown_credits(self) -> int:
        """All that the order brings, as its quote said: its lot's, and the plan's own of one credit period."""
        return self.credits + (self.plan.credits if self.plan else 0)

    @property
    def has_page(self) -> bool:
        """Whether a buyer pays it on a page that we open: neither a renewal, nor what is charged to a card on file."""
        return bool(self.checkout_request) or not (self.renews or self.auto is not None)

    @property
    def is_by_card(self) -> bool:
        """Whether it is an order of a plan that renews for which a card on file is charged, not a page."""
        return self.renews and self.move is not None and not self.checkout_request

    @property
    def renews(self) -> bool:
        """Whether it is about a plan that is billed again and again."""
        return self.plan is not None and self.plan.months > 0

    @property
    def is_unfinished(self) -> bool:
        """Whether lots or money of a settled purchase are still on their way back."""
        under_way = any(each.state in ("reserving", "reserved") for each in self.own_refunds)
        return under_way or self.reversal_next is not None

    @property
    def gateway_ref(self) -> str | None:
        """The most final of the gateway's ids."""
        refs = self.gateway_refs
        return refs.invoice or refs.payment_intent or refs.checkout_session


def new_purchase_id(at: int, entropy: bytes) -> str:
    """An id that sorts by time; `entropy` has at least `ids.ENTROPY_BYTES` bytes."""
    return ids.at_time("pur", at, entropy)


def may_become(purchase: Purchase, state: PurchaseState) -> bool:
    """Whether the table allows the step; to stay is always allowed."""
    return state == purchase.state or state in TRANSITIONS[purchase.state]


def with_state(purchase: Purchase, state: PurchaseState, now: int) -> Purchase:
    """The purchase in its new state, with its next check. Raises BrokenInvariant for a step that the table forbids."""
    if not may_become(purchase, state):
        raise BrokenInvariant(f"{purchase.purchase_id}: {purchase.state} does not become {state}")
    changed = replace(purchase, state=state)
    return replace(changed, check_at=next_check_at(changed, now))


def next_check_at(purchase: Purchase, now: int) -> int | None:
    """When the schedule looks again: soon while credits or money are on their way, never once it is decided."""
    if purchase.is_unfinished or (purchase.settlement is not None and purchase.state not in SETTLED):
        return now + CHECK_AGAIN
    if purchase.state == "processing":
        return now + CHECK_PROCESSING
    if purchase.state != "pending":
        return None
    if now < purchase.first_check_at:
        return purchase.first_check_at
    ended = purchase.checkout_expires_at + instants.MINUTE
    return ended if now < ended else now + CHECK_AGAIN


def paid_at(purchase: Purchase, told: int | None, now: int) -> int:
    """When the payment was made, in whole seconds: as the gateway told it, never before the order nor after `now`."""
    return instants.cut_to_second(min(max(told or now, purchase.created_at), now))


def with_settlement(purchase: Purchase, at: int, expires_at: int | None, paid: int | None = None) -> Purchase:
    """The purchase with its settlement frozen: paid, not yet granted. `paid`: when; None: now.

    The lot's instants are cut to the second; its id keeps the milliseconds, so that lots of one second burn as granted.
    """
    moment = instants.cut_to_second(at)
    lot_id = lot_id_of(purchase, at) if purchase.credits else None
    frozen = replace(purchase, settlement=Settlement(moment, lot_id, expires_at, paid_at(purchase, paid, at)))
    return replace(frozen, check_at=next_check_at(frozen, at))


def never_opened(purchase: Purchase, now: int) -> Purchase:
    """An order without a page, being made still, or failed for good. It ends when its page would have (NP-30)."""
    if purchase.state != "pending":
        return purchase
    return with_state(purchase, "abandoned" if now >= purchase.checkout_expires_at else "pending", now)


def with_completion(purchase: Purchase, now: int) -> Purchase:
    """The purchase once all its lots exist. Raises BrokenInvariant without a settlement."""
    if purchase.settlement is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: completed without a settlement")
    return replace(with_state(purchase, "completed", now), completed_at=now, failure=None)


def lot_id_of(purchase: Purchase, at: int, unit: str | None = None) -> str:
    """The id of the purchase's lot (of a companion's, with `unit`); `at` is the settlement's millisecond."""
    return ids.derived("lot", at, purchase.purchase_id, *([unit] if unit else []))


def settled_lot_id(purchase: Purchase, unit: str) -> str:
    """The id of the lot that the settled purchase has in `unit`, the same on every attempt.

    Raises BrokenInvariant for a purchase that has no lot.
    """
    bought = purchase.settlement.lot_id if purchase.settlement else None
    at = ids.time_of(bought) if bought else None
    if bought is None or at is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: no lot in its settlement")
    return bought if unit == purchase.unit else lot_id_of(purchase, at, unit)


def lots_of(purchase: Purchase, rank: int) -> tuple[Lot, ...]:
    """The lots that the settlement grants: companions in other units first, so that the bought one completes the set."""
    frozen = purchase.settlement
    if frozen is None or frozen.lot_id is None:
        return ()
    bought = Lot(
        lot_id=frozen.lot_id,
        unit=purchase.unit,
        kind="purchased",
        credits=purchase.credits,
        rank=rank,
        effective_at=frozen.at,
        expires_at=frozen.expires_at,
        created_at=frozen.at,
        actor=purchase.actor,
        reason="purchase",
        purchase_id=purchase.purchase_id,
    )
    companions = (
        replace(bought, lot_id=settled_lot_id(purchase, unit), unit=unit, credits=credits)
        for unit, credits in purchase.companions
        if credits
    )
    return (*companions, bought)


def as_first_answered(purchase: Purchase) -> Purchase:
    """The purchase as its first successful answer showed it: what the same idempotency key answers ever after."""
    return replace(
        purchase,
        state="pending",
        gateway_refs=GatewayRefs(checkout_session=purchase.gateway_refs.checkout_session),
        settlement=None,
        completed_at=None,
        failure=None,
        dispute=None,
        refunded_minor=0,
        reversal=NOTHING_REVERSED,
        reversal_next=None,
        own_refunds=(),
        money_back=(),
    )
