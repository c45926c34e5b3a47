"""Whether a ledger explains a book, to the last credit and at any moment, pending receipts included (D37).

Written from the invariants, not from the code that keeps them: it shares nothing with `turn.py` but the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from lotbook.domain.book import Book, Receipt, draws_between, rests
from lotbook.domain.ledger import Entry, Pointer, granted_name, void_name

MAX_LINKS = 10_000_000
SIGN = {"granted": 1, "released": 1, "consumed": -1, "held": -1, "expired": -1, "clawed_back": -1, "adjusted": 1}


def audit(unit: str, book: Book, ledger: Mapping[str, Entry]) -> list[str]:
    """What does not add up between a book and its unit's entries (by name, other units' entries may be among them)."""
    entries = {name: entry for name, entry in ledger.items() if entry.unit == unit} | dict(book.outcomes)
    pending = {name: receipt for name, receipt in book.receipts.items() if not _is_journaled(entries, name, receipt)}
    return [
        *_lots(book, entries, pending),
        *_debt(book, entries.values()),
        *_tape(book),
        *_chain(book, entries, pending),
        *_lifetimes(entries.values(), entries),
        *_holds(book, entries, pending),
    ]


def _is_journaled(entries: Mapping[str, Entry], name: str, receipt: Receipt) -> bool:
    return name in entries and entries[name].seq == receipt.seq


def _lots(book: Book, entries: Mapping[str, Entry], pending: Mapping[str, Receipt]) -> Iterable[str]:
    """I2: granted - paid - drawn + returned - expired - clawed back = what is on the tape or aside, for every lot."""
    expected: Counter[str] = Counter()
    for entry in entries.values():
        paid = entry.paid
        for draw in entry.draws:
            to_debt = min(paid, draw.credits)  # the shortfall is paid by the first credits in burn order
            paid -= to_debt
            expected[draw.lot_id] += SIGN.get(entry.kind, 0) * (draw.credits - to_debt)
    for receipt in pending.values():
        burned = 0 if receipt.memo.kind == "resolve" else receipt.memo.credits
        for draw in draws_between(book.tape, receipt.position, receipt.position + burned):
            expected[draw.lot_id] -= draw.credits
    found = Counter(rests(book.tape, book.position))
    for aside in (*book.waiting, *book.frozen):
        found[aside.lot_id] += aside.left
    for lot_id in sorted(expected.keys() | found.keys()):
        if expected[lot_id] != found[lot_id]:
            yield f"lot {lot_id}: the ledger says {expected[lot_id]}, the book {found[lot_id]}"


def _debt(book: Book, entries: Iterable[Entry]) -> Iterable[str]:
    short = sum(-entry.credits - entry.removed for entry in entries if entry.kind == "clawed_back")
    paid = sum(entry.paid for entry in entries)
    if short - paid != book.debt or book.debt < 0:
        yield f"shortfall: the ledger says {short} - {paid}, the book {book.debt}"


def _tape(book: Book) -> Iterable[str]:
    if book.available != book.end - book.position or book.available < 0:
        yield f"available is {book.available}, the tape ends at {book.end}, the position is {book.position}"


def _chain(book: Book, entries: Mapping[str, Entry], pending: Mapping[str, Receipt]) -> Iterable[str]:
    """Every linked entry is met exactly once on the way from the book's head to the chain's end."""
    met = set()
    link: Pointer = book.head
    for _ in range(MAX_LINKS):
        if link.seq == 0:
            break
        entry = entries.get(link.name)
        receipt = pending.get(link.name)
        marker = entries.get(void_name(link.seq))
        if entry is not None and entry.seq == link.seq:
            met.add(link.name)
            link = entry.before
        elif receipt is not None and receipt.seq == link.seq:
            link = receipt.before
        elif marker is not None and marker.skips is not None:
            link = marker.skips
        else:
            yield f"the chain breaks at {link}"
            return
    for name, entry in entries.items():
        if entry.seq and name not in met:
            yield f"{entry.kind} {name} (seq {entry.seq}) is not in the chain"


def _lifetimes(entries: Iterable[Entry], by_name: Mapping[str, Entry]) -> Iterable[str]:
    """I5: nothing is drawn from a lot before its time or from its last instant on."""
    for entry in entries:
        if entry.kind not in {"consumed", "held"}:
            continue
        if sum(draw.credits for draw in entry.draws) != entry.requested:
            yield f"{entry.name} burned {entry.requested} and drew {entry.draws}"
        for draw in entry.draws:
            granted = by_name.get(granted_name(draw.lot_id))
            if granted is None or granted.lot is None:
                yield f"{entry.name} drew from {draw.lot_id}, which was never granted"
            elif not granted.lot.effective_at <= entry.at < (granted.lot.expires_at or entry.at + 1):
                yield f"{entry.name} drew from {draw.lot_id} outside its time"


def _holds(book: Book, entries: Mapping[str, Entry], pending: Mapping[str, Receipt]) -> Iterable[str]:
    """A hold is open, or resolved once; it never captures and gives back more or less than it held."""
    resolving = {receipt.memo.hold for receipt in pending.values()}
    for entry in entries.values():
        if entry.kind == "held":
            resolved = entries.get(f"res#{entry.name}")
            returned = entries.get(f"ret#{entry.name}")
            if resolved is None and entry.name not in book.holds and entry.name not in resolving:
                yield f"hold {entry.name} is neither open nor resolved"
            kept = sum(draw.credits for draw in resolved.draws) if resolved else 0
            back = sum(draw.credits for draw in resolved.back) if resolved else 0
            if resolved and kept + back != entry.requested:
                yield f"hold {entry.name} of {entry.requested} captured {kept} and gives back {back}"
            if returned and (resolved is None or returned.draws != resolved.back):
                yield f"hold {entry.name} gave back {returned.draws}"
