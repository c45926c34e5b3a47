"""Mails: the bus's events that people are told of, what became of their mails, and the page that stops them.

A deployment without a sender mails nothing: the rules that fill the queue do not exist there, and what is in it is let go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from lotbook import wiring, wiring_mails
from lotbook.api.http.metrics import report
from lotbook.api.http.observability import log_answer
from lotbook.api.mails import stop_page
from lotbook.api.mails.events import news_of, returns_of
from lotbook.api.mails.render import write
from lotbook.domain.accounts.notifications import MailKind
from lotbook.domain.values.errors import Unavailable
from lotbook.settings import settings
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import attempt
from lotbook.usecases.mails.send_mail import mail_news
from lotbook.usecases.mails.stop_mails import kind_of_token, stop_address, stop_kind


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Show a page, or answer a batch of the queue with the messages that failed (ReportBatchItemFailures)."""
    if "Records" not in event:
        return stop_page.answer(event, context, _kind_of, _stop_kind)
    outcomes = {record["messageId"]: attempt(partial(_work, record)) for record in event["Records"]}
    failed = {number: tried.error for number, tried in outcomes.items() if tried.error is not None}
    for number, reason in failed.items():
        _report(number, reason)
    sent = sum(tried.answer == "sent" for tried in outcomes.values())
    report("mailer", messages=len(outcomes), sent=sent, failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _kind_of(token: str) -> MailKind:
    _, kind = kind_of_token(wiring.cursor_key(), token)
    return kind


def _stop_kind(token: str) -> MailKind:
    return stop_kind(wiring.cursor_key(), token, accounts=wiring.accounts())


def _work(record: Mapping[str, Any]) -> str:
    envelope = json.loads(record["body"])
    if not settings().mail_from:
        return "nothing"
    if (news := news_of(envelope)) is not None:
        outcome = mail_news(news, desk=wiring_mails.mail_desk(write))
        log_answer(job="mailer", event_id=news.event_id, account_id=news.account_id, event=news.type, outcome=outcome)
        return outcome
    return _stop(returns_of(envelope))


def _stop(returned: Iterable[tuple[str, str, Any]]) -> str:
    for account_id, address, reason in returned:
        stop_address(account_id, address, reason, accounts=wiring.accounts(), clock=wiring.clock())
    return "stopped"


def _report(number: str, reason: Exception) -> None:
    """Ids and kinds only. What comes again by itself is no alarm; the queue of what never went through has its own."""
    if isinstance(reason, Unavailable):
        log_answer(job="mailer", message=number, error=reason.code)
    else:
        alarm("mail_failed", message=number, error=type(reason).__name__)
