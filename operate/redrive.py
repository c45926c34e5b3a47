"""Dead letters: `lotbook letters list`, or `again`, which does their work once more and takes away what went through.

A mail, an automatic purchase, an event for endpoints and a delivery to one go back to their queue. A run of a schedule is run. Records
of the table's stream are read from the stream while it has them (24 hours), and after that from the table. Mend the cause first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from local import ROOT
from local.cloud.refusals import Refused
from local.cloud.streams import GONE, matches
from local.cloud.template import load
from local.instants import instant
from lotbook.domain.values.instants import MINUTE, SECOND, to_text
from operate.outbox import Record, Sent, hand_over
from operate.publish_again import Walk, publish_again
from operate.stack import Stack

MOST = 1_000  # letters of a queue in one run, unless it is told otherwise
SHOWN = 200  # characters of a letter
LETTERS_A_READ = 10
HIDDEN_SECONDS = 960  # longer than the longest function: nobody else takes the letters meanwhile
READS_OF_A_LETTER = 1_000  # pages of the stream that one letter may be about
MARGIN = 5 * MINUTE  # between the instant of an entry and its arrival in the stream
Letter = Mapping[str, Any]


@dataclass(frozen=True)
class Remedy:
    """What is done with the letters of a queue; `told` is for the list."""

    told: str
    work: Callable[[Stack, Sequence[Letter], list[str]], list[Letter]]  # answers those that went through; adds notes


@dataclass
class Looked:
    """A queue: how many letters were read, how many of them went through, and what there is to say of them."""

    queue: str
    remedy: str
    letters: list[dict[str, str]]
    through: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.letters) - self.through


def look(stack: Stack, queue: str, most: int) -> Looked:
    """The letters of a queue; none is taken. Raises what the SDK raises."""
    letters = list(_letters(stack, queue, most))
    for letter in letters:
        _sqs(stack, queue, "change_message_visibility", ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0)
    return Looked(queue, REMEDIES[queue].told, [_told(letter) for letter in letters])


def again(stack: Stack, queue: str, most: int) -> Looked:
    """Do the work of a queue's letters once more, and take away those that went through. Raises what the SDK raises, and Refused."""
    letters = list(_letters(stack, queue, most))
    looked = Looked(queue, REMEDIES[queue].told, [_told(letter) for letter in letters])
    done = REMEDIES[queue].work(stack, letters, looked.notes) if letters else []
    for letter in done:
        _sqs(stack, queue, "delete_message", ReceiptHandle=letter["ReceiptHandle"])
    looked.through = len(done)
    return looked


def _told(letter: Letter) -> dict[str, str]:
    return {"sent_at": to_text(int(letter["Attributes"]["SentTimestamp"])), "body": letter["Body"][:SHOWN]}


def _letters(stack: Stack, queue: str, most: int) -> Iterator[Letter]:
    """Each once, up to `most`, hidden from others meanwhile."""
    seen: set[str] = set()
    for _ in range(most):  # a read brings one letter at least, or the end
        found = _sqs(
            stack,
            queue,
            "receive_message",
            MaxNumberOfMessages=min(LETTERS_A_READ, most - len(seen)),
            VisibilityTimeout=HIDDEN_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        new = [letter for letter in found if letter["MessageId"] not in seen]
        seen |= {letter["MessageId"] for letter in new}
        yield from new
        if not new or len(seen) >= most:
            return


def _sqs(stack: Stack, queue: str, operation: str, **asked: Any) -> Any:
    return getattr(stack.client("sqs"), operation)(QueueUrl=stack.name(queue), **asked)


def _back_to(queue: str, stack: Stack, letters: Sequence[Letter], _notes: list[str]) -> list[Letter]:
    """Sent before it is deleted: a crash in between sends it twice, which its reader bears."""
    for letter in letters:
        _sqs(stack, queue, "send_message", MessageBody=letter["Body"])
    return list(letters)


def _run_again(stack: Stack, letters: Sequence[Letter], notes: list[str]) -> list[Letter]:
    """Each function once for each thing that it was asked. A letter of Lambda's names both; one of the scheduler's is the event."""
    done = []
    ran: dict[str, bool] = {}
    for letter in letters:
        function, event = _asked_of(letter)
        if function.rpartition(":function:")[2].partition(":")[0] not in stack.names.values():
            notes.append(f"left: {function or 'no function'} is none of this stack")
            continue
        what = json.dumps([function, event], sort_keys=True)
        if what not in ran:
            ran[what] = _ran(stack, function, event, notes)
        if ran[what]:
            done.append(letter)
    return done


def _ran(stack: Stack, function: str, event: Mapping[str, Any], notes: list[str]) -> bool:
    try:
        stack.invoke_named(function, event)
    except Refused as refusal:
        notes.append(f"left: {refusal}")
        return False
    return True


def _asked_of(letter: Letter) -> tuple[str, Mapping[str, Any]]:
    """Function's ARN and event."""
    body = json.loads(letter["Body"])
    if "requestPayload" in body:
        return str(body["requestContext"]["functionArn"]), body["requestPayload"]
    target = letter.get("MessageAttributes", {}).get("TARGET_ARN", {}).get("StringValue", "")
    return str(target), body


def _stream_again(stack: Stack, letters: Sequence[Letter], notes: list[str]) -> list[Letter]:
    """From the stream what it still has; for the others one walk over the table, from the first arrival to the last."""
    sent, gone, done = Sent(), list[Letter](), list[Letter]()
    for letter in letters:
        before = len(sent.failed)
        try:
            hand_over(_records(stack, json.loads(letter["Body"])["DDBStreamBatchInfo"]), stack, sent)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
            gone.append(letter)
            continue
        done += [letter] if len(sent.failed) == before else []
    if gone and _from_table(stack, gone, notes):
        done += gone
    notes.append(f"{sent} from the stream, {len(gone)} letters from the table")
    return done


def _records(stack: Stack, about: Mapping[str, Any]) -> Iterator[Record]:
    """Those of a letter that the function's filter lets through. Raises ClientError where the stream has none of them any more."""
    streams = stack.client("dynamodbstreams")
    (source,) = load(ROOT / "template.yaml", {}).streams
    iterator = streams.get_shard_iterator(
        StreamArn=about["streamArn"],
        ShardId=about["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=about["startSequenceNumber"],
    )["ShardIterator"]
    for _ in range(READS_OF_A_LETTER):
        page = streams.get_records(ShardIterator=iterator)
        for record in page["Records"]:
            if any(matches(pattern, record) for pattern in source.patterns):
                yield record
            if int(record["dynamodb"]["SequenceNumber"]) >= int(about["endSequenceNumber"]):
                return
        iterator = page.get("NextShardIterator")  # a page may be empty before the end
        if iterator is None:
            return
    raise Refused(f"A letter is about more than {READS_OF_A_LETTER} pages of the stream.")


def _from_table(stack: Stack, letters: Sequence[Letter], notes: list[str]) -> bool:
    """Whether all of it was seen and nothing failed."""
    infos = [json.loads(letter["Body"])["DDBStreamBatchInfo"] for letter in letters]
    since = min(instant(info["approximateArrivalOfFirstRecord"]) for info in infos) - MARGIN
    until = max(instant(info["approximateArrivalOfLastRecord"]) for info in infos) + MARGIN
    notes.append(f"the stream has them no more: from the table, {to_text(since)} to {to_text(until + SECOND)}")
    walk = Walk(stack.table, since, until)
    sent = publish_again(walk, stack)
    notes.append(str(sent))
    return walk.after is None and not sent.failed


REMEDIES: Mapping[str, Remedy] = {  # every queue that ends in the template's alarms on dead letters
    "FailedMails": Remedy("back to the queue of mails", partial(_back_to, "Mails")),
    "FailedAutoTopUps": Remedy("back to the queue of accounts to buy for", partial(_back_to, "AutoTopUps")),
    "FailedNews": Remedy("back to the queue of events for endpoints", partial(_back_to, "News")),
    "FailedDeliveries": Remedy("back to the queue of deliveries", partial(_back_to, "Deliveries")),
    "FailedRuns": Remedy("the function is run once more", _run_again),
    "FailedChanges": Remedy(
        "the stream's records, or what the table has of them, are handed over once more", _stream_again
    ),
}
