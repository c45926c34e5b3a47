"""The turn: from a journaled book, what was asked of it, and the time, the next book. Pure, and total: it never refuses.

In this order, and the order binds: credits of void burns come back, lots that are dead expire, holds give back what they did
not use, holds whose time is over lapse, waiting orders are done, what came in for dead lots expires too, the tape is laid anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Aside, Book, Receipt, Segment, draws_between, rests
from lotbook.domain.credits.hold_pages import open_holds
from lotbook.domain.credits.ledger import Draw, Draws, Entry, Pointer
from lotbook.domain.credits.lots import Lot, burn_order, is_dead
from lotbook.domain.credits.orders import ClawBack, Freeze, Grant, Order, Renewal, Restore
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.domain.values.light_dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Clawed:
    """What the ledger says about a lot that is clawed back. `expired`: its credits that died; `targets`: what earlier claw-backs
    were to take; `taken`: what they took, shortfall included. The two differ where credits had expired. Restorations count against
    both. `converted`: what became money off a plan's price, which counts apart: whoever gets money back for such credits has as
    good as burned them, and the other way round (MK-40, X-18)."""

    expired: int = 0
    targets: int = 0
    taken: int = 0
    converted: int = 0


@dataclass(frozen=True, slots=True)
class Journaled:
    """What is known of a book once all its receipts are in the ledger."""

    void: frozenset[str] = frozenset()  # receipts whose name the ledger gave to another burn
    resolved: Mapping[str, Entry] = field(default_factory=dict)  # entries of resolutions, by receipt
    page: Entry | None = None  # of open holds, where the turn needs it
    lapsing: tuple[Entry, ...] = ()  # entries of holds whose time is over, in the order in which they lapse
    lots: Mapping[str, Lot] = field(default_factory=dict)  # lots that something may be given back to
    done: frozenset[str] = frozenset()  # orders that took effect before
    clawed: Mapping[str, Clawed] = field(default_factory=dict)
    entries: Mapping[str, Entry] = field(default_factory=dict)  # what the ledger has of receipts and outcomes


@dataclass(slots=True)
class _OpenLot:
    """One lot of the book taken apart, and what is left of it. A lot that is new to the book has nothing left yet."""

    left: int
    rank: int
    effective_at: int
    expires_at: int | None
    created_at: int
    is_frozen: bool = False

    @classmethod
    def of(cls, lot: Lot) -> _OpenLot:
        return cls(0, lot.rank, lot.effective_at, lot.expires_at, lot.created_at)

    def is_dead(self, now: int) -> bool:
        return is_dead(self.expires_at, now)

    def order(self, lot_id: str) -> tuple[int, bool, int, int, str]:
        return burn_order(self.rank, self.expires_at, self.created_at, lot_id)


class _OpenBook:
    """The book taken apart: its lots, the debt, the chain's head, and the outcomes that the turn hangs on the chain."""

    def __init__(self, unit: str, book: Book, now: int) -> None:
        self.unit, self.now = unit, now
        self.debt, self.head, self.renews_at = book.debt, book.head, book.renews_at
        self.has_died_together = book.has_died_together
        self.outcomes: dict[str, Entry] = {}
        self.expired: dict[str, int] = {}
        left = rests(book.tape, book.position)
        self.lots = {
            part.lot_id: _OpenLot(left[part.lot_id], part.rank, book.since, part.expires_at, part.created_at)
            for part in book.tape
        }
        for asides, is_frozen in ((book.waiting, False), (book.frozen, True)):
            for lot in asides:
                self.lots[lot.lot_id] = _OpenLot(
                    lot.left, lot.rank, lot.effective_at, lot.expires_at, lot.created_at, is_frozen
                )

    def hang(self, outcome: Entry) -> None:
        """Hang an outcome on the chain, with the credits that can be spent right after it."""
        hung = replace(outcome, seq=self.head.seq + 1, before=self.head, available_after=self.spendable())
        self.outcomes[hung.name] = hung
        self.head = Pointer(hung.name, hung.seq)

    def spendable(self) -> int:
        return sum(lot.left for lot in self.lots.values() if not lot.is_frozen and lot.effective_at <= self.now)

    def pay(self, credits: int) -> int:
        """How much of what comes in goes to the shortfall."""
        paid = min(self.debt, credits)
        self.debt -= paid
        return paid

    def put_back(self, draws: Draws) -> None:
        for draw in draws:
            self.lots[draw.lot_id].left += draw.credits


def lay(unit: str, book: Book, journaled: Journaled, now: int) -> Book:
    """The book after the turn; `now` is not before `book.since`. Its `outcomes` are still to be journaled."""
    opened = _OpenBook(unit, book, now)
    receipts = sorted(book.receipts.items(), key=lambda item: item[1].seq)
    _give_back_void(opened, book, journaled, receipts)
    _expire(opened, late=False)
    for name, _ in receipts:
        if name in journaled.resolved and journaled.resolved[name].back:
            _return(opened, journaled.resolved[name], journaled.lots)
    for held in journaled.lapsing:
        _lapse(opened, held, journaled.lots)
    for order_id in sorted(book.orders):
        if order_id not in journaled.done:
            _do(opened, book.orders[order_id], order_id, journaled)
    _expire(opened, late=True)
    lapsed = {held.name for held in journaled.lapsing}
    still_open = open_holds(book, journaled.page, journaled.void).items()
    return _laid(opened, replace(book, holds={name: hold for name, hold in still_open if name not in lapsed}))


def _give_back_void(opened: _OpenBook, book: Book, journaled: Journaled, receipts: list[tuple[str, Receipt]]) -> None:
    """Burns that never were: their draws go back before anything else, and pay no shortfall."""
    for name, receipt in receipts:
        if name not in journaled.void:
            continue
        burned = 0 if receipt.memo.kind == "resolve" else receipt.memo.credits
        opened.put_back(draws_between(book.tape, receipt.position, receipt.position + burned))
        marker = ledger.void_name(receipt.seq)
        opened.hang(Entry(marker, opened.unit, "void", opened.now, requested=burned, skips=receipt.before))


def _expire(opened: _OpenBook, *, late: bool) -> None:
    """What is left of dead lots is gone, as of the instant they died; `late`: what came in for them since, as of now."""
    dead = {lot_id: lot for lot_id, lot in opened.lots.items() if lot.is_dead(opened.now)}
    if not dead:
        return
    from lotbook.domain.credits.dying import MAX_LOTS_A_TURN, deaths  # no start needs it

    rests = ((lot.expires_at or 0, Draw(lot_id, lot.left)) for lot_id, lot in dead.items() if lot.left)
    for death in deaths(rests, MAX_LOTS_A_TURN - len(opened.expired)):
        for draw in death.draws:
            dead[draw.lot_id].left = 0
            opened.expired[draw.lot_id] = opened.expired.get(draw.lot_id, 0) + draw.credits
        opened.has_died_together |= death.is_together
        opened.hang(death.entry(opened.unit, opened.now if late else death.expires_at, opened.head.seq + 1))
    if late:
        opened.lots = {lot_id: lot for lot_id, lot in opened.lots.items() if lot_id not in dead or lot.left}


def _return(opened: _OpenBook, captured: Entry, lots: Mapping[str, Lot]) -> None:
    """What a capture or release did not use goes back."""
    hold = captured.hold or ""
    released = Entry(ledger.return_name(hold), opened.unit, "released", opened.now, hold=hold, by=captured.by)
    said = replace(released, draws=captured.back, actor=captured.actor, reference=captured.reference)
    _give_back(opened, said, lots)


def _lapse(opened: _OpenBook, held: Entry, lots: Mapping[str, Lot]) -> None:
    """The hold's time is over: all of it goes back. One entry is both the decision on the hold and the return."""
    name = ledger.resolution_name(held.name)
    released = Entry(name, opened.unit, "released", opened.now, hold=held.name, by="lapse")
    _give_back(opened, replace(released, draws=held.draws, reference=held.reference), lots)


def _give_back(opened: _OpenBook, released: Entry, lots: Mapping[str, Lot]) -> None:
    """The draws go back to their lots, the shortfall first; the first credits in burn order pay it."""
    paid = dead = 0
    for draw in released.draws:
        lot = opened.lots.get(draw.lot_id) or _OpenLot.of(lots[draw.lot_id])
        opened.lots[draw.lot_id] = lot
        part = opened.pay(draw.credits)
        lot.left += draw.credits - part
        paid += part
        dead += draw.credits - part if lot.is_dead(opened.now) else 0
    opened.hang(replace(released, paid=paid, removed=dead))


def _do(opened: _OpenBook, order: Order, order_id: str, journaled: Journaled) -> None:
    match order:
        case Grant(lot, renews_at):
            _grant(opened, lot, order_id)
            if renews_at is not None:
                known = opened.renews_at
                opened.renews_at = renews_at if known == FAR_FUTURE else max(known, renews_at)
        case ClawBack():
            _claw_back(opened, order, journaled.clawed.get(order.lot_id, Clawed()))
        case Restore():
            _restore(opened, order, journaled)
        case Freeze():
            _freeze(opened, order, journaled.lots.get(order.lot_id))
        case Renewal(was, renews_at):
            if opened.renews_at == was:  # else another renewal moved it meanwhile, which may know a newer plan
                opened.renews_at = renews_at
            _note(opened, order_id, "renewal")
        case _:
            _note(opened, order_id, "refused")


def _note(opened: _OpenBook, order_id: str, reason: str) -> None:
    """The order was done, and moved no credits."""
    opened.hang(Entry(order_id, opened.unit, "noted", opened.now, reason=reason))


def _grant(opened: _OpenBook, lot: Lot, order_id: str) -> None:
    paid = opened.pay(lot.credits)
    made = opened.lots[lot.lot_id] = _OpenLot.of(lot)
    made.left = lot.credits - paid
    opened.hang(
        Entry(
            name=order_id,
            unit=opened.unit,
            kind="granted",
            at=opened.now,
            credits=lot.credits,
            draws=(Draw(lot.lot_id, lot.credits),),
            paid=paid,
            lot=lot,
            actor=lot.actor,
            reference=lot.reference,
            purchase_id=lot.purchase_id,
        )
    )


def _claw_back(opened: _OpenBook, order: ClawBack, clawed: Clawed) -> None:
    """Take what is there; of the rest, what was burned (held counts as burned) becomes shortfall, what expired does not."""
    lot = opened.lots.get(order.lot_id)
    left = lot.left if lot else 0
    removed = min(left, order.credits)
    _, taken = _claws(opened, order.lot_id, clawed)
    if ledger.is_conversion(order.order_id):
        taken = _converted(opened, order.lot_id, clawed)
    expired = clawed.expired + opened.expired.get(order.lot_id, 0)
    burned = max(0, order.granted - taken - expired - left)
    short = 0 if order.unused_only else min(order.credits - removed, burned)
    if lot:
        lot.left -= removed
    opened.debt += short
    opened.hang(_taken(opened, order, removed, short))


def _taken(opened: _OpenBook, order: ClawBack, removed: int, short: int) -> Entry:
    """What an operator took is an adjustment: what it takes off the targets is below 0, so it counts as taken and as a target alike."""
    target, is_voiding = removed if order.unused_only else order.credits, ledger.is_voiding(order.order_id)
    return Entry(
        name=order.order_id,
        unit=opened.unit,
        kind="adjusted" if is_voiding else "clawed_back",
        at=opened.now,
        credits=-removed - short,
        draws=(Draw(order.lot_id, removed),) if removed else (),
        requested=-target if is_voiding else target,
        removed=removed,
        actor=order.actor,
        reference=order.reference,
        reason=order.reason,
        purchase_id=order.purchase_id,
    )


def _restore(opened: _OpenBook, order: Restore, journaled: Journaled) -> None:
    """Give back what was taken beyond the target that is left, the shortfall first; what died meanwhile stays dead."""
    made = journaled.lots.get(order.lot_id)
    lot = opened.lots.get(order.lot_id) or (_OpenLot.of(made) if made else None)
    if lot is None:
        _note(opened, order.order_id, "refused")
        return
    targets, taken = _claws(opened, order.lot_id, journaled.clawed.get(order.lot_id, Clawed()))
    back = max(0, taken - max(0, targets - order.credits))
    paid = opened.pay(back)
    lot.left += back - paid
    opened.lots[order.lot_id] = lot
    opened.hang(
        Entry(
            name=order.order_id,
            unit=opened.unit,
            kind="adjusted",
            at=opened.now,
            credits=back,
            draws=(Draw(order.lot_id, back),) if back else (),
            requested=order.credits,
            paid=paid,
            actor=order.actor,
            reason=order.reason,
            purchase_id=order.purchase_id,
        )
    )


def _claws(opened: _OpenBook, lot_id: str, clawed: Clawed) -> tuple[int, int]:
    """Targets and credits taken of a lot so far, those of this very turn included, but for what became money."""
    targets, taken = clawed.targets, clawed.taken
    for entry in opened.outcomes.values():
        is_claw = entry.name.startswith(ledger.claw_name(lot_id, "")) and not ledger.is_conversion(entry.name)
        if is_claw and entry.kind == "clawed_back":
            targets, taken = targets + entry.requested, taken - entry.credits
        elif is_claw or entry.name.startswith(ledger.restored_name(lot_id, "")):
            targets, taken = targets - entry.requested, taken - entry.credits
    return targets, taken


def _converted(opened: _OpenBook, lot_id: str, clawed: Clawed) -> int:
    """What of the lot has become money so far, this turn's included."""
    ours = ledger.claw_name(lot_id, ledger.CONVERTED_CLAIM)
    return clawed.converted - sum(entry.credits for entry in opened.outcomes.values() if entry.name.startswith(ours))


def _freeze(opened: _OpenBook, order: Freeze, made: Lot | None) -> None:
    lot = opened.lots.get(order.lot_id)
    if lot is None and made is not None and not order.thaw and not made.is_dead(opened.now):
        # Used up: what a hold, or a refund that failed, gives back is frozen too.
        lot = opened.lots[order.lot_id] = _OpenLot.of(made)
    # Used up, dead (also if it died in this very turn), or frozen for another cause.
    if lot is None or lot.is_dead(opened.now) or lot.is_frozen is not order.thaw:
        _note(opened, order.order_id, "nothing to do")
        return
    lot.is_frozen = not order.thaw
    opened.hang(
        Entry(
            name=order.order_id,
            unit=opened.unit,
            kind="unfrozen" if order.thaw else "frozen",
            at=opened.now,
            draws=(Draw(order.lot_id, lot.left),) if lot.left else (),
            actor=order.actor,
            purchase_id=order.purchase_id,
        )
    )


def _laid(opened: _OpenBook, book: Book) -> Book:
    """The book with its lots laid out again from its position, and how long all this holds."""
    tape, waiting, frozen, until = _spread(opened, book.position)
    return replace(
        book,
        head=opened.head,
        available=tape[-1].end - book.position if tape else 0,
        since=opened.now,
        until=until,
        tape=tuple(tape),
        waiting=tuple(waiting),
        frozen=tuple(frozen),
        receipts={},
        outcomes=opened.outcomes,
        orders={},
        debt=opened.debt,
        version=book.version + 1,
        renews_at=opened.renews_at,
        has_died_together=opened.has_died_together,
    )


def _spread(opened: _OpenBook, position: int) -> tuple[list[Segment], list[Aside], list[Aside], int]:
    """The tape from `position`, the lots that wait, those that are frozen, and until when this holds."""
    tape, end = list[Segment](), position
    waiting, frozen = list[Aside](), list[Aside]()
    horizon = opened.renews_at
    for lot_id, lot in sorted(opened.lots.items(), key=lambda each: each[1].order(each[0])):
        if lot.left == 0 and not lot.is_frozen:  # an empty frozen lot stays: a hold may give back to it
            continue
        if lot.expires_at is not None:
            horizon = min(horizon, lot.expires_at)
        dies_next = lot.is_dead(opened.now)  # in the next turn, which is due at once
        if not lot.is_frozen and lot.effective_at <= opened.now and not dies_next:
            end += lot.left
            tape.append(Segment(end, lot_id, lot.rank, lot.expires_at, lot.created_at))
            continue
        if not lot.is_frozen:
            horizon = min(horizon, lot.effective_at)
        effective_at = lot.effective_at or int(dies_next)  # 0 says of a lot on the shelf that it can be spent
        aside = Aside(lot.left, lot_id, lot.rank, effective_at, lot.expires_at, lot.created_at)
        (frozen if lot.is_frozen else waiting).append(aside)
    return tape, waiting, frozen, horizon
