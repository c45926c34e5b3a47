"""The OpenAPI document as clients see it: operations, the shapes that they take and answer, the codes of refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from local.clients import dry_runs
from local.clients.types import Maybe, Named, OneOf, Schema, Type, Words, read

JSON, CSV = "application/json", "text/csv"
KEY, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
# What no client calls, each with the reason.
NOT_FOR_CLIENTS: Mapping[str, str] = {"receive_stripe_event": "the gateway calls it, and signs what it sends"}
# Calls without a key that may be sent again when their answer was lost: a second one changes nothing, and answers the same.
REPEATABLE = frozenset(
    {
        *("open_account", "close_account", "erase_account", "revoke_portal_sessions"),
        *("quote_item", "recheck_purchase", "abandon_purchase", "consume_batch", "check_credits"),
    }
)
REPEATABLE_METHODS = frozenset({"GET", "PUT", "PATCH"})  # what is deleted is not found the second time


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a shape, or a parameter. `told` may be empty."""

    name: str
    type: Type
    required: bool
    told: str

    @property
    def constant(self) -> str | None:
        """The only value it can have."""
        return self.type.words[0] if isinstance(self.type, Words) and len(self.type.words) == 1 else None


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of the document; a union of shapes has no fields."""

    name: str
    told: str
    fields: tuple[Field, ...]
    union: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists: the member that has the items, and what they are."""

    member: str
    item: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A call. `body` is the name of a shape, `answer` too; None for CSV.

    `variant`: a second method of a call, that takes its other answer; `always`: what it says in the query to get it.
    `keyed`: it wants an idempotency key; `may_be_keyed`: it takes one, and does something else without.
    """

    name: str
    subject: str
    told: str
    method: str
    path: str
    path_fields: tuple[Field, ...]
    query: tuple[Field, ...]
    keyed: bool
    may_be_keyed: bool
    body: str | None
    body_optional: bool
    answer: str | None
    listing: Listing | None
    variant: bool = False
    always: tuple[tuple[str, str], ...] = ()

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows whether it arrived."""
        return self.keyed or self.method in REPEATABLE_METHODS or self.name in REPEATABLE

    @property
    def paged(self) -> bool:
        """Whether it answers a page after the other."""
        return any(each.name == "cursor" for each in self.query) and (self.listing is not None or self.answer is None)


@dataclass(frozen=True, slots=True)
class ListedRefusal:
    """A code, and what its problem document carries."""

    code: str
    status: int
    told: str
    advice: str
    fields: tuple[Field, ...]


class Description:
    """Reads a document once."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas: Mapping[str, Any] = document["components"]["schemas"]

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every call that is for clients, by subject as the document has them."""
        found = [
            operation
            for path, methods in self._document["paths"].items()
            for method, told in methods.items()
            if told["operationId"] not in NOT_FOR_CLIENTS
            for operation in self._operations(method.upper(), path, told)
        ]
        subjects = [tag["name"] for tag in self._document["tags"]]
        return tuple(sorted(found, key=lambda each: subjects.index(each.subject)))

    @cached_property
    def bodies(self) -> tuple[Shape, ...]:
        """What requests are made of; a document that is read as it was sent is one of them."""
        return self._shapes({each.body for each in self.operations if each.body})

    @cached_property
    def answers(self) -> tuple[Shape, ...]:
        """What answers are made of, without what is a body as well."""
        as_sent = {shape.name for shape in self.bodies}
        found = self._shapes({each.answer for each in self.operations if each.answer})
        return tuple(shape for shape in found if shape.name not in as_sent)

    @cached_property
    def documents(self) -> frozenset[str]:
        """Bodies that answers have too: they stay JSON in both directions, so what was read can be sent again."""
        found = self.reached({each.answer for each in self.operations if each.answer})
        return frozenset(shape.name for shape in self.bodies) & found

    @cached_property
    def refusals(self) -> tuple[ListedRefusal, ...]:
        """Every code that an operation here may answer."""
        told = str([each["responses"] for path in self._document["paths"].values() for each in path.values()])
        used = set(re.findall(r"`(\w+)`", told))
        codes = self._schemas["Problem"]["x-codes"]
        return tuple(_refusal(code, row) for code, row in sorted(codes.items()) if code in used)

    def shape(self, name: str) -> Shape:
        """A shape by its name."""
        schema = self._schemas[name]
        if "oneOf" in schema:
            union = tuple(_names(read(schema)))
            return Shape(name, schema.get("description", "") or "One of them; `kind` says which.", (), union)
        required = set(schema.get("required", ()))
        members = schema.get("properties", {}).items()
        return Shape(name, schema["description"], tuple(_field(each, told, each in required) for each, told in members))

    def reached(self, names: set[str]) -> frozenset[str]:
        """These shapes, and those that they are made of."""
        found: set[str] = set()
        for _ in range(len(self._schemas)):
            new = {each for name in names - found for each in re.findall(r"schemas/(\w+)", str(self._schemas[name]))}
            found |= names
            names = new
            if not names - found:
                break
        return frozenset(found)

    def _operations(self, method: str, path: str, told: Schema) -> Iterator[Operation]:
        """One, or two where the answer may be JSON or CSV, or where it may be tried: the second one's name says so."""
        for each, always in dry_runs.split(told):
            names = _answers(each)
            for answer in names:
                made = replace(self._operation(method, path, each, answer), variant=bool(always), always=always)
                is_csv = answer is None and len(names) > 1
                yield replace(made, name=f"{made.name}_csv", variant=True) if is_csv else made

    def _operation(self, method: str, path: str, told: Schema, answer: str | None) -> Operation:
        parameters = told["parameters"]
        content = told.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
        keys = [bool(each.get("required")) for each in parameters if each["name"] == KEY]
        query = _placed(parameters, "query")
        return Operation(
            name=told["operationId"],
            subject=told["tags"][0],
            told=f"{told['summary']}. {told['description']}",
            method=method,
            path=path,
            path_fields=_placed(parameters, "path"),
            query=query,
            keyed=True in keys,
            may_be_keyed=keys == [False],
            body=next(_names(read(content))) if content else None,
            body_optional=not told.get("requestBody", {}).get("required", True),
            answer=answer,
            listing=self._listing(answer) if any(each.name == "cursor" for each in query) else None,
        )

    def _listing(self, answer: str | None) -> Listing | None:
        members = self._schemas[answer]["properties"] if answer else {}
        lists = [name for name, told in members.items() if told.get("type") == "array"]
        if "next_cursor" not in members or len(lists) != 1:
            return None
        return Listing(lists[0], next(_names(read(members[lists[0]]["items"]))))

    def _shapes(self, names: set[str]) -> tuple[Shape, ...]:
        return tuple(self.shape(name) for name in sorted(self.reached(names)))


def _placed(parameters: list[Schema], place: str) -> tuple[Field, ...]:
    here = [each for each in parameters if each["in"] == place]
    return tuple(_field(each["name"], each["schema"], bool(each.get("required"))) for each in here)


def _answers(told: Schema) -> tuple[str | None, ...]:
    """The shapes of the good answer; None for CSV."""
    for status, response in told["responses"].items():
        if status < "3":
            content = response.get("content", {})
            shapes = tuple(next(_names(read(content[JSON]["schema"]))) for _ in range(JSON in content))
            return (*shapes, *(None for _ in range(CSV in content)))
    raise ValueError(f"{told['operationId']} has no good answer")


def _field(name: str, schema: Schema, required: bool) -> Field:
    return Field(name, read(schema), required, schema.get("description", ""))


def _refusal(code: str, row: Schema) -> ListedRefusal:
    fields = tuple(_field(name, told, True) for name, told in row["data"].items())
    return ListedRefusal(code, row["status"], row["description"], row["advice"], fields)


def _names(of: Type) -> Iterator[str]:
    match of:
        case Named(name):
            yield name
        case OneOf(types):
            for each in types:
                yield from _names(each)
        case Maybe(inside):
            yield from _names(inside)
