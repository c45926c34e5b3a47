"""A sample request as a caller writes it: curl, Python and TypeScript. The tests send each of them and compare what arrives."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from local.clients.description import Operation
from local.clients.python_types import safe
from local.clients.types import Maybe, Plain

WIDTH = 96  # of a line in an example: what a page shows beside its navigation
KEY = "idempotency-key"


@dataclass(frozen=True, slots=True)
class Example:
    """A call and what it is called with."""

    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any  # None: it has none
    key: str | None
    documents: frozenset[str]  # bodies that the Python client takes whole
    public: bool = False  # it needs no token

    @property
    def target(self) -> str:
        """The path as it is sent, without the query."""
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return path


def example(
    operation: Operation, sample: Mapping[str, Any], documents: frozenset[str], public: bool = False
) -> Example:
    """An example from a sample file's request; numbers of the query are numbers again."""
    numbers = {each.name for each in operation.query if _is_number(each.type)}
    said = {name: value for name, value in sample.get("query", {}).items() if name not in dict(operation.always)}
    query = {name: int(value) if name in numbers else value for name, value in said.items()}
    headers = sample.get("headers", {})
    return Example(operation, sample.get("path", {}), query, sample.get("body"), headers.get(KEY), documents, public)


def _is_number(kind: object) -> bool:
    inner = kind.of if isinstance(kind, Maybe) else kind
    return isinstance(inner, Plain) and inner.name == "integer"


def curl(of: Example) -> str:
    """For bash and zsh, with LOTBOOK_URL and LOTBOOK_KEY from the environment."""
    asked = {**of.query, **dict(of.operation.always)}
    query = f"?{urlencode(asked)}" if asked else ""
    lines = [f'curl -X {of.operation.method} "$LOTBOOK_URL{of.target}{query}"']
    if not of.public:
        lines.append('-H "Authorization: Bearer $LOTBOOK_KEY"')
    if of.key:
        lines.append(f"-H {shlex.quote(f'Idempotency-Key: {of.key}')}")
    if of.body is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(_json(of.body))}")
    return " \\\n  ".join(lines) + "\n"


def _json(body: Any) -> str:
    short = json.dumps(body, ensure_ascii=False)
    if len(short) <= WIDTH:
        return short
    words = {True: "true", False: "false", None: "null"}
    laid_out = _literal(body, 2, 2, lambda name: json.dumps(name, ensure_ascii=False), words)
    return re.sub(r",(\n *[}\]])", r"\1", laid_out)  # JSON has no comma behind the last


def python(of: Example) -> str:
    """With the Python client, which reads LOTBOOK_URL and LOTBOOK_KEY."""
    told = of.operation
    arguments = [repr_of(of.path[each.name], 8) for each in told.path_fields]
    if told.body in of.documents:
        arguments.append(repr_of(of.body, 8))
    elif of.body is not None:
        arguments += [f"{safe(name)}={repr_of(value, 8)}" for name, value in of.body.items()]
    arguments += [f"{safe(name)}={value!r}".replace("'", '"') for name, value in of.query.items()]
    if of.key:
        arguments.append(f'idempotency_key="{of.key}"')
    call = _wrapped(f"client.{told.name}", arguments, 8)
    if told.paged:
        what = told.name.removeprefix("list_").removeprefix("export_").removesuffix("s").replace("entrie", "entry")
        what = "line" if told.answer is None else what
        return f"from lotbook_client import Lotbook\n\nwith Lotbook() as client:\n    for {what} in {call}:\n        print({what})\n"
    return f"from lotbook_client import Lotbook\n\nwith Lotbook() as client:\n    answer = {call}\n"


def typescript(of: Example) -> str:
    """With the TypeScript client, which reads LOTBOOK_URL and LOTBOOK_KEY."""
    told = of.operation
    arguments = [json.dumps(of.path[each.name], ensure_ascii=False) for each in told.path_fields]
    if of.body is not None:
        arguments.append(object_of(of.body, 2))
    if of.query:
        arguments.append(object_of(of.query, 2))
    if of.key:
        arguments.append(object_of({"idempotencyKey": of.key}, 2))
    name = re.sub(r"_(\w)", lambda found: found[1].upper(), told.name)
    call = _wrapped(f"client.{name}", arguments, 2)
    head = 'import { Lotbook } from "lotbook-client";\n\nconst client = new Lotbook();\n'
    if told.paged:
        return f"{head}for await (const each of {call}) console.log(each);\n"
    return f"{head}const answer = await {call};\n"


def _wrapped(call: str, arguments: list[str], indent: int) -> str:
    """The call on one line where it fits, else an argument a line."""
    inside = ", ".join(arguments)
    if len(call) + len(inside) + indent + 12 <= WIDTH and "\n" not in inside:
        return f"{call}({inside})"
    pad = " " * indent
    return (
        f"{call}(\n"
        + "".join(f"{pad}{each},\n" for each in arguments)
        + f"{' ' * (indent - (4 if indent > 2 else 2))})"
    )


def repr_of(value: Any, indent: int) -> str:
    """A value as Python writes it."""
    words = {True: "True", False: "False", None: "None"}
    return _literal(value, indent, 4, lambda name: json.dumps(name, ensure_ascii=False), words)


def object_of(value: Any, indent: int) -> str:
    """A value as TypeScript writes it."""
    return _literal(value, indent, 2, _name, {True: "true", False: "false", None: "null"})


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name, ensure_ascii=False)


def _literal(value: Any, indent: int, step: int, name: Any, words: Mapping[Any, str]) -> str:
    if value is None or isinstance(value, bool):
        return words[value]
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    parts = list(_parts(value, indent + step, step, name, words))
    spaced = step == 2 and isinstance(value, dict)
    opened, closed = "[]" if isinstance(value, list) else "{}"
    short = ", ".join(parts)
    if len(short) + indent <= WIDTH - 24 and "\n" not in short:
        return f"{opened} {short} {closed}" if spaced else f"{opened}{short}{closed}"
    pad = " " * (indent + step)
    return f"{opened}\n" + "".join(f"{pad}{part},\n" for part in parts) + f"{' ' * indent}{closed}"


def _parts(value: Any, indent: int, step: int, name: Any, words: Mapping[Any, str]) -> Iterator[str]:
    if isinstance(value, dict):
        for each, inside in value.items():
            yield f"{name(each)}: {_literal(inside, indent, step, name, words)}"
    else:
        for inside in value:
            yield _literal(inside, indent, step, name, words)
