"""What the table's stream brings: the statement is filed, the world is told. Answers which records must come again.

A record that cannot be read, or an account whose store call fails, is reported alone; the others are done all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring, wiring_stream
from lotbook.api.http.metrics import report
from lotbook.api.http.observability import log_answer
from lotbook.domain.news.announcements import figures_of
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.alarms import alarm
from lotbook.usecases.news.deliver_changes import deliver_changes, read_changes


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer a batch of stream records with the sequence numbers that failed (ReportBatchItemFailures)."""
    records = {record["dynamodb"]["SequenceNumber"]: record for record in event["Records"]}
    changes, failed = read_changes(records, wiring_stream.read_record)
    failed |= deliver_changes(changes, statement=wiring.statement(), outlets=wiring.outlets())
    for number, reason in failed.items():
        _report(number, wiring_stream.owner_of(records[number]), reason)
    report("outbox", records=len(records), changes=len(changes), failed=len(failed), **figures_of(changes.values()))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in records if number in failed]}


def _report(number: str, account_id: str, reason: Exception) -> None:
    """Ids and kinds only. What comes again by itself is no alarm; the queue of what never went through has its own."""
    if isinstance(reason, Unavailable):
        log_answer(stream="outbox", record=number, account_id=account_id, error=reason.code)
    else:
        alarm("stream_record_failed", record=number, account_id=account_id, error=type(reason).__name__)
