"""The OpenAPI 3.1 document, made from what the code itself uses: routes, request models, answer shapes, problems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from lotbook.api.document import components, examples
from lotbook.api.document.components import Schema, reference
from lotbook.api.document.names import NAMES, SUBJECTS
from lotbook.api.http import idempotency, paging, problems
from lotbook.api.http.routes import CONTRACT, Route
from lotbook.api.requests import forms
from lotbook.api.requests.paths import PAYMENT_METHOD
from lotbook.domain.advice.advise import MAX_PLANNED_PERIODS
from lotbook.domain.reports.lines import REPORTS
from lotbook.domain.values import errors
from lotbook.domain.values.newer_format import NewerFormat

BOTH = ("Report",)  # answered as CSV, and as JSON where `Accept` asks for it
DESCRIPTIONS = ("OpenApi", "PolicySchema")
JSON, PROBLEM_JSON, CSV = "application/json", problems.CONTENT_TYPE, "text/csv"
UNAUTHORIZED, TOO_MANY, CRASHED = 401, 429, 500
WITHOUT_A_KEY = "With it the items have none; without it each has its own."
WAIT = "Seconds to wait before the same request is sent again."
BEFORE_US = "or as API Gateway says it, in one `message`"
_IN_PATH = re.compile(r"{(\w+)}")
_PATH: dict[str, Schema] = {  # what is in a path and is no id of ours
    "payment_method": {"type": "string", "pattern": f"^{PAYMENT_METHOD.pattern}$"},
    "report": {"type": "string", "enum": list(REPORTS)},
}
_QUERY: dict[str, Schema] = {
    "unit": {
        "type": "string",
        "description": "Left out: the first unit of the account's policy.",
        "example": "credits",
    },
    "limit": {"type": "integer", "minimum": 1, "maximum": paging.MAX_LIMIT, "default": paging.DEFAULT_LIMIT},
    "cursor": {"type": "string"},
    "version": {"type": "integer", "minimum": 1},
    "dry_run": {"type": "boolean", "description": "Check all that a publication checks, and publish nothing."},
    "state": {"type": "string", "description": "One state; of purchases also several, with commas between."},
    "email": {"type": "string", "description": "Exactly so.", "example": "ann@acme.example"},
    "external_id": {"type": "string", "description": "Exactly so.", "example": "auth0|65f1c2"},
    "policy_id": {"type": "string"},
    "plan_id": {"type": "string", "description": "The plan of now."},
    "kind": {"type": "string", "description": "One kind or several, with commas between: of items, or of entries."},
    "from": {"type": "string", "format": "date-time", "description": "At this instant or later."},
    "to": {"type": "string", "format": "date-time", "description": "Before this instant."},
    "month": {
        "type": "string",
        "pattern": "^2[0-9]{3}-(0[1-9]|1[0-2])$",
        "description": "Of UTC.",
        "example": "2026-11",
    },
    "currency": {"type": "string", "description": "ISO 4217. Left out: all.", "example": "eur"},
    "reference": {"type": "string", "description": "Exactly so.", "example": "job-17"},
    "planned": {
        "type": "integer",
        "minimum": 1,
        "description": "Credits that will be needed; advice sizes the purchase.",
    },
    "planned_periods": {"type": "integer", "minimum": 1, "maximum": MAX_PLANNED_PERIODS, "default": 1},
}


@cache
def document() -> Schema:
    """The whole document; the same for every call of a process."""
    paths: dict[str, Schema] = {}
    for route_key, route in CONTRACT.items():
        method, path = route_key.split(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(route_key, route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lotbook",
            "version": "1",
            "description": "Prepaid credits: sell, grant, burn, expire and prove every one of them.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": told} for name, told in SUBJECTS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A member token (JWT of the deployment's issuer) or a service key (`lbk_...`).",
                }
            },
            "schemas": components.all_of_them(),
        },
    }


def refusals(route_key: str) -> dict[int, list[str]]:
    """Every problem code of a route, by status."""
    codes = {*CONTRACT[route_key].codes, *_usual_codes(route_key, CONTRACT[route_key])}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(_status(code), []).append(code)
    return dict(sorted(by_status.items()))


def _usual_codes(route_key: str, route: Route) -> Iterator[str]:
    """Those of every route of its kind; only what describes the API depends on nothing that could be unavailable."""
    if route.answers.get(200) not in DESCRIPTIONS:
        yield errors.Unavailable.code
        yield NewerFormat.code
    if "{account_id}" in route_key:
        yield errors.AccountNotFound.code
    if not route.public:
        yield errors.Unauthenticated.code
        if not route.any_token:
            yield errors.Forbidden.code
    if route.keyed:
        yield errors.IdempotencyKeyMissing.code
    if route.keyed or route.may_be_keyed:
        yield from (errors.IdempotencyKeyInvalid.code, errors.IdempotencyKeyReused.code)
    if (
        not route_key.startswith("GET ") and not route.signed
    ):  # where no body belongs, a wrong one is refused all the same
        yield from (errors.MalformedJson.code, errors.BodyTooLarge.code)
    if not route.signed:  # a query parameter that the call does not know
        yield errors.InvalidRequest.code


def _status(code: str) -> int:
    """A code that no outcome has for its own is a reason that offers and quotes show; `NotEligible` carries those."""
    owner = next((outcome for outcome in problems.all_kinds() if outcome.code == code), errors.NotEligible)
    return problems.kind_of(owner).status


def _operation(route_key: str, route: Route) -> Schema:
    path = route_key.split(" ")[1]
    name = NAMES[route_key]
    operation: Schema = {
        "operationId": name.operation,
        "summary": route.summary,
        "description": _who(route),
        "tags": [name.subject],
        "parameters": list(_parameters(path, route)),
        "responses": dict(_responses(route_key, route)),
    }
    if route.body:
        content = {"schema": reference(route.body), **_shown(examples.of_body(route_key))}
        operation["requestBody"] = {"required": not route.body_optional, "content": {JSON: content}}
    if route.public:
        operation["security"] = []
    return operation


def _responses(route_key: str, route: Route) -> Iterator[tuple[str, Schema]]:
    for status, name in sorted(route.answers.items()):
        yield str(status), _answer(name, route, examples.of_answer(route_key, status))
    refused = refusals(route_key)
    of_its_own = {TOO_MANY, CRASHED, *({UNAUTHORIZED} - {UNAUTHORIZED * route.public})}
    for status in sorted({*refused, *of_its_own}):
        yield (
            str(status),
            _refusal(refused.get(status, []), status in of_its_own, examples.of_answer(route_key, status)),
        )


def _shown(found: Mapping[str, Schema]) -> Schema:
    return {"examples": dict(found)} if found else {}


def _who(route: Route) -> str:
    if route.public:
        return "No token."
    if route.any_token:
        return "Any valid token."
    named = [f"service key with `{scope}`" for scope in sorted(route.scopes)]
    return "Needs: " + " or ".join(["member of the account"] * route.members + named) + "."


def _parameters(path: str, route: Route) -> Iterator[Schema]:
    for name in _IN_PATH.findall(path):
        schema = _PATH.get(name, {"type": "string", "pattern": forms.ID})
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name in route.query:
        yield {"name": name, "in": "query", "required": name == "month", "schema": _QUERY[name]}
    if route.keyed or route.may_be_keyed:
        told = "A new one for each piece of work; the same one for each retry of it."
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": route.keyed,
            "description": told if route.keyed else f"{told} {WITHOUT_A_KEY}",
            "schema": {"type": "string", "pattern": f"^{idempotency.VISIBLE_ASCII.pattern}$"},
        }


def _answer(name: str, route: Route, shown: Mapping[str, Schema]) -> Schema:
    if name in ("Csv", *BOTH):
        told = "Where this page ends, when there is more."
        as_csv = {CSV: {"schema": {"type": "string"}, **_shown(shown if name == "Csv" else {})}}
        as_json = {} if name == "Csv" else {JSON: {"schema": reference(name), **_shown(shown)}}
        return {
            "description": "RFC 4180, UTF-8, one header row.",
            "content": as_json | as_csv,
            "headers": {"Lotbook-Next-Cursor": {"description": told, "schema": {"type": "string"}}},
        }
    answer: Schema = {"description": "Done.", "content": {JSON: {"schema": reference(name), **_shown(shown)}}}
    if route.keyed or route.may_be_keyed:
        told = "`true` when this is the first answer again."
        answer["headers"] = {"Idempotent-Replayed": {"description": told, "schema": {"type": "string"}}}
    return answer


def _refusal(codes: list[str], also_of_the_gateway: bool, shown: Mapping[str, Schema]) -> Schema:
    """Refusals of ours, or what API Gateway answers of its own accord, or either."""
    told = ", ".join(f"`{code}`" for code in codes)
    content: Schema = {PROBLEM_JSON: {"schema": reference("Problem"), **_shown(shown)}} if codes else {}
    if also_of_the_gateway:
        told = f"{told}; {BEFORE_US}" if codes else BEFORE_US
        content[JSON] = {"schema": reference("GatewayMessage")}
    waits = {errors.TopUpPending.code, errors.Unavailable.code, NewerFormat.code} & set(codes)
    headers: Schema = (
        {"headers": {"Retry-After": {"description": WAIT, "schema": {"type": "integer"}}}} if waits else {}
    )
    return {"description": told, "content": content, **headers}
