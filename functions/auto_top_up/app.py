"""The work behind the queue: charge what an account has claimed, claim what it is due. Answers which messages must come again.

A message says that it is time to look, never what to buy. It may come twice, late, or not at all: the schedule of `recheck` finds
what a lost one leaves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from lotbook import wiring_automatic
from lotbook.api.http.metrics import report
from lotbook.api.http.observability import log_answer
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import attempt
from lotbook.usecases.automatic.work import work

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

LEAST_TIME_LEFT = 45_000  # milliseconds that one charge may take when the gateway is slow


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a batch of messages with the ids of those that failed (ReportBatchItemFailures)."""
    failed = []
    for message in event["Records"]:
        if context.get_remaining_time_in_millis() < LEAST_TIME_LEFT:
            failed.append(message["messageId"])
            continue
        tried = attempt(partial(_work, message))
        if tried.error is not None:
            failed.append(message["messageId"])
            _report(message, tried.error)
    report("auto_top_up", messages=len(event["Records"]), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _work(message: Mapping[str, Any]) -> None:
    asked = json.loads(message["body"])
    account_id = asked["account_id"]
    made = work(account_id, asked.get("purchase_id"), desk=wiring_automatic.auto_desk())
    became = {"purchase_id": made.purchase_id, "outcome": made.state} if made else {"outcome": "nothing"}
    log_answer(queue="auto_top_up", message=message["messageId"], account_id=account_id, **became)


def _account_of(message: Mapping[str, Any]) -> str:
    return str(json.loads(message["body"])["account_id"])


def _report(message: Mapping[str, Any], reason: Exception) -> None:
    """Ids and kinds only. What comes again by itself is no alarm; the queue of what never went through has its own."""
    whose = {"message": message["messageId"], "account_id": attempt(partial(_account_of, message)).answer}
    if isinstance(reason, Unavailable):
        log_answer(queue="auto_top_up", **whose, error=reason.code)
    else:
        alarm("auto_top_up_failed", **whose, error=type(reason).__name__)
