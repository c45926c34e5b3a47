"""clients/python: answers as dataclasses, bodies as TypedDicts, refusals as exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from local.clients.description import Description, Field, Refusal, Shape
from local.clients.python_types import WIDTH, Types, alias_of, docstring, literal, quoted, safe, words_of
from local.clients.types import Maybe

HEAD = '"""{told}\n\nGenerated from openapi.json by `python -m local.generate clients`.\n"""\n\nfrom __future__ import annotations\n\n'
FEW_WORDS = 5
SECRET, HIDDEN = ("secret",), " = field(repr=False)"  # nobody prints these by mistake
# The classes of `failures.py`, by status; a code's class is one of them.
STATUS_CLASSES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    402: "PaymentRequiredError",
    403: "ForbiddenError",
    404: "NotFoundError",
    409: "ConflictError",
    410: "GoneError",
    413: "TooLargeError",
    422: "UnprocessableError",
    429: "TooManyRequestsError",
    503: "ServerError",
}


def models(description: Description) -> str:
    """What answers are: one dataclass a shape, one alias for each list of words."""
    types, keyed = (
        Types(description),
        {each.answer for each in description.operations if each.keyed or each.may_be_keyed},
    )
    shapes = [shape for shape in description.answers if shape.fields]
    unions = [shape for shape in description.answers if shape.union]
    aliases = [
        literal(alias_of(shape, field), words_of(field.type))
        for shape in shapes
        for field in shape.fields
        if words_of(field.type) and field.constant is None
    ]
    classes = [_model(shape, types, shape.name in keyed) for shape in shapes]
    joined = [
        f"{_union(shape.name, [*shape.union, 'UnknownKind'])}\n# {shape.told}"
        f" `UnknownKind`: one that only a newer server has.\n"
        for shape in unions
    ]
    head = HEAD.format(
        told="What Lotbook answers. Credits are integers, unit prices Decimals, instants aware datetimes."
    )
    return head + _imports_of_models("".join(classes)) + "".join(aliases) + "\n\n" + "\n\n".join([*classes, *joined])


def _union(name: str, members: list[str]) -> str:
    one = f"{name} = {' | '.join(members)}"
    return one if len(one) <= WIDTH else f"{name} = (\n    {' | '.join(members)}\n)"


def _imports_of_models(text: str) -> str:
    hiding, anything = ", field" * (HIDDEN in text), "Any, " * bool(re.search(r"\bAny\b", text))
    return (
        f"from dataclasses import dataclass{hiding}\nfrom datetime import datetime\nfrom decimal import Decimal\n"
        f"from typing import {anything}Literal\n\nfrom lotbook_client.answers import Answer, KeyedAnswer, UnknownKind\n\n"
    )


def _model(shape: Shape, types: Types, keyed: bool) -> str:
    base = "KeyedAnswer" if keyed else "Answer"
    lines = [
        f"    {safe(field.name)}: {_answered(shape, field, types)}\n"
        for field in sorted(shape.fields, key=lambda each: not each.required)
    ]
    return (
        f"@dataclass(frozen=True, kw_only=True)\nclass {shape.name}({base}):\n"
        + docstring(shape.told, "    ")
        + "\n"
        + "".join(lines)
    )


def _answered(shape: Shape, field: Field, types: Types) -> str:
    if field.constant is not None and field.name == "kind":
        return f"Literal[{quoted(field.constant)}]"
    written = f"Literal[{quoted(field.constant)}] | str" if field.constant else ""
    written = written or types.answered(field.type, alias_of(shape, field))
    if field.required:
        return f"{written}{HIDDEN}" if field.name in SECRET else written
    return f"{written} = None" if isinstance(field.type, Maybe) else f"{written} | None = None"


def bodies(description: Description) -> str:
    """What requests are made of: dicts as they are sent, with their types."""
    types = Types(description)
    flat = {each.body for each in description.operations if each.body} - description.documents
    shapes = [shape for shape in description.bodies if shape.name not in flat]
    aliases = [
        literal(_alias(shape, field), words_of(field.type))
        for shape in shapes
        for field in shape.fields
        if _alias(shape, field)
    ]
    made = ["".join(aliases), *(_body(shape, types) for shape in shapes)]
    imports = (
        "from collections.abc import Mapping, Sequence\nfrom datetime import datetime\n"
        "from typing import Any, Literal, TypedDict\n\n"
    )
    used = "\n\n".join(made)
    imports = imports.replace("Any, ", "") if "Any" not in used else imports
    imports = imports.replace("from datetime import datetime\n", "") if "datetime" not in used else imports
    return HEAD.format(told="What requests are made of, as plain dicts; only types are here.") + imports + used


def _body(shape: Shape, types: Types) -> str:
    needed = [field for field in shape.fields if field.required]
    others = [field for field in shape.fields if not field.required]
    told = docstring(shape.told, "    ")
    if not others:
        return f"class {shape.name}(TypedDict):\n{told}\n" + _members(shape, needed, types)
    if not needed:
        return f"class {shape.name}(TypedDict, total=False):\n{told}\n" + _members(shape, others, types)
    base = f"class _{shape.name}(TypedDict):\n" + _members(shape, needed, types)
    return f"{base}\n\nclass {shape.name}(_{shape.name}, total=False):\n{told}\n" + _members(shape, others, types)


def _members(shape: Shape, fields: Iterable[Field], types: Types) -> str:
    return "".join(f"    {field.name}: {types.sent(field.type, _alias(shape, field))}\n" for field in fields)


def _alias(shape: Shape, field: Field) -> str:
    """A name for many words; a few stand where they are."""
    return alias_of(shape, field) if len(words_of(field.type)) > FEW_WORDS else ""


def errors(description: Description) -> str:
    """Refusals: a class a code, under the class of its status."""
    types = Types(description)
    names = {row.code: "".join(part.capitalize() for part in row.code.split("_")) for row in description.refusals}
    classes = [_error(row, names[row.code], types) for row in description.refusals]
    bases = sorted({STATUS_CLASSES[row.status] for row in description.refusals})
    listed = "".join(f"    {quoted(code)}: {name},\n" for code, name in names.items())
    text = "\n\n".join(classes)
    imports = "from collections.abc import Mapping\n"
    imports += "from datetime import datetime\n" if "datetime" in text else ""
    imports += "from typing import Any\n\n" if "Any" in text else "\n"
    imports += (
        "from lotbook_client.failures import (\n    ApiError,\n"
        + "".join(f"    {base},\n" for base in bases)
        + ")\n\n\n"
    )
    table = f"\n\nBY_CODE: Mapping[str, type[ApiError]] = {{\n{listed}}}\n"
    exported = "\n__all__ = [\n" + "".join(f"    {quoted(name)},\n" for name in sorted(names.values())) + "]\n"
    return HEAD.format(told="Refusals, a class for each code.") + imports + text + table + exported


def _tuple(name: str, members: list[str]) -> str:
    listed = ", ".join(map(quoted, members))
    return f"    {name} = ({listed}{',' * (len(members) == 1)})\n" if members else ""


def _error(row: Refusal, name: str, types: Types) -> str:
    told = f"{row.told} {row.advice}"
    fields = [f"    {each.name}: {types.answered(each.type)}\n" for each in row.fields]
    instants = [each.name for each in row.fields if "datetime" in types.answered(each.type)]
    carried = _tuple("carries", [each.name for each in row.fields]) + _tuple("instants", instants)
    return f"class {name}({STATUS_CLASSES[row.status]}):\n{docstring(told, '    ')}\n" + (
        f"    code = {quoted(row.code)}\n{carried}" + "".join(fields)
    )
