"""The turn: from a settled book, what was asked of it, and the time, the next book. Pure, and total: it never refuses.

In this order, and the order binds: credits of void burns come back, lots that are dead expire, holds give back what they did
not use, waiting orders are done, what came in for dead lots expires too, the tape is laid anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Aside, Book, Receipt, Segment, draws_between, rests
from lotbook.domain.credits.ledger import Draw, Draws, Entry, EntryKind, Pointer
from lotbook.domain.credits.lots import Lot, burn_order, is_dead
from lotbook.domain.credits.orders import ClawBack, Freeze, Grant, Order, Renewal, Restore
from lotbook.domain.values.instants import FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Clawed:
    """What the ledger says about a lot that is clawed back.

    `expired`: its credits that died; `targets`: what earlier claw-backs were to take; `taken`: what they took, shortfall
    included. The two differ where credits had expired. Restorations count against both.
    """

    expired: int = 0
    targets: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a book once all its receipts are in the ledger."""

    void: frozenset[str] = frozenset()  # receipts whose name the ledger gave to another burn
    resolved: Mapping[str, Entry] = field(default_factory=dict)  # entries of resolutions, by receipt
    lots: Mapping[str, Lot] = field(default_factory=dict)  # lots that something may be given back to
    done: frozenset[str] = frozenset()  # orders that took effect before
    clawed: Mapping[str, Clawed] = field(default_factory=dict)


@dataclass(slots=True)
class _Pile:
    """One lot while a turn works on it."""

    left: int
    rank: int
    effective_at: int
    expires_at: int | None
    created_at: int
    is_frozen: bool = False

    def is_dead(self, now: int) -> bool:
        return is_dead(self.expires_at, now)


class _Work:
    """The turn's state: piles by lot, the debt, the chain's head and the outcomes hung on it."""

    def __init__(self, unit: str, book: Book, now: int) -> None:
        self.unit, self.now = unit, now
        self.debt, self.head, self.renews_at = book.debt, book.head, book.renews_at
        self.outcomes: dict[str, Entry] = {}
        self.expired: dict[str, int] = {}
        left = rests(book.tape, book.position)
        self.piles = {
            part.lot_id: _Pile(left[part.lot_id], part.rank, book.since, part.expires_at, part.created_at)
            for part in book.tape
        }
        for lots, is_frozen in ((book.waiting, False), (book.frozen, True)):
            for lot in lots:
                self.piles[lot.lot_id] = _Pile(
                    lot.left, lot.rank, lot.effective_at, lot.expires_at, lot.created_at, is_frozen
                )

    def write(self, name: str, kind: EntryKind, at: int, **fields: Any) -> None:
        """Hang an outcome on the chain, with the credits that can be spent right after it."""
        entry = Entry(
            name=name,
            unit=self.unit,
            kind=kind,
            at=at,
            seq=self.head.seq + 1,
            before=self.head,
            available_after=self.spendable(),
            **fields,
        )
        self.outcomes[name] = entry
        self.head = Pointer(name, entry.seq)

    def spendable(self) -> int:
        return sum(pile.left for pile in self.piles.values() if not pile.is_frozen and pile.effective_at <= self.now)

    def pay(self, credits: int) -> int:
        """How much of what comes in goes to the shortfall."""
        paid = min(self.debt, credits)
        self.debt -= paid
        return paid

    def put_back(self, draws: Draws) -> None:
        for draw in draws:
            self.piles[draw.lot_id].left += draw.credits


def lay(unit: str, book: Book, settled: Settled, now: int) -> Book:
    """The book after the turn; `now` is not before `book.since`. Its `outcomes` are still to be journaled."""
    work = _Work(unit, book, now)
    receipts = sorted(book.receipts.items(), key=lambda item: item[1].seq)
    void_holds = _give_back_void(work, book, settled, receipts)
    _expire(work, late=False)
    for name, _ in receipts:
        if name in settled.resolved and settled.resolved[name].back:
            _release(work, settled.resolved[name], settled.lots)
    for order_id in sorted(book.orders):
        if order_id not in settled.done:
            _do(work, book.orders[order_id], order_id, settled)
    _expire(work, late=True)
    holds = {name: hold for name, hold in book.holds.items() if name not in void_holds}
    return _laid(work, replace(book, holds=holds))


def _give_back_void(work: _Work, book: Book, settled: Settled, receipts: list[tuple[str, Receipt]]) -> set[str]:
    """Burns that never were: their draws go back before anything else, and pay no shortfall. Names void holds."""
    holds = set()
    for name, receipt in receipts:
        if name not in settled.void:
            continue
        burned = 0 if receipt.memo.kind == "resolve" else receipt.memo.credits
        work.put_back(draws_between(book.tape, receipt.position, receipt.position + burned))
        work.write(ledger.void_name(receipt.seq), "void", work.now, requested=burned, skips=receipt.before)
        if receipt.memo.kind == "hold":
            holds.add(name)
    return holds


def _expire(work: _Work, *, late: bool) -> None:
    """What is left of dead lots is gone, as of the instant they died; `late`: what came in for them since, as of now."""
    dead = [(pile.expires_at or 0, lot_id) for lot_id, pile in work.piles.items() if pile.is_dead(work.now)]
    for expires_at, lot_id in sorted(dead):
        pile = work.piles.pop(lot_id) if late else work.piles[lot_id]
        gone, pile.left = pile.left, 0
        if gone:
            work.expired[lot_id] = work.expired.get(lot_id, 0) + gone
            name = ledger.expired_name(lot_id, work.head.seq + 1)
            at = work.now if late else expires_at
            work.write(name, "expired", at, credits=-gone, draws=(Draw(lot_id, gone),))


def _release(work: _Work, captured: Entry, lots: Mapping[str, Lot]) -> None:
    """What a hold did not use goes back to its lots, the shortfall first; the first credits in burn order pay it."""
    paid = dead = 0
    for draw in captured.back:
        pile = work.piles.get(draw.lot_id) or _pile_of(lots[draw.lot_id])
        work.piles[draw.lot_id] = pile
        part = work.pay(draw.credits)
        pile.left += draw.credits - part
        paid += part
        dead += draw.credits - part if pile.is_dead(work.now) else 0
    hold = captured.hold or ""
    work.write(
        ledger.return_name(hold),
        "released",
        work.now,
        draws=captured.back,
        paid=paid,
        removed=dead,
        hold=hold,
        by=captured.by,
        actor=captured.actor,
        reference=captured.reference,
    )


def _do(work: _Work, order: Order, order_id: str, settled: Settled) -> None:
    match order:
        case Grant(lot, renews_at):
            _grant(work, lot, order_id)
            if renews_at is not None:
                known = work.renews_at
                work.renews_at = renews_at if known == FAR_FUTURE else max(known, renews_at)
        case ClawBack():
            _claw_back(work, order, settled.clawed.get(order.lot_id, Clawed()))
        case Restore():
            _restore(work, order, settled)
        case Freeze():
            _freeze(work, order, settled.lots.get(order.lot_id))
        case Renewal(was, renews_at):
            if work.renews_at == was:  # else somebody moved it meanwhile, who may know a newer plan
                work.renews_at = renews_at
            work.write(order_id, "noted", work.now, reason="renewal")
        case _:
            work.write(order_id, "noted", work.now, reason="refused")


def _grant(work: _Work, lot: Lot, order_id: str) -> None:
    paid = work.pay(lot.credits)
    pile = _pile_of(lot)
    pile.left = lot.credits - paid
    work.piles[lot.lot_id] = pile
    work.write(
        order_id,
        "granted",
        work.now,
        credits=lot.credits,
        draws=(Draw(lot.lot_id, lot.credits),),
        paid=paid,
        lot=lot,
        actor=lot.actor,
        reference=lot.reference,
        purchase_id=lot.purchase_id,
    )


def _claw_back(work: _Work, order: ClawBack, clawed: Clawed) -> None:
    """Take what is there; of the rest, what was burned (held counts as burned) becomes shortfall, what expired does not."""
    pile = work.piles.get(order.lot_id)
    left = pile.left if pile else 0
    removed = min(left, order.credits)
    _, taken = _claws(work, order.lot_id, clawed)
    expired = clawed.expired + work.expired.get(order.lot_id, 0)
    burned = max(0, order.granted - taken - expired - left)
    short = 0 if order.unused_only else min(order.credits - removed, burned)
    if pile:
        pile.left -= removed
    work.debt += short
    work.write(
        order.order_id,
        "clawed_back",
        work.now,
        credits=-removed - short,
        draws=(Draw(order.lot_id, removed),) if removed else (),
        requested=removed if order.unused_only else order.credits,
        removed=removed,
        actor=order.actor,
        reference=order.reference,
        reason=order.reason,
        purchase_id=order.purchase_id,
    )


def _restore(work: _Work, order: Restore, settled: Settled) -> None:
    """Give back what was taken beyond the target that is left, the shortfall first; what died meanwhile stays dead."""
    lot = settled.lots.get(order.lot_id)
    pile = work.piles.get(order.lot_id) or (_pile_of(lot) if lot else None)
    if pile is None:
        work.write(order.order_id, "noted", work.now, reason="refused")
        return
    targets, taken = _claws(work, order.lot_id, settled.clawed.get(order.lot_id, Clawed()))
    back = max(0, taken - max(0, targets - order.credits))
    paid = work.pay(back)
    pile.left += back - paid
    work.piles[order.lot_id] = pile
    work.write(
        order.order_id,
        "adjusted",
        work.now,
        credits=back,
        draws=(Draw(order.lot_id, back),) if back else (),
        requested=order.credits,
        paid=paid,
        actor=order.actor,
        reason=order.reason,
        purchase_id=order.purchase_id,
    )


def _claws(work: _Work, lot_id: str, clawed: Clawed) -> tuple[int, int]:
    """Targets and credits taken of a lot so far, those of this very turn included."""
    targets, taken = clawed.targets, clawed.taken
    for entry in work.outcomes.values():
        if entry.name.startswith(ledger.claw_name(lot_id, "")):
            targets, taken = targets + entry.requested, taken - entry.credits
        elif entry.name.startswith(ledger.restored_name(lot_id, "")):
            targets, taken = targets - entry.requested, taken - entry.credits
    return targets, taken


def _freeze(work: _Work, order: Freeze, lot: Lot | None) -> None:
    pile = work.piles.get(order.lot_id)
    if pile is None and lot is not None and not order.thaw and not _pile_of(lot).is_dead(work.now):
        # Used up: what a hold, or a refund that failed, gives back is frozen too.
        pile = work.piles[order.lot_id] = _pile_of(lot)
    if pile is None or pile.is_frozen is not order.thaw:  # used up, dead, or frozen for another cause
        work.write(order.order_id, "noted", work.now, reason="nothing to do")
        return
    pile.is_frozen = not order.thaw
    work.write(
        order.order_id,
        "unfrozen" if order.thaw else "frozen",
        work.now,
        draws=(Draw(order.lot_id, pile.left),) if pile.left else (),
        actor=order.actor,
        purchase_id=order.purchase_id,
    )


def _pile_of(lot: Lot) -> _Pile:
    return _Pile(0, lot.rank, lot.effective_at, lot.expires_at, lot.created_at)


def _laid(work: _Work, book: Book) -> Book:
    """The tape from the book's position, the lots that are not on it, and how long all this holds."""
    tape, asides, end = [], [], book.position
    in_order = sorted(
        work.piles.items(), key=lambda item: burn_order(item[1].rank, item[1].expires_at, item[1].created_at, item[0])
    )
    horizon = work.renews_at
    for lot_id, pile in in_order:
        if pile.left == 0 and not pile.is_frozen:  # an empty frozen lot stays: a hold may give back to it
            continue
        if pile.expires_at is not None:
            horizon = min(horizon, pile.expires_at)
        if not pile.is_frozen and pile.effective_at <= work.now:
            end += pile.left
            tape.append(Segment(end, lot_id, pile.rank, pile.expires_at, pile.created_at))
            continue
        if not pile.is_frozen:
            horizon = min(horizon, pile.effective_at)
        asides.append(
            (
                pile.is_frozen,
                Aside(pile.left, lot_id, pile.rank, pile.effective_at, pile.expires_at, pile.created_at),
            )
        )
    return replace(
        book,
        head=work.head,
        available=end - book.position,
        since=work.now,
        until=horizon,
        tape=tuple(tape),
        waiting=tuple(aside for is_frozen, aside in asides if not is_frozen),
        frozen=tuple(aside for is_frozen, aside in asides if is_frozen),
        receipts={},
        outcomes=work.outcomes,
        orders={},
        debt=work.debt,
        version=book.version + 1,
        renews_at=work.renews_at,
    )
