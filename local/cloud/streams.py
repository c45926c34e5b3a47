"""The table's stream on this machine: read from the engine, filtered, batched, handed to functions as Lambda does.

The event source's own rules are kept: a batch's failures are retried from the first one on, a batch that fails is cut in
half until the record that cannot be delivered stands alone, and that one ends in a list of its own after so many tries.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.functions import FunctionFailed
from local.cloud.lambda_json import as_json
from local.cloud.pace import Pace
from local.cloud.private_file import read_object, write_private
from local.cloud.template import StreamSource
from lotbook.adapters.system import SystemClock

Record = Mapping[str, Any]
Invoke = Callable[[str, Mapping[str, Any]], Any]

CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "max_attempts": 2})
RETRY_SECONDS = 0.2
RECORDS_A_READ = 100  # a round is short, so that it can be stopped soon
MOST_SHARDS = 100
MOST_ROUNDS_A_DRAIN = 50
DRAIN_SECONDS = 2.0
STOP_SECONDS = 0.3  # of the two in which a run stops (N4); the next run goes on where this one was
GONE = frozenset({"TrimmedDataAccessException", "ExpiredIteratorException", "ResourceNotFoundException"})


def matches(pattern: Any, value: Any) -> bool:
    """Whether a record matches a filter pattern: nested names, lists of alternatives, and `prefix`. Nothing else is used."""
    if isinstance(pattern, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and matches(part, value[name]) for name, part in pattern.items()
        )
    return any(_is(alternative, value) for alternative in pattern)


def _is(alternative: Any, value: Any) -> bool:
    if isinstance(alternative, Mapping):
        ((operator, operand),) = alternative.items()
        if operator != "prefix":
            raise ValueError(f"filter operator {operator} is not known here")
        return isinstance(value, str) and value.startswith(operand)
    return bool(alternative == value)


class Deliveries:
    """Hands records to one function, with the retries of its event source; what never goes through is kept in a file."""

    def __init__(
        self, source: StreamSource, invoke: Invoke, failed: Path, pause: Callable[[float], object] = lambda _: None
    ) -> None:
        self._source = source
        self._invoke = invoke
        self._failed = failed
        self._pause = pause

    def deliver(self, records: Sequence[Record]) -> None:
        """All records that the filter lets through, in batches, in order. When it returns, each is delivered or given up."""
        wanted = [record for record in records if self._wants(record)]
        for start in range(0, len(wanted), self._source.batch_size):
            self._settle(wanted[start : start + self._source.batch_size])

    def given_up(self) -> list[dict[str, Any]]:
        """Records that ended in the dead-letter list, oldest first."""
        return [json.loads(line) for line in self._failed.read_text().splitlines()] if self._failed.exists() else []

    def _wants(self, record: Record) -> bool:
        patterns = self._source.patterns
        return not patterns or any(matches(pattern, record) for pattern in patterns)

    def _settle(self, batch: Sequence[Record]) -> None:
        waiting = [(batch, 0)]  # the next piece is last; ends: a piece gets shorter or its tries run out
        while waiting:
            piece, tries = waiting.pop()
            rest = self._rest_after(piece)
            if not rest:
                continue
            if self._source.bisects and len(rest) > 1:
                middle = len(rest) // 2
                waiting += [(rest[middle:], tries), (rest[:middle], tries)]
            elif tries + 1 >= self._source.attempts:
                self._give_up(rest)
            else:
                self._pause(RETRY_SECONDS)
                waiting.append((rest, tries + 1))

    def _rest_after(self, piece: Sequence[Record]) -> Sequence[Record]:
        """What must come again: from the first failure on; everything when the function raised; nothing when all went well."""
        try:
            answer = self._invoke(self._source.function, {"Records": list(piece)})
        except FunctionFailed:
            return piece
        reported = (answer or {}).get("batchItemFailures", []) if self._source.reports_failures else []
        numbers = {failure["itemIdentifier"] for failure in reported}
        first = next((at for at, record in enumerate(piece) if number_of(record) in numbers), len(piece))
        return piece[first:]

    def _give_up(self, records: Sequence[Record]) -> None:
        with self._failed.open("a") as stream:
            for record in records:
                stream.write(json.dumps(record) + "\n")
                sys.stderr.write(f"--- {self._source.function}: record {number_of(record)} was given up\n")


def number_of(record: Record) -> str:
    """A record's sequence number."""
    return str(record["dynamodb"]["SequenceNumber"])


class TableStream:
    """The stream of one table in the engine, read shard by shard from where the checkpoint file says."""

    def __init__(self, endpoint: str, table: str, checkpoint: Path) -> None:
        make: Any = boto3.client
        self._dynamodb = make("dynamodb", endpoint_url=endpoint, config=CONFIG)
        self._streams = make("dynamodbstreams", endpoint_url=endpoint, config=CONFIG)
        self._table = table
        self._checkpoint = checkpoint
        self._read: dict[str, str] = read_object(checkpoint, {})
        self._arn = ""
        self._next: dict[str, str] = {}  # iterators by shard

    def read(self) -> Iterator[list[Record]]:
        """Each shard that has something new, with its records. Taking the next one says that these are delivered."""
        if not self._next:
            self._begin()
        for shard, iterator in list(self._next.items()):
            try:
                page = self._streams.get_records(ShardIterator=iterator, Limit=RECORDS_A_READ)
            except ClientError as error:
                if error.response["Error"]["Code"] not in GONE:
                    raise
                self._next.clear()  # the engine was started anew, or we were away for long: begin where we can
                return
            if page["Records"]:
                yield [_as_lambda_gets_it(record, self._arn) for record in page["Records"]]
                self._done(shard, page["Records"][-1])
            self._next[shard] = page["NextShardIterator"]

    def _begin(self) -> None:
        self._arn = self._dynamodb.describe_table(TableName=self._table)["Table"]["LatestStreamArn"]
        stream = self._streams.describe_stream(StreamArn=self._arn, Limit=MOST_SHARDS)["StreamDescription"]
        for shard in stream["Shards"]:
            self._next[shard["ShardId"]] = self._iterator(shard["ShardId"])

    def _done(self, shard: str, last: Record) -> None:
        self._read[shard] = number_of(last)
        write_private(self._checkpoint, json.dumps(self._read))

    def _iterator(self, shard: str) -> str:
        """After what was delivered; from the beginning where the engine does not know that record (any more)."""
        place = {"StreamArn": self._arn, "ShardId": shard}
        known = self._read.get(shard)
        if known is not None:
            try:
                after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": known}
                return str(self._streams.get_shard_iterator(**place, **after)["ShardIterator"])
            except ClientError as error:
                if error.response["Error"]["Code"] not in GONE:
                    raise
        begin = self._streams.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")
        return str(begin["ShardIterator"])


def _as_lambda_gets_it(record: Any, arn: str) -> Record:
    told: Record = as_json({**record, "eventSourceARN": arn})
    return told


class StreamPoller:
    """Reads the stream in a thread of its own, and on demand."""

    def __init__(self, stream: TableStream, deliveries: Sequence[Deliveries]) -> None:
        self._stream = stream
        self._deliveries = deliveries
        self._one_reader = threading.Lock()
        self._stopped = threading.Event()
        self._is_left = False
        self._thread = threading.Thread(target=self._run, name="table-stream", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver what is still there, inside a bound, and read nothing any more. A round that takes longer ends with the process."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
            self._is_left = self._thread.is_alive()
        else:
            self._drain_at_last()

    def _drain_at_last(self) -> None:
        try:
            self.drain(STOP_SECONDS)
        except (ClientError, BotoCoreError) as failure:
            if not self._is_left:  # else the engine has been told to end meanwhile
                sys.stderr.write(f"--- the table's stream was not read to its end: {failure}\n")

    def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Deliver until the stream is empty, inside a bound; whether it is."""
        clock = SystemClock()
        until = clock.now() + int(seconds * 1_000)
        for _ in range(MOST_ROUNDS_A_DRAIN):
            if not self._round():
                return True
            if clock.now() > until:
                break
        return False

    def _run(self) -> None:
        pace = Pace()
        while not self._stopped.wait(pace.seconds()):
            try:
                pace.note(False)
                while not self._stopped.is_set() and self._round():
                    pace.note(True)
            except (ClientError, BotoCoreError) as failure:
                if not self._is_left:
                    sys.stderr.write(f"--- the table's stream cannot be read: {failure}\n")
                self._stopped.wait(RETRY_SECONDS)
        self._drain_at_last()

    def _round(self) -> bool:
        """Read and deliver once; whether there was anything."""
        with self._one_reader:
            found = False
            for records in self._stream.read():
                for deliveries in self._deliveries:
                    deliveries.deliver(records)
                if self._is_left:  # the engine is going: what failed for that is read again by the next run
                    break
                found = True
            return found
