"""The book as an item. Names are short, and ids are packed (`packing.py`), because every burn pays for the item's bytes.

| name | what | name | what |
|---|---|---|---|
| `bu` | [position, seq of the head, name of the head] | `q` | waiting orders by id |
| `av` | spendable | `ho` | open holds: name -> [due, credits] |
| `lo`, `hz` | valid for `lo <= now < hz` | `de` | shortfall |
| `tp` | tape: [[end, lot, rank, expires or 0, created]] | `v` | version: asks, pauses and turns |
| `wt`, `fz` | waiting, frozen: [[left, lot, rank, effective, expires or 0, created]] | `nx` | renewal instant |
| `r` | receipts: memo + `bu` before it; outcomes: ["=", entry] | `pz`, `pv` | pause reason, and its version |
| `tu`, `tv` | policy under which burns may be topped up, and its version | | |
| `f` | the format's number (formats.py) | `jd` | lots of it have died together; absent where none have |
| `sh` | [spendable credits, names of the pages] of the shelf; absent without one | `hp` | [name, holds, first due] of the page of holds |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.ledger_items import entry_of, entry_values, lot_of
from lotbook.adapters.dynamo.packing import packed, unpacked
from lotbook.domain.credits.book import Aside, Book, HoldPage, Memo, Receipt, Segment
from lotbook.domain.credits.ledger import Entry, OpenHold, Pointer
from lotbook.domain.credits.orders import ClawBack, Freeze, Grant, Order, Renewal, Restore, Unreadable
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.domain.values.light_dataclasses import asdict

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTCOME = "="
CONSUME, HOLD, RESOLVE = "c", "h", "k"
NEXT = "n"  # a consume that was written together with others before it: counted from where the first one began
OWN_FIELDS = {CONSUME: 0, HOLD: 1, RESOLVE: 2, NEXT: 3}  # of a kind, between what all memos have and the reference


def memo_values(memo: Memo) -> list[Any]:
    """The memo as the list that `bu` is appended to."""
    match memo.kind:
        case "consume":
            return _memo(CONSUME, memo)
        case "hold":
            return _memo(HOLD, memo, memo.due)
        case "resolve":
            return _memo(RESOLVE, memo, packed(memo.hold or ""), memo.by)


def next_memo_values(memo: Memo, credits_before: int, links_before: int, name_before: str) -> list[Any]:
    """The memo of a consume after others of one write: how far it starts from where the write began, and its link."""
    return _memo(NEXT, memo, credits_before, links_before, packed(name_before))


def position_values(position: int, head: Pointer) -> list[Any]:
    """`bu`: what every receipt copies."""
    return [position, head.seq, packed(head.name)]


def receipt_values(receipt: Receipt) -> list[Any]:
    """A receipt as it lies in the book."""
    if receipt.first is not None:
        position, link = receipt.first
        before = receipt.before
        memo = next_memo_values(receipt.memo, receipt.position - position, before.seq - link.seq, before.name)
        return [*memo, *position_values(position, link)]
    return [*memo_values(receipt.memo), *position_values(receipt.position, receipt.before)]


def record_values(record: Receipt | Entry) -> list[Any]:
    """A receipt or an outcome as it lies in the book."""
    return receipt_values(record) if isinstance(record, Receipt) else [OUTCOME, entry_values(record)]


def receipt_of(values: list[Any]) -> Receipt:
    """The receipt of a list in `r`."""
    kind, credits, at, actor, digest, *more, position, seq, name = values
    if kind not in OWN_FIELDS:
        formats.refuse("receipt", str(kind))
    own, (reference, rated, lines) = more[: OWN_FIELDS[kind]], [*more[OWN_FIELDS[kind] :], None, None, None][:3]
    before = Pointer(unpacked(name), seq)
    head = (credits, at, unpacked(actor), unpacked(digest), reference)
    if kind == HOLD:
        return Receipt(Memo("hold", *head, due=own[0], rated=rated), position, before)
    if kind == RESOLVE:
        return Receipt(Memo("resolve", *head, hold=unpacked(own[0]), by=own[1]), position, before)
    memo = Memo("consume", *head, rated=rated, lines=lines)
    if kind == NEXT:
        credits_before, links_before, name_before = own
        link = Pointer(unpacked(name_before), seq + links_before)
        return Receipt(memo, position + credits_before, link, first=(position, before))
    return Receipt(memo, position, before)


def book_values(book: Book) -> dict[str, Any]:
    """All attributes of the book that a turn writes."""
    return {
        "bu": position_values(book.position, book.head),
        "av": book.available,
        "lo": book.since,
        "hz": book.until,
        "tp": [[s.end, packed(s.lot_id), s.rank, s.expires_at or 0, s.created_at] for s in book.tape],
        "wt": [_aside_values(aside) for aside in book.waiting],
        "fz": [_aside_values(aside) for aside in book.frozen],
        "r": {name: receipt_values(receipt) for name, receipt in book.receipts.items()}
        | {name: record_values(entry) for name, entry in book.outcomes.items()},
        "q": {name: order_values(order) for name, order in book.orders.items()},
        "ho": {name: [hold.due, hold.credits] for name, hold in book.holds.items()},
        "de": book.debt,
        "v": book.version,
        "nx": book.renews_at,
    } | _page_values(book)


def _page_values(book: Book) -> dict[str, Any]:
    """Names of the book's pages, and that lots have died together; a book without them does not pay for them."""
    away = book.held_away
    shelf: dict[str, Any] = {"jd": True} if book.has_died_together else {}
    if book.shelf:
        shelf["sh"] = [book.shelved, *book.shelf]
    return shelf if away is None else shelf | {"hp": [away.name, away.holds, away.due]}


def book_of(values: Mapping[str, Any]) -> Book:
    """The book of an item."""
    position, seq, name = values["bu"]
    receipts: dict[str, Receipt] = {}
    outcomes: dict[str, Entry] = {}
    for key, record in values["r"].items():
        if record[0] == OUTCOME:
            outcomes[key] = entry_of(key, record[1])
        else:
            receipts[key] = receipt_of(record)
    shelved, *shelf = values.get("sh", (0,))
    return Book(
        position=position,
        head=Pointer(unpacked(name), seq),
        available=values["av"],
        since=values["lo"],
        until=values["hz"],
        tape=tuple(_segment_of(row) for row in values["tp"]),
        waiting=tuple(_aside_of(row) for row in values["wt"]),
        frozen=tuple(_aside_of(row) for row in values["fz"]),
        receipts=receipts,
        outcomes=outcomes,
        orders={name: order_of(name, record) for name, record in values["q"].items()},
        holds={name: OpenHold(due, credits) for name, (due, credits) in values["ho"].items()},
        debt=values["de"],
        version=values["v"],
        renews_at=values.get("nx", FAR_FUTURE),
        pause_reason=values.get("pz"),
        pause_version=values.get("pv", 0),
        shelf=tuple(shelf),
        shelved=shelved,
        held_away=HoldPage(*values["hp"]) if "hp" in values else None,
        tops_up=values.get("tu"),
        top_up_version=values.get("tv", 0),
        has_died_together="jd" in values,
    )


def order_values(order: Order) -> dict[str, Any]:
    """A waiting order."""
    match order:
        case Grant(lot, renews_at):
            made = {name: value for name, value in asdict(lot).items() if value is not None}
            return {"k": "grant", "lot": made, "renews_at": renews_at}
        case ClawBack():
            return {"k": "claw"} | asdict(order)
        case Restore():
            return {"k": "restore"} | asdict(order)
        case Freeze():
            return {"k": "freeze"} | asdict(order)
        case Renewal():
            return {"k": "renew"} | asdict(order)
        case Unreadable():
            return {"k": "unreadable"}


def order_of(order_id: str, values: Any) -> Order:
    """The order; whatever cannot be read is an order to be refused, for one bad order must not block the account."""
    try:
        kind, fields = values["k"], {name: value for name, value in values.items() if name != "k"}
        order: Order
        if kind == "grant":
            order = Grant(lot_of(fields["lot"]), fields["renews_at"])
        else:
            order = {"claw": ClawBack, "restore": Restore, "freeze": Freeze, "renew": Renewal}[kind](**fields)
        return order if order.order_id == order_id else Unreadable(order_id)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Unreadable(order_id)


def _memo(kind: str, memo: Memo, *own: Any) -> list[Any]:
    """Reference, calculation and lines come last, so that those that are absent take no byte; releases before them read past them."""
    said: list[str | None] = [] if memo.reference is None else [memo.reference]
    if memo.lines is not None:
        said = [memo.reference, memo.rated, memo.lines]
    elif memo.rated is not None:
        said = [memo.reference, memo.rated]
    return [kind, memo.credits, memo.at, packed(memo.actor), packed(memo.digest), *own, *said]


def _segment_of(row: list[Any]) -> Segment:
    end, lot_id, rank, expires_at, created_at = row
    return Segment(end, unpacked(lot_id), rank, expires_at or None, created_at)


def _aside_values(aside: Aside) -> list[Any]:
    return [aside.left, packed(aside.lot_id), aside.rank, aside.effective_at, aside.expires_at or 0, aside.created_at]


def _aside_of(row: list[Any]) -> Aside:
    left, lot_id, rank, effective_at, expires_at, created_at = row
    return Aside(left, unpacked(lot_id), rank, effective_at, expires_at or None, created_at)
