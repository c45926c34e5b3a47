"""clients/typescript: types, errors and calls, in syntax that Node runs by leaving the types out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from local.clients.description import Description, Field, ListedRefusal, Operation, Shape
from local.clients.python_files import STATUS_CLASSES
from local.clients.types import Many, Mapped, Maybe, Named, OneOf, Plain, Type, Words

WIDTH = 120
HEAD = "// {told}\n// Generated from openapi.json by `python -m local.generate clients`.\n\n"
_PLAIN = {
    "text": "string",
    "integer": "number",
    "boolean": "boolean",
    "instant": "Instant",
    "decimal": "Decimal",
    "anything": "unknown",
}
_OWN_TYPES = """/** RFC 3339, UTC: `2026-01-31T00:00:00Z`. */
export type Instant = string;

/** A number that is no float: `"0.0009"`. */
export type Decimal = string;

/** A page of an export: CSV with its header row. */
export interface CsvPage {
  text: string;
  next_cursor: string | null;
}

/** A kind that only a newer server has. */
export interface UnknownKind {
  kind: string & {};
}
"""


def written(of: Type, answered: bool) -> str:
    """The type; a word of an answer may be one that only a newer server knows."""
    match of:
        case Plain(name):
            return _PLAIN[name]
        case Named(name):
            return name
        case Words(words):
            listed = [*(f'"{word}"' for word in words), *(["(string & {})"] * (answered and len(words) > 1))]
            return " | ".join(listed)
        case Many(inside):
            return f"Array<{written(inside, answered)}>"
        case Mapped(inside):
            return f"Record<string, {written(inside, answered)}>"
        case Maybe(inside):
            return f"{written(inside, answered)} | null"
        case OneOf(types):
            return " | ".join(written(each, answered) for each in types)


def types(description: Description) -> str:
    """Answers and bodies as interfaces."""
    flat = {each.body for each in description.operations if each.body} - description.documents
    made = [_shape(shape, answered=True) for shape in description.answers]
    made += [_shape(shape, answered=False, flat=shape.name in flat) for shape in description.bodies]
    told = (
        "What Lotbook takes and answers, as JSON has it. Credits and money are integers; unknown members may be there."
    )
    return HEAD.format(told=told) + "\n".join([_OWN_TYPES, *made])


def _shape(shape: Shape, *, answered: bool, flat: bool = False) -> str:
    told = comment(shape.told, "")
    if shape.union:
        return f"{told}export type {shape.name} = {' | '.join([*shape.union, 'UnknownKind'])};\n"
    if not shape.fields:
        return f"{told}export type {shape.name} = Record<string, unknown>;\n"
    lines = "".join(_member(field, answered, flat) for field in shape.fields)
    return f"{told}export interface {shape.name} {{\n{lines}}}\n"


def _member(field: Field, answered: bool, flat: bool) -> str:
    filled_in = flat and field.constant is not None  # the client says it
    mark = "" if field.required and not filled_in else "?"
    said = written(field.type, answered) if field.constant is None else f'"{field.constant}"'
    said = said + " | null" if isinstance(field.type, Maybe) and not said.endswith("null") else said
    return f"  {field.name}{mark}: {said};\n"


def comment(text: str, indent: str) -> str:
    """As the documentation of what follows."""
    whole = " ".join(text.replace("*/", "* /").split())
    if len(whole) + len(indent) + 7 <= WIDTH:
        return f"{indent}/** {whole} */\n"
    lines = textwrap.wrap(whole, WIDTH - len(indent) - 3, break_on_hyphens=False)
    return f"{indent}/**\n" + "".join(f"{indent} * {line}\n" for line in lines) + f"{indent} */\n"


def errors(description: Description) -> str:
    """A class for each code, under the class of its status."""
    bases = sorted({STATUS_CLASSES[row.status] for row in description.refusals})
    head = HEAD.format(told="Refusals, a class for each code.")
    imports = "import {\n  ApiError,\n" + "".join(f"  {base},\n" for base in bases) + '} from "./failures.ts";\n'
    used = "".join(_error(row) for row in description.refusals)
    dates = 'import type { Instant } from "./types.ts";\n' if "Instant" in used else ""
    table = "".join(f"  {row.code}: {camel(row.code, first=True)},\n" for row in description.refusals)
    signature = "new (status: number, data: Record<string, unknown>, retryAfter?: number) => ApiError"
    return f"{head}{imports}{dates}\n{used}export const byCode: Record<string, {signature}> = {{\n  __proto__: null,\n{table}}} as never;\n"


def _error(row: ListedRefusal) -> str:
    getters = "".join(
        f"\n  get {field.name}(): {written(field.type, answered=True)} {{\n    return this.member({chr(34)}{field.name}{chr(34)});\n  }}\n"
        for field in row.fields
    )
    told = comment(f"{row.told} {row.advice}", "")
    name = camel(row.code, first=True)
    return (
        f"{told}export class {name} extends {STATUS_CLASSES[row.status]} {{\n"
        f'  static code = "{row.code}";\n  override name = "{name}";\n{getters}}}\n\n'
    )


def camel(name: str, *, first: bool = False) -> str:
    """`consumeCredits`, or `ConsumeCredits`."""
    start, *rest = name.split("_")
    return (start.capitalize() if first else start) + "".join(part.capitalize() for part in rest)


def calls(description: Description) -> str:
    """The table of operations, and the class with a method for each."""
    rows = "".join(f"  {camel(each.name)}: {_operation(each)},\n" for each in description.operations)
    methods = "\n".join(_method(each, description) for each in description.operations)
    named = sorted({*_names(description), "CsvPage", *(["Instant"] if "Instant" in methods else [])})
    imports = (
        'import { Core } from "./core.ts";\nimport type { Keyed, KeyedOptions, Operation, Options } from "./core.ts";\n'
        'import type { Pages } from "./pages.ts";\nimport type {\n'
        + "".join(f"  {name},\n" for name in named)
        + '} from "./types.ts";\n\n'
    )
    head = HEAD.format(told="Every call of the API, and a method for each.")
    table = f"/** Where each call goes, and whether it may be sent again. */\nexport const operations = {{\n{rows}}} satisfies Record<string, Operation>;\n\n"
    return (
        f"{head}{imports}{table}/** A method for each operation. */\nexport class Calls extends Core {{\n{methods}}}\n"
    )


def _names(description: Description) -> Iterator[str]:
    for each in description.operations:
        yield from filter(None, (each.body, each.answer, each.listing.item if each.listing else None))


def _operation(told: Operation) -> str:
    parts = [
        f'method: "{told.method}"',
        f'path: "{told.path}"',
        f"keyed: {_bool(told.keyed)}",
        f"repeatable: {_bool(told.repeatable)}",
    ]
    if told.listing:
        parts.append(f'items: "{told.listing.member}"')
    if told.may_be_keyed:
        parts.append("mayBeKeyed: true")
    if told.answer is None:
        parts.append("csv: true")
    if told.always:
        parts.append("always: { " + ", ".join(f'{name}: "{value}"' for name, value in told.always) + " }")
    return "{ " + ", ".join(parts) + " }"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _method(told: Operation, description: Description) -> str:
    keyed = told.keyed or told.may_be_keyed
    parameters = [f"{camel(each.name)}: {written(each.type, answered=False)}" for each in told.path_fields]
    pairs = ", ".join(f"{each.name}: {camel(each.name)}" for each in told.path_fields)
    sent = [f"path: {{ {pairs} }}"] if pairs else []
    if told.body:
        parameters.append(f"body: {told.body}" + " = {}" * _may_be_empty(told, description))
        sent.append(_body(told, description))
    if told.query:
        members = [f"{each.name}{'' if each.required else '?'}: {written(each.type, False)};" for each in told.query]
        optional = not any(each.required for each in told.query)
        parameters.append(f"query: {{ {' '.join(members)} }}" + " = {}" * optional)
        sent.append("query")
    parameters.append(f"options: {'KeyedOptions' if keyed else 'Options'} = {{}}")
    answer = told.answer or "CsvPage"
    if told.paged:
        returned, call = f"Pages<{answer}, {told.listing.item if told.listing else 'string'}>", "this.pages"
    else:
        returned, call = f"Promise<{f'Keyed<{answer}>' if keyed else answer}>", "this.call"
    arguments = f"operations.{camel(told.name)}, {{ {', '.join([*sent, 'options'])} }}"
    text = f"{comment(told.told, '  ')}  {camel(told.name)}(\n" + "".join(f"    {each},\n" for each in parameters)
    return f"{text}  ): {returned} {{\n    return {call}({arguments});\n  }}\n"


def _may_be_empty(told: Operation, description: Description) -> bool:
    """Whether a call needs to say nothing; a change that says nothing changes nothing."""
    if told.method != "POST" or told.body in description.documents:
        return False
    return not any(each.required and each.constant is None for each in description.shape(str(told.body)).fields)


def _body(told: Operation, description: Description) -> str:
    fields = description.shape(str(told.body)).fields if told.body not in description.documents else ()
    constants = [f'{each.name}: "{each.constant}"' for each in fields if each.constant is not None and each.required]
    return f"body: {{ {', '.join(constants)}, ...body }}" if constants else "body"
