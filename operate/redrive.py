"""Dead letters: `list` them, or `again`, which does their work once more and takes away what went through.

A mail, an automatic purchase, an event for endpoints and a delivery to one go back to their queue. A run of a schedule is run. Records of the table's stream are read from the
stream while it has them (24 hours), and after that from the table (`operate.publish_again`). Mend the cause first.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from local import ROOT
from local.cloud.refusals import Refused, in_one_sentence
from local.cloud.streams import GONE, matches
from local.cloud.template import load
from local.ending import ended
from local.instants import instant
from lotbook.domain.values.instants import MINUTE, SECOND, to_text
from operate.outbox import Record, Sent, hand_over
from operate.publish_again import Walk, publish_again
from operate.stack import Stack, find

MOST = 1_000  # letters of a queue in one run, unless --most says otherwise
LETTERS_A_READ = 10
HIDDEN_SECONDS = 960  # longer than the longest function: nobody else takes the letters meanwhile
READS_OF_A_LETTER = 1_000  # pages of the stream that one letter may be about
MARGIN = 5 * MINUTE  # between the instant of an entry and its arrival in the stream
Letter = Mapping[str, Any]


@dataclass(frozen=True)
class Remedy:
    """What is done with the letters of a queue; `told` is for the list."""

    told: str
    work: Callable[[Stack, Sequence[Letter]], list[Letter]]  # answers those that went through


def main(arguments: list[str], look_up: Callable[[str], Stack] = find) -> int:
    """Answers the exit code: 1 where letters are left, 2 where AWS refused."""
    asked = _parser().parse_args(arguments)
    try:
        with in_one_sentence(asked.stack):
            stack = look_up(asked.stack)
            queues = [asked.queue] if asked.queue else list(REMEDIES)
            left = [_queue(stack, queue, asked) for queue in queues]
            return 1 if any(left) else 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2


def _queue(stack: Stack, queue: str, asked: argparse.Namespace) -> int:
    """How many letters are left of those that were read."""
    is_dry = asked.command == "list" or asked.dry_run
    letters = list(_letters(stack, queue, asked.most))
    print(f"{queue}: {len(letters)} letters{f'; {REMEDIES[queue].told}' if letters else ''}")
    if is_dry:
        for letter in letters:
            print(f"  {to_text(int(letter['Attributes']['SentTimestamp']))} {letter['Body'][:200]}")
            _sqs(stack, queue, "change_message_visibility", ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0)
        return 0
    done = REMEDIES[queue].work(stack, letters) if letters else []
    for letter in done:
        _sqs(stack, queue, "delete_message", ReceiptHandle=letter["ReceiptHandle"])
    if letters:
        print(f"{queue}: {len(done)} went through, {len(letters) - len(done)} are left")
    return len(letters) - len(done)


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


def _back_to(queue: str, stack: Stack, letters: Sequence[Letter]) -> list[Letter]:
    """Sent before it is deleted: a crash in between sends it twice, which its reader bears."""
    for letter in letters:
        _sqs(stack, queue, "send_message", MessageBody=letter["Body"])
    return list(letters)


def _run_again(stack: Stack, letters: Sequence[Letter]) -> list[Letter]:
    """Each function once for each thing that it was asked. A letter of Lambda's names both; one of the scheduler's is the event."""
    done = []
    ran: dict[str, bool] = {}
    for letter in letters:
        function, event = _asked_of(letter)
        if function.rpartition(":function:")[2].partition(":")[0] not in stack.names.values():
            print(f"  left: {function or 'no function'} is none of this stack")
            continue
        what = json.dumps([function, event], sort_keys=True)
        if what not in ran:
            ran[what] = _ran(stack, function, event)
        if ran[what]:
            done.append(letter)
    return done


def _ran(stack: Stack, function: str, event: Mapping[str, Any]) -> bool:
    try:
        stack.invoke_named(function, event)
    except Refused as refusal:
        print(f"  left: {refusal}")
        return False
    return True


def _asked_of(letter: Letter) -> tuple[str, Mapping[str, Any]]:
    """Function's ARN and event."""
    body = json.loads(letter["Body"])
    if "requestPayload" in body:
        return str(body["requestContext"]["functionArn"]), body["requestPayload"]
    target = letter.get("MessageAttributes", {}).get("TARGET_ARN", {}).get("StringValue", "")
    return str(target), body


def _stream_again(stack: Stack, letters: Sequence[Letter]) -> list[Letter]:
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
    if gone and _from_table(stack, gone):
        done += gone
    print(f"  {sent} from the stream, {len(gone)} letters from the table")
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


def _from_table(stack: Stack, letters: Sequence[Letter]) -> bool:
    """Whether all of it was seen and nothing failed."""
    infos = [json.loads(letter["Body"])["DDBStreamBatchInfo"] for letter in letters]
    since = min(instant(info["approximateArrivalOfFirstRecord"]) for info in infos) - MARGIN
    until = max(instant(info["approximateArrivalOfLastRecord"]) for info in infos) + MARGIN
    print(f"  the stream has them no more: from the table, {to_text(since)} to {to_text(until + SECOND)}")
    walk = Walk(stack.name("Table"), since, until)
    sent = publish_again(walk, stack)
    print(f"  {sent}")
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.redrive", description=__doc__)
    parser.add_argument("stack", help="the stack's name")
    parser.add_argument("command", choices=("list", "again"))
    parser.add_argument("--queue", choices=list(REMEDIES), help="only this one")
    parser.add_argument("--most", type=int, default=MOST, help=f"letters of each queue (default {MOST})")
    parser.add_argument("--dry-run", action="store_true", help="the same as list")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
