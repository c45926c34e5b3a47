"""What goes through the run's door, noted in the ring: without a key, a token, a cookie or a link's code."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from local.cloud.api_events import Answer, Request
from local.console.calls import Call, Problem, Told, problem_of
from local.console.curl import LONGEST_BODY, Command, Typed, Variable, Word
from local.console.ring import Noted, Ring, Who
from local.console.same_in_api import same_in_api
from lotbook.api.http.identity import is_id
from lotbook.domain.values.access import ROLES

CONSOLE = "/_local/console"
QUIET = (CONSOLE, "/_local/health", "/portal/static/", "/favicon.ico")  # what says nothing about the product
WEBHOOK = "/v1/webhooks/stripe"
FORM = "application/x-www-form-urlencoded"
KEPT_HEADERS = {"idempotency-key": "Idempotency-Key", "content-type": "Content-Type"}
HIDDEN = "..."
SERVICE_KEYS = "Bearer lbk_"
CODE = Variable("CODE", "of a link that nobody has opened: open one on the account's page")
STOP = Variable("STOP", "from the link in a mail")
FORM_TOKEN = Variable("FORM", "the hidden field `form` of the page")
COOKIE = Variable("COOKIE", "the value of the cookie `lotbook`, in the browser's tools")
AUTHORIZATION = Variable("AUTHORIZATION", "what the caller sent: it is not kept")
SECRETS = {"code": CODE, "token": STOP, "form": FORM_TOKEN}
REDELIVERED = "The gateway signs what it sends. This has it deliver the event again."
NO_REDELIVERY = "The gateway signs what it sends: have it sent again with `stripe events resend`."


@dataclass(frozen=True, slots=True)
class Watch:
    """`make` is how this run's commands are begun; `gateway_url` None: Stripe's own test mode."""

    ring: Ring
    base_url: str
    gateway_url: str | None
    make: str
    now: Callable[[], int]
    elapsed: Callable[[], float]

    def watching(self, answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        """The same answers, noted."""

        def watched(request: Request) -> Answer:
            if request.path == "/" or request.path.startswith(QUIET):
                return answer(request)
            began = self.elapsed()
            given = answer(request)
            self._note(request, given, self.milliseconds(began))
            return given

        return watched

    def milliseconds(self, began: float) -> int:
        """Since then."""
        return round((self.elapsed() - began) * 1_000)

    def own(self, call: Call, told: Told, title: str) -> Noted:
        """Note a call of the console's own; answers it."""
        problem = told.problem
        answer = json.dumps(told.content, indent=2, ensure_ascii=False) if told.content else ""
        return self.ring.note(
            lambda number: Noted(
                number,
                self.now(),
                "console",
                call.method,
                call.path,
                told.status,
                told.milliseconds,
                self.command(call),
                code=problem.code if problem else None,
                detail=problem.detail if problem else None,
                title=title,
                call=call,
                answer=answer[:LONGEST_BODY],
            )
        )

    def command(self, call: Call) -> Command:
        """A call of the console's own as it is typed."""
        base = self.gateway_url if call.place == "gateway" else self.base_url
        headers: list[Word] = [("Authorization: Bearer ", self.service_key())] if call.place == "api" else []
        if call.key is not None:
            headers.append((f"Idempotency-Key: {call.key}",))
        if call.body is not None:
            headers.append(("Content-Type: application/json",))
        return Command.of(Typed(call.method, (f"{base}{call.path}",), headers, body=call.payload.decode()))

    def service_key(self) -> Variable:
        """Of this run."""
        return Variable("KEY", f"KEY=$({self.make} -s key)")

    def _note(self, request: Request, given: Answer, milliseconds: int) -> None:
        problem = _problem(given)
        command, note = self._command(request)
        self.ring.note(
            lambda number: Noted(
                number,
                self.now(),
                _who(request),
                request.method,
                masked(request.target),
                given.status,
                milliseconds,
                command,
                code=problem.code if problem else None,
                detail=problem.detail if problem else None,
                title=_said(request.body, "type") if request.path == WEBHOOK else None,
                note=note,
            )
        )

    def _command(self, request: Request) -> tuple[Command, str | None]:
        if request.path == WEBHOOK:
            return self._redelivery(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        typed = Typed(request.method, (self.base_url, *_target(request.target)), tuple(self._headers(request, kind)))
        if "lotbook=" in request.headers.get("cookie", ""):
            typed = replace(typed, cookie=("lotbook=", COOKIE))
        text = request.body.decode("utf-8", "surrogateescape")
        note = same_in_api(request.method, request.path)
        if kind == FORM and len(text) <= LONGEST_BODY:
            return Command.of(replace(typed, fields=tuple(_fields(text)))), note
        return Command.of(replace(typed, body=_tidy(text, kind))), note

    def _headers(self, request: Request, kind: str) -> Iterator[Word]:
        given = request.headers.get("authorization")
        if given is not None:
            yield self._authorization(given)
        for name, shown in KEPT_HEADERS.items():
            if name in request.headers and not (name == "content-type" and (kind == FORM or not request.body)):
                yield (f"{shown}: {request.headers[name]}",)

    def _authorization(self, given: str) -> Word:
        if given.startswith(SERVICE_KEYS):
            return ("Authorization: Bearer ", self.service_key())
        member = _claims(given)
        if member is None:
            return ("Authorization: ", AUTHORIZATION)
        how = f"TOKEN=$({self.make} -s key ACCOUNT={member[0]} ROLE={member[1]})"
        return ("Authorization: Bearer ", Variable("TOKEN", how))

    def _redelivery(self, request: Request) -> tuple[Command, str]:
        event_id = _said(request.body, "id")
        if self.gateway_url is None or event_id is None:
            return Command(why_not=NO_REDELIVERY), NO_REDELIVERY
        again = Call("gateway", "POST", "/_stand_in/webhooks/deliver", {"event_ids": [event_id]})
        return self.command(again), REDELIVERED


def masked(target: str) -> str:
    """A path with its query, as it is shown."""
    return "".join(part if isinstance(part, str) else HIDDEN for part in _target(target))


def _target(target: str) -> Iterator[str | Variable]:
    path, mark, query = target.partition("?")
    yield path + mark
    for position, pair in enumerate(query.split("&") if query else ()):
        name, equals, value = pair.partition("=")
        yield f"{'&' if position else ''}{name}{equals}"
        if value:
            yield SECRETS.get(name, value)


def _fields(text: str) -> Iterator[Word]:
    for name, value in parse_qsl(text, keep_blank_values=True):
        yield (f"{quote(name, safe='', errors='surrogateescape')}=", SECRETS.get(name, value))


def _tidy(text: str, kind: str) -> str:
    """As it came; JSON of several lines on one, unless a name stands in it twice."""
    if "json" not in kind or text.isprintable():
        return text
    try:
        content = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        return text
    tidy = json.dumps(content, ensure_ascii=False)
    return tidy if tidy.isprintable() else json.dumps(content)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError(pairs)
    return made


def _who(request: Request) -> Who:
    given = request.headers.get("authorization", "")
    if request.path == WEBHOOK:
        return "gateway"
    if request.path.startswith("/_local/"):
        return "local"
    if request.path.startswith("/portal"):
        return "billing page"
    if given.startswith(SERVICE_KEYS):
        return "service key"
    return "member" if given else "nobody"


def _problem(given: Answer) -> Problem | None:
    if given.status < 400:
        return None
    kind = dict(given.headers).get("content-type", "")
    try:
        content = json.loads(given.body) if "json" in kind else {}
    except ValueError:
        content = {}
    return problem_of(given.status, content)


def _claims(given: str) -> tuple[str, str] | None:
    """Account and role of a member's token, unchecked: they only say which token to ask for."""
    parts = given.removeprefix("Bearer ").split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        account_id, role = claims["account_id"], claims["role"]
    except (ValueError, IndexError, KeyError, TypeError, RecursionError):
        return None
    return (account_id, role) if is_id(account_id) and role in ROLES else None


def _said(body: bytes, name: str) -> str | None:
    """A word of an event: its id, its type."""
    try:
        said = json.loads(body)[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return said if isinstance(said, str) and said.isascii() else None
