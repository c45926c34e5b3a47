"""The reference: a page for each subject of the OpenAPI document, with every call, and a page of all shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.clients.description import NOT_FOR_CLIENTS, Description, Operation
from local.clients.dry_runs import DRY_RUN
from local.site import examples

Samples = Mapping[str, Mapping[str, Any]]
SHAPES = "shapes"
STATUS_WORDS = {
    "429": "API Gateway refused a flood; send it again later",
    "500": "a fault of ours; nothing is lost, send it again",
}


class Reference:
    """Written from the document and the sample requests."""

    def __init__(self, document: Mapping[str, Any], samples: Samples) -> None:
        self._document, self._samples = document, samples
        self._description = Description(document)
        self._operations = {each.name: each for each in self._description.operations}

    def pages(self) -> dict[str, str]:
        """Markdown by place in the site."""
        found = {"reference/index.md": self._index()}
        for tag in self._document["tags"]:
            found[f"reference/{tag['name']}.md"] = self._subject(tag)
        found[f"reference/{SHAPES}.md"] = self._shapes()
        return found

    def operations(self) -> tuple[Operation, ...]:
        """Every call that clients make, once; twice where it may be tried first."""
        return tuple(each for each in self._description.operations if not each.variant or each.always)

    def calls(self) -> Iterator[tuple[examples.Example, Mapping[str, Any]]]:
        """Every call that clients make, with the sample whose request it sends."""
        for operation in self.operations():
            sample = self._sample(operation)
            if sample is not None:
                yield self._example(operation, sample), sample

    def _example(self, operation: Operation, sample: Mapping[str, Any]) -> examples.Example:
        told = self._document["paths"][operation.path][operation.method.lower()]
        return examples.example(operation, sample, self._description.documents, told.get("security") == [])

    def _sample(self, operation: Operation) -> Mapping[str, Any] | None:
        """The first of the call's samples that was answered well; of one that the samples see refused only, that one."""
        route, always = f"{operation.method} {operation.path}", dict(operation.always)
        found = [
            each
            for each in self._samples.values()
            if each["route"] == route and (DRY_RUN in each.get("query", {})) == (DRY_RUN in always)
        ]
        return min(found, key=lambda each: int(each["answer"]["status"] >= 400), default=None)

    def _index(self) -> str:
        rows = [
            f"| [{told['summary']}]({told['tags'][0]}.md#{_slug(told['summary'])}) | `{method.upper()} {path}` | `{told['operationId']}` |"
            for path, methods in self._document["paths"].items()
            for method, told in methods.items()
        ]
        return (
            "# Reference\n\nEvery call of the API, from the [OpenAPI document](../files/openapi.json), which a deployment answers at "
            "`GET /v1/openapi.json`. The examples are the [sample requests](../readme.md) that the tests play. They take the address "
            "and the key from `LOTBOOK_URL` and `LOTBOOK_KEY`.\n\nWhat is refused has a `code`: [errors](../errors.md). "
            f"All objects: [shapes]({SHAPES}.md).\n\n| call | path | id |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )

    def _subject(self, tag: Mapping[str, str]) -> str:
        calls = [
            self._call(method.upper(), path, told)
            for path, methods in self._document["paths"].items()
            for method, told in methods.items()
            if told["tags"][0] == tag["name"]
        ]
        return f"# {tag['name'].capitalize()}\n\n{tag['description']}\n\n" + "\n".join(calls)

    def _call(self, method: str, path: str, told: Mapping[str, Any]) -> str:
        parts = [
            f"## {told['summary']}\n",
            f"`{method} {path}`\n",
            f"{told['description']} Id: `{told['operationId']}`.\n",
        ]
        parts += self._parameters(told)
        parts += self._body(told)
        parts += ["**Answers**\n", "| status | what |\n|---|---|\n" + "".join(self._answers(told))]
        parts += self._examples(method, path, told)
        return "\n".join(parts)

    def _parameters(self, told: Mapping[str, Any]) -> Iterator[str]:
        rows = [
            f"| `{each['name']}` | {each['in']} | {'yes' if each.get('required') else ''} | {_cell(self._type(each['schema']))} "
            f"| {_cell(each.get('description', each['schema'].get('description', '')))} |\n"
            for each in told["parameters"]
        ]
        if rows:
            yield "| parameter | in | required | type | meaning |\n|---|---|---|---|---|\n" + "".join(rows)

    def _body(self, told: Mapping[str, Any]) -> Iterator[str]:
        content = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if content:
            name = str(content["$ref"]).rsplit("/", 1)[1]
            shape = self._document["components"]["schemas"][name]
            yield f"**Body**: [{name}]({SHAPES}.md#{name.lower()}). {_line(shape.get('description', ''))}\n"
            yield from self._fields(shape)

    def _fields(self, shape: Mapping[str, Any]) -> Iterator[str]:
        required = shape.get("required", ())
        rows = [
            f"| `{name}` | {'yes' if name in required else ''} | {_cell(self._type(each))} | {_cell(each.get('description', ''))} |\n"
            for name, each in shape.get("properties", {}).items()
        ]
        if rows:
            yield "| field | required | type | meaning |\n|---|---|---|---|\n" + "".join(rows)

    def _answers(self, told: Mapping[str, Any]) -> Iterator[str]:
        for status, answer in told["responses"].items():
            shape = answer.get("content", {}).get("application/json", {}).get("schema", {})
            named = f" [{_named(shape)}]({SHAPES}.md#{_named(shape).lower()})" if status < "3" and _named(shape) else ""
            words = STATUS_WORDS.get(status, answer["description"])
            yield f"| {status} | {_cell(_linked(words))}{named} |\n"

    def _examples(self, method: str, path: str, told: Mapping[str, Any]) -> Iterator[str]:
        if told["operationId"] in NOT_FOR_CLIENTS:
            yield f"No example: {NOT_FOR_CLIENTS[told['operationId']]}.\n"
        for operation in self.operations():
            if (operation.method, operation.path) == (method, path):
                yield from self._shown(operation)

    def _shown(self, operation: Operation) -> Iterator[str]:
        sample = self._sample(operation)
        if sample is not None:
            shown = self._example(operation, sample)
            written: tuple[tuple[str, Callable[[examples.Example], str]], ...] = (
                ("bash", examples.curl),
                ("python", examples.python),
                ("ts", examples.typescript),
            )
            for language, write in written:
                yield f"```{language}\n{write(shown)}```\n"
            yield from self._answered(sample["answer"])

    def _answered(self, answer: Mapping[str, Any]) -> Iterator[str]:
        is_text = isinstance(answer["body"], str)
        body = answer["body"].strip() if is_text else json.dumps(answer["body"], indent=2, ensure_ascii=False)
        yield f"Answer, {answer['status']}:\n\n```{'text' if is_text else 'json'}\n{body}\n```\n"

    def _shapes(self) -> str:
        parts = ["# Shapes\n", "Every object that requests and answers are made of.\n"]
        for name, shape in sorted(self._document["components"]["schemas"].items()):
            parts.append(f"## {name}\n")
            told = _line(shape.get("description", ""))
            parts += [f"{told}\n"] if told else []
            if "oneOf" in shape:
                parts.append(f"{self._type(shape)}\n")
            parts += self._fields(shape)
        return "\n".join(parts)

    def _type(self, schema: Mapping[str, Any]) -> str:
        """A type in words, with links to shapes."""
        if name := _named(schema):
            return f"[{name}]({SHAPES}.md#{name.lower()})"
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return " or ".join(dict.fromkeys(self._type(each) for each in schema[several]))
        if "enum" in schema or "const" in schema:
            return " or ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
        if schema.get("type") == "array":
            return f"list of {self._type(schema['items'])}"
        inside = schema.get("additionalProperties")
        if schema.get("type") == "object":
            return f"names to {self._type(inside)}" if isinstance(inside, dict) else "object"
        kind = schema.get("type")
        word = " or ".join(kind) if isinstance(kind, list) else str(kind or "anything")
        return _with_limits("instant" if schema.get("format") == "date-time" else word, schema)


def _with_limits(word: str, schema: Mapping[str, Any]) -> str:
    bounds = [f"{name} {schema[key]:,}" for name, key in (("from", "minimum"), ("to", "maximum")) if key in schema]
    if bounds:
        return f"{word} {' '.join(bounds)}"
    return f"{word}, at most {schema['maxLength']:,} characters" if "maxLength" in schema else word


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[1] if "$ref" in schema else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _linked(words: str) -> str:
    """Codes lead to the catalogue of errors."""
    return re.sub(r"`(\w+)`", r"[`\1`](../errors.md)", words)


def _slug(words: str) -> str:
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
