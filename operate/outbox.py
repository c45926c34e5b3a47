"""The stream's work once more: records for the outbox function, made of what the stream still has or of what the table holds.

The function does with them what it does with the stream's: it files the statement and publishes. Both are the same when they are
done twice: lines have their places, events their ids.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local.cloud.lambda_json import as_json
from lotbook.adapters.dynamo import keys

Record = Mapping[str, Any]
RECORDS_A_CALL = 100
BYTES_A_CALL = 4_000_000  # a call of a function takes six million
TRIES = 3  # of records that the function names as failed


class Invoker(Protocol):
    """What `stack.Stack` does."""

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> Any:
        """Call a function and answer what it answers."""
        ...


@dataclass
class Sent:
    """What was handed over, by kind, and the keys of what failed in TRIES."""

    kinds: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items())) or "nothing"
        return f"{kinds}; {len(self.failed)} failed"


def record_of(item: Mapping[str, Any], number: str) -> Record:
    """An item of the table as the stream's record of its making."""
    keys = {name: item[name] for name in ("pk", "sk")}
    images = {"Keys": keys, "NewImage": dict(item), "SequenceNumber": number}
    return {"eventID": number, "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": images}


def hand_over(
    records: Iterable[Record], functions: Invoker, sent: Sent, done: Callable[[str], None] = lambda _sent: None
) -> None:
    """All of them, some a call. What the function fails is noted in `sent`, and the rest goes on. `done` hears of each call."""
    for batch in _batches(records):
        waiting = batch
        for _ in range(TRIES):
            answer = functions.invoke("OutboxFunction", {"Records": waiting}) or {}
            numbers = {each["itemIdentifier"] for each in answer.get("batchItemFailures", ())}
            waiting = [record for record in waiting if record["dynamodb"]["SequenceNumber"] in numbers]
            if not waiting:
                break
        sent.failed += [_place(record) for record in waiting]
        sent.kinds.update(_kind(record) for record in batch)
        done(str(sent))


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        made = as_json(record)
        length = len(json.dumps(made))
        if batch and (len(batch) == RECORDS_A_CALL or size + length > BYTES_A_CALL):
            yield batch
            batch, size = [], 0
        batch.append(made)
        size += length
    if batch:
        yield batch


def _place(record: Record) -> str:
    keys = record["dynamodb"]["Keys"]
    return f"{keys['pk']['S']} {keys['sk']['S']}"


def _kind(record: Record) -> str:
    pk, _, sk = _place(record).partition(" ")
    if keys.ledger_name(pk, sk) is not None:
        return "entries"
    if keys.is_purchase(pk, sk):
        return "purchases"
    return "events of automatic purchase" if keys.is_auto_event(pk, sk) else "others"
