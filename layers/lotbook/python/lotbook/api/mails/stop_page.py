"""The page behind the link that stops mails: a person is asked first, a mail program's one click is not (RFC 8058).

A look alone stops nothing, for scanners open every link of a mail. The token is in the query, which no log holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lotbook.api.http.observability import Invocation, log_answer, log_crash
from lotbook.api.mails.render import template, words_of
from lotbook.api.rendering.formats import accepted
from lotbook.domain.accounts.notifications import MailKind
from lotbook.domain.values.errors import InvalidRequest, Unavailable

PATH = "/mails/stop"
PAGES = (f"GET {PATH}", f"POST {PATH}")
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


def answer(
    event: Mapping[str, Any], context: object, look: Callable[[str], MailKind], stop: Callable[[str], MailKind]
) -> dict[str, Any]:
    """One call of PAGES, of API Gateway's payload format 2.0. `look` says what a token is for, `stop` does it."""
    invocation, told = Invocation(context), None
    logged = {"request_id": event["requestContext"].get("requestId"), "route": event["routeKey"]}
    try:
        told = _answer(event, look, stop)
    finally:
        if told is None:
            log_crash(**invocation.fields(), **logged)
    log_answer(**invocation.fields(), **logged, status=told["statusCode"])
    return told


def _answer(
    event: Mapping[str, Any], look: Callable[[str], MailKind], stop: Callable[[str], MailKind]
) -> dict[str, Any]:
    token = (event.get("queryStringParameters") or {}).get("token", "")
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    texts = words_of(next(iter(accepted(headers.get("accept-language", ""))), None))
    does = event["routeKey"] == PAGES[1]
    try:
        kind = stop(token) if does else look(token)
        status, sentence = 200, "done" if does else "ask"
        title = texts.texts["kinds"][kind]["title"]
    except InvalidRequest:
        status, sentence, title = 400, "wrong", texts.texts["footer"]["stop"]
    except Unavailable:
        status, sentence, title = 503, "later", texts.texts["footer"]["stop"]
    view = {
        "lang": texts.language,
        "title": title,
        "sentence": texts.texts["stop"][sentence],
        "button": texts.texts["stop"]["button"] if sentence == "ask" else None,
    }
    body = template("stop.html").render(view)
    return {"statusCode": status, "headers": HEADERS, "body": body, "isBase64Encoded": False}
