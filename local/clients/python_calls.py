"""clients/python: the table of operations, and a method for each, for the sync and for the async client from one text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from local.clients.description import Description, Field, Operation
from local.clients.python_files import HEAD
from local.clients.python_types import Types, docstring, imports, quoted, safe
from local.clients.types import Maybe

HELD = "hold_credits"  # the call that `hold` wraps
CSV_PAGE = "CsvPage"
NULL = " | None"
KEPT = ("PATCH", "PUT")  # here null is a value, and what is left out stays as it is


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method."""

    name: str  # in the document
    written: str  # its type
    default: str  # empty: none
    positional: bool
    place: str  # path, query, body, document, key


def operations(description: Description) -> str:
    """A constant for each operation."""
    rows = "".join(_operation(each, description) for each in description.operations)
    imports = (
        "from typing import Any\n\nfrom lotbook_client import bodies, models\n"
        "from lotbook_client.calls import CsvPage, Listing, Operation, as_sent, csv, model\n\n"
    )
    return HEAD.format(told="Every call of the API: where it goes, and how its answer is read.") + imports + rows


def _operation(told: Operation, description: Description) -> str:
    answer = _answer(told, description, qualified=True)
    kind = f"Listing[{answer}, {_item(told, qualified=True)}]" if told.paged else f"Operation[{answer}]"
    lines = [quoted(told.name), quoted(told.method), quoted(told.path), _reader(told, answer)]
    if told.paged:
        lines.append(f"items=lambda page: page.{told.listing.member if told.listing else 'texts'}")
    lines += (
        ['accept="text/csv"'] * (told.answer is None)
        + ["keyed=True"] * told.keyed
        + ["may_be_keyed=True"] * told.may_be_keyed
        + ["repeatable=False"] * (not told.repeatable)
        + [f"always={{{quoted(name)}: {quoted(value)}}}" for name, value in told.always]
    )
    return f"{told.name.upper()} = {kind}(\n" + "".join(f"    {line},\n" for line in lines) + ")\n"


def _reader(told: Operation, answer: str) -> str:
    if told.answer is None:
        return "csv"
    return f"model({answer})" if answer.startswith("models.") else "as_sent"


def _answer(told: Operation, description: Description, qualified: bool = False) -> str:
    if told.answer is None:
        return CSV_PAGE
    if told.answer in description.documents:
        return f"bodies.{told.answer}" if qualified else told.answer
    plain = not description.shape(told.answer).fields
    return "dict[str, Any]" if plain else f"models.{told.answer}" if qualified else told.answer


def _item(told: Operation, qualified: bool = False) -> str:
    if told.listing is None:
        return "str"
    return f"models.{told.listing.item}" if qualified else told.listing.item


def calls(description: Description, *, is_async: bool) -> dict[str, str]:
    """The methods of one of the two clients, by subject; `__init__` has all of them."""
    told = f"The calls of the {'async' if is_async else 'sync'} client"
    package, prefix = ("async_calls", "Async") if is_async else ("sync_calls", "")
    made, classes = {}, {}
    for subject in dict.fromkeys(each.subject for each in description.operations):
        classes[subject] = f"{prefix}{subject.capitalize()}Calls"
        made[subject] = _class(classes[subject], told, subject, description, is_async)
    text = "".join(f"    {name},\n" for name in classes.values())
    text = f'class {prefix}Calls(\n{text}):\n    """A method for each operation."""\n'
    sources = {f"lotbook_client.{package}.{subject}": [name] for subject, name in classes.items()}
    head = HEAD.format(told=f"{told}, a method for each operation of the document.")
    return {"__init__": f"{head}{imports(text, sources)}\n\n{text}", **made}


def _class(name: str, told: str, subject: str, description: Description, is_async: bool) -> str:
    """The calls of one subject."""
    here = [each for each in description.operations if each.subject == subject]
    types = Types(description)
    methods = "\n".join(method for each in here for method in _methods(each, description, types, is_async))
    base, module, prefix = ("AsyncCore", "asynchronous", "Async") if is_async else ("Core", "synchronous", "")
    text = f'class {name}({base}):\n    """A method for each operation."""\n\n{methods}'
    sources = {
        "collections.abc": ["Mapping", "Sequence"],
        "datetime": ["datetime"],
        "functools": ["partial"],
        "typing": ["Any", "Literal"],
        "lotbook_client": ["operations"],
        "lotbook_client.bodies": [shape.name for shape in description.bodies],
        "lotbook_client.calls": ["UNSET", CSV_PAGE, "Unset", "as_given", "without_nulls"],
        "lotbook_client.holds": [f"{prefix}Hold"],
        "lotbook_client.models": [shape.name for shape in description.answers],
        "lotbook_client.pages": [f"{prefix}Pages"],
        f"lotbook_client.{module}": [base],
    }
    return f"{HEAD.format(told=f'{told}: {subject}.')}{imports(text, sources)}\n\n{text}"


def _methods(told: Operation, description: Description, types: Types, is_async: bool) -> Iterator[str]:
    parameters = list(_parameters(told, description, types))
    yield _method(told, description, parameters, is_async)
    if told.name == HELD:
        yield _hold(parameters, "AsyncHold" if is_async else "Hold")


def _parameters(told: Operation, description: Description, types: Types) -> Iterator[Parameter]:
    for field in told.path_fields:
        yield Parameter(field.name, types.sent(field.type), "", True, "path")
    if told.body in description.documents:
        yield Parameter("document", str(told.body), "", True, "document")
    elif told.body:
        fields = sorted(description.shape(told.body).fields, key=lambda each: not each.required)
        first = next((each for each in fields if each.required or each.name == "credits"), None)
        for field in fields:
            yield _of_body(field, types, field is first, keeps_null=told.method in KEPT)
    for field in told.query:
        written, default = types.sent(field.type), "" if field.required else "None"
        yield Parameter(field.name, written if field.required else f"{written} | None", default, False, "query")
    if told.keyed or told.may_be_keyed:
        yield Parameter("idempotency_key", "str | None", "None", False, "key")


def _of_body(field: Field, types: Types, first: bool, *, keeps_null: bool) -> Parameter:
    written = types.sent(field.type)
    if field.required and field.constant is not None:
        return Parameter(field.name, written, quoted(field.constant), False, "body")
    if field.required:
        return Parameter(field.name, written, "", first, "body")
    if keeps_null:
        bare, null = written.removesuffix(NULL), NULL * written.endswith(NULL)
        return Parameter(field.name, f"{bare} | Unset{null}", "UNSET", False, "body")
    nullable = written if isinstance(field.type, Maybe) else f"{written} | None"
    return Parameter(field.name, nullable, "None", first, "body")


def _signature(name: str, parameters: list[Parameter], answer: str, start: str) -> str:
    positional = [each for each in parameters if each.positional]
    named = [each for each in parameters if not each.positional]
    lines = ["self", *map(_written, positional), *(["*"] if named else []), *map(_written, named)]
    if lines == ["self"]:
        return f"    {start} {name}(self) -> {answer}:\n"
    return f"    {start} {name}(\n" + "".join(f"        {line},\n" for line in lines) + f"    ) -> {answer}:\n"


def _written(each: Parameter) -> str:
    return f"{safe(each.name)}: {each.written}" + (f" = {each.default}" if each.default else "")


def _method(told: Operation, description: Description, parameters: list[Parameter], is_async: bool) -> str:
    answer = _answer(told, description)
    call, start = ("await self._answer", "async def") if is_async else ("self._answer", "def")
    if told.paged:
        call, start = "self._pages", "def"
        answer = f"{'AsyncPages' if is_async else 'Pages'}[{answer}, {_item(told)}]"
    lines = [f"operations.{told.name.upper()}", *_sent(told, parameters)]
    sent = f"{call}(\n" + "".join(_deep(line) for line in lines) + "        )"
    signature = _signature(told.name, parameters, answer, start)
    return f"{signature}{docstring(told.told, '        ')}        return {sent}\n"


def _sent(told: Operation, parameters: list[Parameter]) -> Iterator[str]:
    for place in ("path", "query", "body"):
        named = [each.name for each in parameters if each.place == place]
        pairs = "".join(f"    {quoted(name)}: {safe(name)},\n" for name in named)
        if place == "body" and named:
            wrapper = "as_given" if told.method in KEPT else "without_nulls"
            inside = "".join(f"    {line}\n" for line in pairs.splitlines())
            yield f"body={wrapper}(\n    {{\n{inside}    }}\n)"
        elif place == "body" and told.body and any(each.place == "document" for each in parameters):
            yield "body=document"
        elif named:
            yield f"{place}={{\n{pairs}}}"
    if told.keyed or told.may_be_keyed:
        yield "key=idempotency_key"


def _deep(line: str) -> str:
    return "".join(f"            {each}\n" for each in f"{line},".splitlines())


def _hold(parameters: list[Parameter], answer: str) -> str:
    """`with client.hold(...) as hold:`, with the parameters of the call that it makes."""
    told = (
        "Set credits aside for a block of work: `with` makes the hold, `hold.capture(n)` burns n of it and gives the rest "
        "back, and the block's end gives back what was never captured, also when the block raises."
    )
    inside = "".join(
        f"                {safe(each.name)}{'' if each.place == 'path' else '=' + safe(each.name)},\n"
        for each in parameters
        if each.place != "key"
    )
    body = (
        f"        return {answer}(\n            self,\n            account_id,\n            partial(\n"
        f"                self.{HELD},\n{inside}            ),\n            idempotency_key,\n        )\n"
    )
    return _signature("hold", parameters, answer, "def") + docstring(told, "        ") + body
