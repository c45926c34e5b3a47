"""The grammar that all functions share: API Gateway's event in, one handler, an answer or a problem out.

A function module has `ROUTES = {"POST /v1/...": handle}` and `handler = lambda event, context: dispatch(ROUTES, event)`; keys are
API Gateway's `routeKey`, facts about them are in `routes.CONTRACT`. Order of refusals: 401, 404 of the account, 403, 413, 400 of
the query and the key, then the body. A call is not asked for its account before it is read, for a burn asks for nothing: what
refuses the request itself is told only to whom the account and the call are open (`_told_first`). Only named outcomes become answers; anything else crashes: one line joins API Gateway's
id with Lambda's, the traceback is Lambda's own, an alarm rings, and API Gateway answers 500 (decisions/0057).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from lotbook.api.http import body, idempotency, identity, problems
from lotbook.api.http.observability import Invocation, log_answer, log_crash
from lotbook.api.http.routes import CONTRACT, Route
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import ItemTooLarge, MalformedJson, Outcome
from lotbook.domain.values.light_dataclasses import dataclass, field

Event = Mapping[str, Any]
MAX_USER_AGENT_CHARACTERS = 256
ANSWER_HEADERS = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Request:
    """A call as the handlers see it. Header names are in lower case; `key` is the idempotency key where the route needs one."""

    route_key: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    source_ip: str
    user_agent: str
    request_id: str
    raw: str
    is_base64: bool
    host: str  # API Gateway's own name for where it was asked, never what a header claims
    context: Mapping[str, Any] | None = field(repr=False)
    admitted: Caller | None = None
    key: str = ""
    noted: dict[str, str | int | None] = field(default_factory=dict)  # for its log line: ids, codes

    @property
    def account_id(self) -> str:
        """The account in the path, which the caller may see."""
        return self.path["account_id"]

    @property
    def caller(self) -> Caller:
        """Who calls; only routes that are not public ask."""
        if self.admitted is None:
            raise LookupError("a public route has no caller")
        return self.admitted

    @cached_property
    def body_bytes(self) -> bytes:
        """The body as it was sent; raises MalformedJson when API Gateway's base64 does not decode."""
        if not self.is_base64:
            return self.raw.encode("utf-8", "surrogatepass")
        from base64 import b64decode  # API Gateway sends text as it is

        try:
            return b64decode(self.raw, validate=True)
        except ValueError:
            raise MalformedJson from None

    def but(self, **changed: Any) -> Request:
        """The same request with other fields. `dataclasses.replace` asks every field first, and each call comes here twice."""
        made = object.__new__(Request)
        made.__dict__.update(self.__dict__, **changed)
        return made

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object; raises MalformedJson or InvalidRequest."""
        return body.parse_object(self.body_bytes)

    def json_object_or_none(self) -> dict[str, Any]:
        """The same where a body may be left out: nothing is an empty object."""
        return self.json_object() if self.body_bytes.strip() else {}

    def no_body(self) -> None:
        """For calls without one: nothing, or an empty object; raises MalformedJson or InvalidRequest for anything else."""
        if self.body_bytes.strip():
            body.refuse_members(self.json_object())


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, a body that `json` can write or a text that goes out as it is, and headers beside the usual ones."""

    status: int
    body: Mapping[str, Any] | str
    headers: Mapping[str, str] = field(default_factory=dict)


Handle = Callable[[Request], Answer]
# Raises AccountNotFound where there is no account of that id, Forbidden where only buyers may call and the caller is none.
Standing = Callable[[str, Caller, bool], None]
# What refuses the request and not its sender. The other statuses come from use cases, which have met the account by then.
OF_THE_REQUEST = frozenset({400, 404, 413, 422})


def once(status: int, shape: Mapping[str, Any], *, replayed: bool) -> Answer:
    """An answer to a call with an idempotency key: marked when it is the first answer again."""
    return Answer(status, shape, idempotency.REPLAYED if replayed else {})


def dispatch(routes: Mapping[str, Handle], event: Event, context: object, standing: Standing) -> dict[str, Any]:
    """Answer one event. Raises KeyError for a route that the function does not have: the template is wrong then."""
    request, invocation = read(event), Invocation(context)
    answer, code = None, None
    try:
        handle, route = routes[request.route_key], CONTRACT[request.route_key]
        request = _admit(route, request)
        answer = handle(_checked(route, request))
    except Outcome as outcome:
        told = _told_first(outcome, request, standing)
        code = told.code
        document = problems.document(told, request.request_id)
        answer = Answer(document["status"], document, problems.headers(told))
    except ItemTooLarge as error:
        from lotbook.usecases.alarms import alarm  # at a crash only

        alarm("item_too_large", item=error.item)
        raise
    finally:
        if answer is None:
            log_crash(**invocation.fields(), **_logged(request))
    log_answer(**invocation.fields(), **_logged(request), status=answer.status, code=code)
    return {
        "statusCode": answer.status,
        "headers": {**ANSWER_HEADERS, **answer.headers},
        "body": answer.body if isinstance(answer.body, str) else _json(answer.body),
        "isBase64Encoded": False,
    }


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


def read(event: Event) -> Request:
    """The request in an event of API Gateway's payload format 2.0."""
    gateway = event["requestContext"]
    http = gateway.get("http") or {}
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    return Request(
        route_key=event["routeKey"],
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        headers=headers,
        source_ip=str(http.get("sourceIp", "")),
        user_agent=_printable(str(http.get("userAgent") or headers.get("user-agent", ""))),
        request_id=str(gateway.get("requestId", "")),
        raw=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        host=str(gateway.get("domainName", "")),
        context=(gateway.get("authorizer") or {}).get("lambda"),
    )


def _admit(route: Route, request: Request) -> Request:
    if route.public:
        return request
    return request.but(admitted=identity.admit(route, identity.from_context(request.context), request.path))


def _told_first(outcome: Outcome, request: Request, standing: Standing) -> Outcome:
    """Account first, then role, then the rest (contract, "Who"): what is wrong with a request hides neither of the two."""
    is_of_the_request = problems.kind_of(type(outcome)).status in OF_THE_REQUEST
    if request.admitted is None or "account_id" not in request.path or not is_of_the_request:
        return outcome
    try:
        standing(request.account_id, request.admitted, CONTRACT[request.route_key].buyers)
    except Outcome as earlier:
        return earlier
    return outcome


def _checked(route: Route, request: Request) -> Request:
    if not route.signed:  # the sender of those is no client of ours, and its address is the deployment's business
        _refuse_unknown(request.query, route.query)
        body.check_size(request.body_bytes)
    return request.but(key=idempotency.key_of(request.headers)) if route.keyed else request


def _refuse_unknown(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    """A parameter that a call does not know would be a filter that is not applied (N8); raises InvalidRequest."""
    there_are = f"those of this call are {', '.join(known)}" if known else "this call has none"
    told = f"There is no such query parameter here; {there_are}."
    body.refuse_names([name for name in query if name not in known], told)


def _logged(request: Request) -> dict[str, str | int | None]:
    """What every line about a request says. `request_id` is API Gateway's, which the caller has too."""
    return {
        "request_id": request.request_id,
        "route": request.route_key,
        "account_id": request.path.get("account_id") if request.admitted else None,
        "actor": request.admitted.actor if request.admitted else None,
        "purchase_id": request.path.get("purchase_id") if request.admitted else None,
        **request.noted,
    }


def _printable(text: str) -> str:
    return "".join(character for character in text[:MAX_USER_AGENT_CHARACTERS] if character.isprintable())
