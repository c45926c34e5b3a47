"""The OpenAPI 3.1 document, made from what the code itself uses: routes, request models, answer shapes, problems."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic.json_schema import models_json_schema

from lotbook.api.answers import shapes, shapes_plans, shapes_records
from lotbook.api.http import body, idempotency, paging, problems
from lotbook.api.http.routes import CONTRACT, Route
from lotbook.api.requests import forms, schemas
from lotbook.api.requests.paths import PAYMENT_METHOD
from lotbook.domain.advice.advise import MAX_PLANNED_PERIODS
from lotbook.domain.values import errors
from lotbook.domain.values.errors import Outcome

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
JSON, PROBLEM_JSON = "application/json", problems.CONTENT_TYPE
_PLAIN: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    types.NoneType: {"type": "null"},
    Any: {},
}
_QUERY: dict[str, Schema] = {
    "unit": {"type": "string", "default": "credits"},
    "limit": {"type": "integer", "minimum": 1, "maximum": paging.MAX_LIMIT, "default": paging.DEFAULT_LIMIT},
    "cursor": {"type": "string"},
    "version": {"type": "integer", "minimum": 1},
    "state": {"type": "string", "description": "One state or several, with commas between."},
    "kind": {"type": "string", "description": "One kind of item or several, with commas between."},
    "from": {"type": "string", "format": "date-time", "description": "Ordered at this instant or later."},
    "to": {"type": "string", "format": "date-time", "description": "Ordered before this instant."},
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
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A member token (JWT of the deployment's issuer) or a service key (`lbk_...`).",
                }
            },
            "schemas": dict(sorted({**_bodies(), **_answers(), "Problem": _problem()}.items())),
        },
    }


def refusals(route_key: str) -> dict[int, list[str]]:
    """Every problem code of a route, by status."""
    codes = {*CONTRACT[route_key].codes, *_usual_codes(route_key, CONTRACT[route_key])}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(_status(code), []).append(code)
    return dict(sorted(by_status.items()))


def outcomes() -> Iterator[type[Outcome]]:
    """Every outcome with a code of its own, in the order in which errors.py names them."""
    for outcome in vars(errors).values():
        if isinstance(outcome, type) and issubclass(outcome, Outcome) and outcome in problems.KINDS:
            yield outcome


def _usual_codes(route_key: str, route: Route) -> Iterator[str]:
    """Those of every route of its kind; only this document itself depends on nothing that could be unavailable."""
    if route.answers.get(200) != "OpenApi":
        yield errors.Unavailable.code
    if "{account_id}" in route_key:
        yield errors.AccountNotFound.code
    if not route.public:
        yield errors.Unauthenticated.code
        if not route.any_token:
            yield errors.Forbidden.code
    if route.keyed:
        yield from (
            errors.IdempotencyKeyMissing.code,
            errors.IdempotencyKeyInvalid.code,
            errors.IdempotencyKeyReused.code,
        )
    if (
        not route_key.startswith("GET ") and not route.signed
    ):  # where no body belongs, a wrong one is refused all the same
        yield from (errors.MalformedJson.code, errors.BodyTooLarge.code)
    if not route.signed:  # a query parameter that the call does not know
        yield errors.InvalidRequest.code


def _status(code: str) -> int:
    """A code that no outcome has for its own is a reason that offers and quotes show; `NotEligible` carries those."""
    owner = next((outcome for outcome in outcomes() if outcome.code == code), errors.NotEligible)
    return problems.kind_of(owner).status


def _operation(route_key: str, route: Route) -> Schema:
    path = route_key.split(" ")[1]
    codes = refusals(route_key)
    operation: Schema = {
        "summary": route.summary,
        "description": _who(route),
        "tags": [route.function],
        "parameters": list(_parameters(path, route)),
        "responses": {str(status): _answer(name, route) for status, name in route.answers.items()}
        | {str(status): _refusal(named) for status, named in sorted(codes.items())},
    }
    if route.body:
        operation["requestBody"] = {
            "required": not route.body_optional,
            "content": {JSON: {"schema": _reference(route.body)}},
        }
    if route.public:
        operation["security"] = []
    return operation


def _who(route: Route) -> str:
    if route.public:
        return "No token."
    if route.any_token:
        return "Any valid token."
    named = [f"service key with `{scope}`" for scope in sorted(route.scopes)]
    return "Needs: " + " or ".join(["member of the account"] * route.members + named) + "."


def _parameters(path: str, route: Route) -> Iterator[Schema]:
    for name in ("account_id", "policy_id", "purchase_id", "hold_id"):
        if f"{{{name}}}" in path:
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": forms.ID}}
    if "{payment_method}" in path:
        pattern = f"^{PAYMENT_METHOD.pattern}$"
        yield {
            "name": "payment_method",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": pattern},
        }
    for name in route.query:
        yield {"name": name, "in": "query", "required": False, "schema": _QUERY[name]}
    if route.keyed:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "A new one for each piece of work; the same one for each retry of it.",
            "schema": {"type": "string", "pattern": f"^{idempotency.VISIBLE_ASCII.pattern}$"},
        }


def _answer(name: str, route: Route) -> Schema:
    if name == "Csv":
        told = "Where this page ends, when there is more."
        return {
            "description": "RFC 4180, UTF-8, one header row.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
            "headers": {"Lotbook-Next-Cursor": {"description": told, "schema": {"type": "string"}}},
        }
    answer: Schema = {"description": "Done.", "content": {JSON: {"schema": _reference(name)}}}
    if route.keyed:
        told = "`true` when this is the first answer again."
        answer["headers"] = {"Idempotent-Replayed": {"description": told, "schema": {"const": "true"}}}
    return answer


def _refusal(codes: list[str]) -> Schema:
    told = ", ".join(f"`{code}`" for code in codes)
    return {"description": told, "content": {PROBLEM_JSON: {"schema": _reference("Problem")}}}


def _problem() -> Schema:
    error = {name: {"type": "string"} for name in ("field", "code", "message")}
    text = {"type": "string"}
    return {
        "description": "RFC 9457. Beside these members it carries the refusal's own data; ERRORS.md lists all codes.",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            **dict.fromkeys(("type", "title", "code", "detail", "request_id"), text),
            "status": {"type": "integer"},
            "errors": {
                "type": "array",
                "maxItems": body.MAX_ERRORS,
                "items": {"type": "object", "required": sorted(error), "properties": error},
            },
        },
    }


def _reference(name: str) -> Schema:
    return {"$ref": REFERENCE.format(model=name)}


def _bodies() -> dict[str, Schema]:
    models = [(model, "validation") for model in schemas.models().values()]
    _, found = models_json_schema(models, ref_template=REFERENCE)  # type: ignore[arg-type]
    named: dict[str, Schema] = found["$defs"]
    return named


def _answers() -> dict[str, Schema]:
    found: dict[str, Schema] = {"PolicyDocument": {"type": "object"}, "OpenApi": {"type": "object"}}
    for name, shape in {**vars(shapes), **vars(shapes_plans), **vars(shapes_records)}.items():
        if is_typeddict(shape):
            found[name] = _shape(shape)
    return found


def _shape(shape: Any) -> Schema:
    members = get_type_hints(shape, include_extras=True)
    described: Schema = {
        "type": "object",
        "description": inspect.cleandoc(shape.__doc__),  # 3.13 dedents docstrings itself
        "properties": {name: _type(member) for name, member in members.items()},
    }
    required = [name for name in members if name in shape.__required_keys__]
    return described | ({"required": required} if required else {})


def _type(member: Any) -> Schema:
    if is_typeddict(member):
        return _reference(member.__name__)
    if member in _PLAIN:
        return _PLAIN[member]
    origin, arguments = get_origin(member), get_args(member)
    if origin is Annotated:
        return {**_type(arguments[0]), "format": arguments[1]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _type(arguments[0])}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_type(argument) for argument in arguments]}
    raise TypeError(f"{member} has no schema")
