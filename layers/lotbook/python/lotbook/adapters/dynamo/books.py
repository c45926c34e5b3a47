"""Books and their ledger in DynamoDB: single-item conditional writes, strongly consistent reads, nothing else.

The protocol: decisions/ and `usecases/credits/{burn,turn}.py`. `tests/contracts/test_conditions.py` takes every condition out in
turn and wants a contract to fail. `tests/simulation` explores every interleaving, on books in memory; that these refuse the same
calls as the expressions here is shown by `tests/contracts/test_same_refusals.py`.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.book_items import (
    book_of,
    book_values,
    memo_values,
    next_memo_values,
    order_values,
    position_values,
    record_values,
)
from lotbook.adapters.dynamo.granted_lots import GrantedLots
from lotbook.adapters.dynamo.ledger_items import entry_key, entry_of, entry_values
from lotbook.adapters.dynamo.packing import packed
from lotbook.adapters.dynamo.store_time import StoreTime
from lotbook.adapters.dynamo.table import (
    IS_THERE,
    NOT_NEWER,
    NOT_YET_WRITTEN,
    Condition,
    from_item,
    to_attribute,
    to_item,
)
from lotbook.adapters.refusals import ServiceRefused
from lotbook.adapters.system import SystemClock, stand_back
from lotbook.domain.credits.book import MAX_ORDERS, MAX_RECEIPTS, Book
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.domain.credits.orders import Order
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.ports.books import Prune, WriteOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lotbook.adapters.dynamo.lot_events import LotEvents
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.credits.book import Memo
    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.shop import Clock

# What a write demands of the book, and what happens without it. Names from outside go through #names.
ENOUGH_LEFT = Condition("av >= :n")  # or credits are burned that the account does not have
NOT_BEFORE_THE_LAST_TURN = Condition("lo <= :now")  # or a slow clock burns a lot before its time (F6)
NOT_PAST_ITS_HORIZON = Condition("hz > :now")  # or a burn draws from a dead lot, or comes before an order
NOT_PAUSED = Condition("attribute_not_exists(pz)")  # or a paused account goes on burning
NOT_BURNED_YET = Condition("attribute_not_exists(r.#k)")  # or a key's second burn drops the receipt of the first
NOT_HELD = Condition("attribute_not_exists(ho.#k)")  # or a second hold, once the receipt is pruned, drops the first
ROOM_FOR_A_RECEIPT = Condition("size(r) < :max")  # or a turn cannot journal the book with one look
ROOM_FOR_THEM_ALL = Condition("size(r) <= :room")  # the same, of a batch
PRUNED_RECEIPT_IS_THE_SAME = Condition("(attribute_not_exists(r.#p) OR r.#p = :prev)")  # or a later burn goes (F1)
HOLD_IS_OPEN = Condition("attribute_exists(ho.#h)")  # or a hold is resolved twice
ROOM_FOR_A_HOLD = Condition("size(ho) < :holds")  # or every burn pays for holds that wait, until the item is full (S3)
NOT_WAITING_YET = Condition("attribute_not_exists(q.#i)")  # or two deliveries stop each other's turns for ever (F7)
ROOM_FOR_AN_ORDER = Condition("size(q) < :max")  # or the item grows without end
NOT_PAST_ITS_PERIOD = Condition("(attribute_not_exists(nx) OR nx > :at)")  # or a debt is older than credits that pay it
NO_ORDER_SINCE = Condition("v = :v")  # or a turn wipes an order, a pause or another turn (F10)
NO_BURN_SINCE = Condition("bu = :bu")  # or a turn wipes a burn
NEWER_THAN_THE_LAST_PAUSE = Condition("pv < :pv")  # or an older decision lifts a newer pause
NEWER_THAN_THE_LAST_MARK = Condition(
    "(attribute_not_exists(tv) OR tv < :tv)"
)  # or who switched it off is asked for ever

# Right sides see the old item: the receipt takes the position, seq and name from before this burn.
MOVE_THE_POSITION = "av = av - :n, bu[0] = bu[0] + :n"
LINK_THE_RECEIPT = "bu[1] = bu[1] + :one, bu[2] = :name, r.#k = list_append(:memo, bu)"

NEW_OR_DROPPED = Condition("(attribute_not_exists(pk) OR attribute_exists(dropped))")
KEEP_THE_NUMBER = "f = if_not_exists(f, :first)"
SET = "SET "  # how most updates begin
PLACEHOLDER = re.compile("#k|#p|:prev")  # those of conditions that one write may state many times
BATCH = 100  # keys that one BatchGetItem takes
MAX_BATCH_TRIES = 8  # of keys that the service left unprocessed
STAND_BACK_SECONDS = (0.010, 0.030)


class _Write(NamedTuple):
    """One conditional write of a book. `names` and `values` are the placeholders of update and conditions."""

    update: str
    conditions: Sequence[Condition]
    names: Mapping[str, str]
    values: Mapping[str, Any]
    answer: str = "ALL_NEW"
    number: int = 0  # of the format, of a write of the whole book


class DynamoBooks:
    """Implements `BookStore`. Safe under threads: it keeps the client, when the table last answered, and what never changes."""

    def __init__(self, table: Table, wall: Clock | None = None) -> None:
        self._table = table
        self._store_time = StoreTime(wall or SystemClock())
        self.lots = GrantedLots(self.entries, self.newest_of_lots).of

    def burn(self, account_id: str, unit: str, name: str, memo: Memo, prunes: Sequence[Prune]) -> WriteOutcome:
        """BURN: two kinds, one write."""
        names = {"#k": name}
        values: dict[str, Any] = {":n": memo.credits, ":one": 1, ":name": packed(name), ":memo": memo_values(memo)}
        values |= {":now": memo.at, ":max": MAX_RECEIPTS}
        update = f"SET {MOVE_THE_POSITION}, {LINK_THE_RECEIPT}"
        conditions = [
            ENOUGH_LEFT,
            NOT_BEFORE_THE_LAST_TURN,
            NOT_PAST_ITS_HORIZON,
            NOT_PAUSED,
            NOT_BURNED_YET,
            NOT_HELD,
            ROOM_FOR_A_RECEIPT,
        ]
        if memo.kind == "hold":
            update += ", ho.#k = :hold"
            values |= {":hold": [memo.due, memo.credits], ":holds": HOLDS_IN_BOOK}
            conditions.append(ROOM_FOR_A_HOLD)
        if gone := [prune for prune in prunes if prune.name != name]:
            update += f" {_removed(gone, names, values)}"
            conditions += [_numbered(PRUNED_RECEIPT_IS_THE_SAME, number) for number in range(len(gone))]
        return self._update(account_id, unit, _Write(update, conditions, names, values))

    def burn_many(self, account_id: str, unit: str, burns: Sequence[tuple[str, Memo]]) -> WriteOutcome:
        """BURN of many: every right side sees `bu` before the first of them, so the others say how far off they are."""
        credits, last = 0, ""
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        sets = ["av = av - :n", "bu[0] = bu[0] + :n", "bu[1] = bu[1] + :links", "bu[2] = :name"]
        conditions = [ENOUGH_LEFT, NOT_BEFORE_THE_LAST_TURN, NOT_PAST_ITS_HORIZON, NOT_PAUSED, ROOM_FOR_THEM_ALL]
        for number, (name, memo) in enumerate(burns):
            names[f"#k{number}"] = name
            values[f":m{number}"] = next_memo_values(memo, credits, number, last) if number else memo_values(memo)
            sets.append(f"r.#k{number} = list_append(:m{number}, bu)")
            conditions += [_numbered(NOT_BURNED_YET, number), _numbered(NOT_HELD, number)]
            credits, last = credits + memo.credits, name
        values |= {":n": credits, ":links": len(burns), ":name": packed(last)}
        values |= {":now": burns[0][1].at, ":room": MAX_RECEIPTS - len(burns)}
        return self._update(account_id, unit, _Write(f"SET {', '.join(sets)}", conditions, names, values))

    def prune(self, account_id: str, unit: str, prunes: Sequence[Prune]) -> WriteOutcome:
        """PRUNE: nobody has to look again, for what goes is in the ledger, and a turn journals it all the same."""
        names, values = dict[str, str](), dict[str, Any]()
        update = _removed(prunes, names, values)
        conditions = [_numbered(PRUNED_RECEIPT_IS_THE_SAME, number) for number in range(len(prunes))]
        return self._update(account_id, unit, _Write(update, [IS_THERE, *conditions], names, values))

    def resolve(self, account_id: str, unit: str, name: str, memo: Memo) -> WriteOutcome:
        """RESOLVE: a burn of nothing that ends a hold."""
        names = {"#k": name, "#h": memo.hold or ""}
        values = {":one": 1, ":name": packed(name), ":memo": memo_values(memo), ":now": memo.at, ":max": MAX_RECEIPTS}
        conditions = [
            HOLD_IS_OPEN,
            NOT_BEFORE_THE_LAST_TURN,
            NOT_PAST_ITS_HORIZON,  # what died before it comes before it, and is not counted as available
            NOT_BURNED_YET,
            ROOM_FOR_A_RECEIPT,
        ]
        return self._update(account_id, unit, _Write(f"SET {LINK_THE_RECEIPT} REMOVE ho.#h", conditions, names, values))

    def ask(self, account_id: str, unit: str, order: Order, at: int = 0) -> WriteOutcome:
        """ASK: `hz` 0 stops burns, so nobody waits for whoever asked; `v` moves, so no turn in flight wipes it (F10)."""
        values = {":order": order_values(order), ":zero": 0, ":one": 1, ":max": MAX_ORDERS, ":at": at}
        conditions = [IS_THERE, NOT_WAITING_YET, ROOM_FOR_AN_ORDER, NOT_PAST_ITS_PERIOD]
        update = "SET q.#i = :order, hz = :zero, v = v + :one"
        return self._update(account_id, unit, _Write(update, conditions, {"#i": order.order_id}, values))

    def swap(self, account_id: str, unit: str, old: Book, new: Book) -> WriteOutcome:
        """TURN-SWAP: compare with the two counters, write everything, and say when a schedule should look again.

        A turn is believed by everybody, so not from a machine whose clock is ahead.
        """
        self._store_time.refuse_ahead()
        written = book_values(new)
        names = {f"#{name}": name for name in written}
        values = {f":new_{name}": value for name, value in written.items()}
        values |= {":v": old.version, ":bu": position_values(old.position, old.head)}
        update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in written)
        gone = [name for name in ("sh", "hp") if name not in written]
        if new.until < FAR_FUTURE:
            update += ", dp = :dp, du = :du"
            values |= {":dp": keys.due_shard("book", account_id), ":du": new.until}
        else:
            gone += ["dp", "du"]
        if gone:
            update += " REMOVE " + ", ".join(gone)
        number = max(formats.BOOK.writes, formats.DIED_TOGETHER if new.has_died_together else formats.FIRST)
        conditions = [NO_ORDER_SINCE, NO_BURN_SINCE]
        return self._update(account_id, unit, _Write(update, conditions, names, values, number=number))

    def tidy(self, account_id: str, unit: str, outcomes: Iterable[str]) -> None:
        """Take journaled outcomes out; their names never come back."""
        left = list(outcomes)
        for start in range(0, len(left), BATCH):
            names = {f"#{number}": name for number, name in enumerate(left[start : start + BATCH])}
            update = "REMOVE " + ", ".join(f"r.{placeholder}" for placeholder in names)
            self._update(account_id, unit, _Write(update, [IS_THERE], names, {}, answer="NONE"))

    def pause(self, account_id: str, unit: str, reason: str | None, version: int) -> WriteOutcome:
        """Set or clear the flag; `v` moves, so no turn in flight undoes it."""
        values: dict[str, Any] = {":pv": version, ":one": 1}
        if reason is None:
            update = "SET pv = :pv, v = v + :one REMOVE pz"
        else:
            update, values[":pz"] = "SET pz = :pz, pv = :pv, v = v + :one", reason
        return self._update(account_id, unit, _Write(update, [NEWER_THAN_THE_LAST_PAUSE], {}, values))

    def mark(self, account_id: str, unit: str, *, tops_up: str | None, version: int) -> WriteOutcome:
        """Set or clear the mark; `v` moves, so no turn in flight undoes it."""
        values: dict[str, Any] = {":tv": version, ":one": 1}
        if tops_up is not None:
            update, values[":tu"] = "SET tu = :tu, tv = :tv, v = v + :one", tops_up
        else:
            update = "SET tv = :tv, v = v + :one REMOVE tu"
        return self._update(account_id, unit, _Write(update, [NEWER_THAN_THE_LAST_MARK], {}, values))

    def create(self, account_id: str, unit: str, book: Book) -> bool:
        """CREATE. `since` is this machine's word, as in a turn."""
        self._store_time.refuse_ahead()
        item = keys.book(account_id, unit) | book_values(book) | {"pv": book.pause_version}
        if book.pause_reason is not None:
            item["pz"] = book.pause_reason
        if book.until < FAR_FUTURE:
            item |= {"dp": keys.due_shard("book", account_id), "du": book.until}
        return self._put(item) is None

    def get(self, account_id: str, unit: str) -> Book | None:
        """The book, strongly consistent."""
        found = self._call("get_item", Key=to_item(keys.book(account_id, unit)), ConsistentRead=True)
        return book_of(from_item(found["Item"])) if "Item" in found else None

    def put_entry(self, account_id: str, entry: Entry) -> Entry | None:
        """PUT: it decides what the name stands for. A hold is also shown to the schedule until it is resolved."""
        item = entry_key(account_id, entry.unit, entry.name) | entry_values(entry)
        if entry.kind == "held":
            item |= {"dp": keys.due_shard("hold", account_id), "du": entry.due}
        older = self._put(item)
        return None if older is None else entry_of(entry.name, older)

    def entry(self, account_id: str, unit: str, name: str) -> Entry | None:
        """One entry, strongly consistent."""
        found = self._call("get_item", Key=to_item(entry_key(account_id, unit, name)), ConsistentRead=True)
        return entry_of(name, from_item(found["Item"])) if "Item" in found else None

    def entries(self, account_id: str, unit: str, names: Iterable[str]) -> Mapping[str, Entry]:
        """Many entries, strongly consistent, a hundred a call."""
        wanted = {tuple(entry_key(account_id, unit, name).values()): name for name in names}
        keys_left = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in wanted]
        found: dict[str, Entry] = {}
        for start in range(0, len(keys_left), BATCH):
            for item in self._batch(keys_left[start : start + BATCH]):
                values = from_item(item)
                name = wanted[values["pk"], values["sk"]]
                found[name] = entry_of(name, values)
        return found

    def lot_entries(self, account_id: str, unit: str, lot_id: str) -> list[Entry]:
        """Everything under `lot#<id>`, strongly consistent, page by page. Raises BrokenInvariant after MAX_LOT_PAGES."""
        return self.entries_of_lots(account_id, unit, [lot_id])[lot_id]

    def entries_of_lots(self, account_id: str, unit: str, lot_ids: Sequence[str]) -> Mapping[str, list[Entry]]:
        """The same of several lots: one read, and one of what died together with others."""
        return self._lot_events(account_id, unit).of(lot_ids)

    def newest_of_lots(self, account_id: str, unit: str, last: str, most: int) -> Mapping[str, Entry]:
        """One query, from the highest name down."""
        return self._lot_events(account_id, unit).newest(last, most)

    def _lot_events(self, account_id: str, unit: str) -> LotEvents:
        from lotbook.adapters.dynamo.lot_events import LotEvents  # no burn reads them

        return LotEvents(account_id, unit, partial(self._call, "query"))

    def note_metadata(self, account_id: str, name: str, digest: str, metadata: Mapping[str, str]) -> None:
        """Among the account's notes; the same body writes the same item, also over one that was dropped."""
        self._put(keys.note(account_id, name, digest) | {"metadata": dict(metadata)}, NEW_OR_DROPPED)

    def forget_note(self, account_id: str, name: str, digest: str) -> None:
        """An empty note over it: burning may write notes, and take none away."""
        from lotbook.adapters.dynamo.puts import put_over  # no burn forgets

        put_over(self._table, keys.note(account_id, name, digest) | {"metadata": {}, "dropped": True}, NOT_NEWER)

    def metadata(self, account_id: str, noted: Iterable[tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
        """A hundred a call, strongly consistent: a note is written before its burn. Old ones lie beside their entries."""
        wanted = dict(noted)
        found = self._notes({name: keys.note(account_id, name, digest) for name, digest in wanted.items()})
        old = {name: keys.old_note(account_id, name, wanted[name]) for name in wanted.keys() - found.keys()}
        return found | self._notes(old)

    def _notes(self, places: Mapping[str, dict[str, str]]) -> dict[str, Mapping[str, str]]:
        names = {tuple(place.values()): name for name, place in places.items()}
        wanted = [to_item(place) for place in places.values()]
        batches = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
        items = [from_item(item) for batch in batches for item in self._batch(batch)]
        return {names[item["pk"], item["sk"]]: item["metadata"] for item in items}

    def hold_done(self, account_id: str, name: str) -> None:
        """Off the due index."""
        request = {"Key": to_item(keys.spread_ledger(account_id, name)), "UpdateExpression": "REMOVE dp, du"}
        self._guarded("update_item", request | {"ConditionExpression": IS_THERE})

    def stand_back(self) -> None:
        """Ten to thirty milliseconds: a herd that meets one order does its turn about once instead of all at once."""
        stand_back(*STAND_BACK_SECONDS)

    def _update(self, account_id: str, unit: str, write: _Write) -> WriteOutcome:
        """One write; a second one only into a book of a format that this release reads and that the first does not go into."""
        key, writes = keys.book(account_id, unit), write.number or formats.BOOK.writes
        done, item = self._write(key, write, writes)
        goes_into = writes if write.number or writes > formats.FIRST else formats.BOOK.reads
        if not done and item and goes_into < formats.number_of(item) <= formats.BOOK.reads:
            done, item = self._write(key, write, formats.number_of(item))
        return WriteOutcome(done, book_of(from_item(item)) if item else None)

    def _write(self, key: Mapping[str, str], write: _Write, number: int) -> tuple[bool, dict[str, Any] | None]:
        """The book's number moves up with whatever is written into it, and never down; a part of the first format leaves it."""
        values, lifted = {**write.values, ":f": number}, "f = :f"
        if number == formats.FIRST and not write.number:
            values, lifted = {**values, ":f": formats.BOOK.reads, ":first": formats.FIRST}, KEEP_THE_NUMBER
        request: dict[str, Any] = {
            "Key": to_item(key),
            "UpdateExpression": f"SET {lifted}{',' if write.update.startswith(SET) else ''} {write.update.removeprefix(SET)}",
            "ConditionExpression": " AND ".join([*write.conditions, NOT_NEWER]),
            "ExpressionAttributeValues": {name: to_attribute(value) for name, value in values.items()},
            "ReturnValues": write.answer,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if write.names:
            request["ExpressionAttributeNames"] = dict(write.names)
        return self._guarded("update_item", request)

    def _put(self, item: Mapping[str, Any], condition: Condition = NOT_YET_WRITTEN) -> dict[str, Any] | None:
        """None when written, else the item that is there."""
        request = {
            "Item": to_item(item),
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        done, older = self._guarded("put_item", request)
        return None if done else from_item(older or {})

    def _batch(self, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for _ in range(MAX_BATCH_TRIES):
            request = {self._table.name: {"Keys": batch, "ConsistentRead": True}}
            answer = self._send("batch_get_item", {"RequestItems": request})
            found += answer["Responses"].get(self._table.name, [])
            left = answer.get("UnprocessedKeys", {}).get(self._table.name)
            if not left:
                return found
            batch = left["Keys"]
        raise Unavailable(retry_after_seconds=1)

    def _guarded(self, operation: str, request: Mapping[str, Any]) -> tuple[bool, dict[str, Any] | None]:
        """Whether the condition held, and the item after it or as found."""
        try:
            answer = self._call(operation, **request)
        except ServiceRefused as error:
            if was_refused(error):
                return False, error.response.get("Item")
            raise
        return True, answer.get("Attributes")

    def _call(self, operation: str, **request: Any) -> Any:
        return self._send(operation, {"TableName": self._table.name} | request)

    def _send(self, operation: str, request: Mapping[str, Any]) -> Any:
        sent_at = self._store_time.now()
        try:
            answer = send(self._table.client, operation, request)
        except ServiceRefused as error:
            self._store_time.hear(sent_at, error.response)
            raise
        self._store_time.hear(sent_at, answer)
        return answer


def _removed(prunes: Sequence[Prune], names: dict[str, str], values: dict[str, Any]) -> str:
    """The clause that takes these receipts out; their placeholders go into `names` and `values`."""
    for number, prune in enumerate(prunes):
        names[f"#p{number}"] = prune.name
        values[f":prev{number}"] = record_values(prune.receipt)
    return "REMOVE " + ", ".join(f"r.#p{number}" for number in range(len(prunes)))


@cache
def _numbered(condition: Condition, number: int) -> Condition:
    """The condition on one of many: its placeholders end in the number."""
    return Condition(PLACEHOLDER.sub(rf"\g<0>{number}", condition))
