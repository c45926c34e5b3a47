"""clients/python: answers as dataclasses, bodies as TypedDicts, refusals as exceptions."""

from __future__ import annotations

from collections.abc import Iterable

from local.clients.description import Description, Field, ListedRefusal, Shape
from local.clients.python_types import WIDTH, Types, alias_of, docstring, imports, literal, quoted, safe, words_of
from local.clients.subjects import SHARED, subjects
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


def models(description: Description) -> dict[str, str]:
    """What answers are, by the subject whose calls answer them; `__init__` has all of them."""
    of = subjects(description)
    told = "What Lotbook answers{}. Credits are integers, unit prices Decimals, instants aware datetimes."
    rooms: dict[str, list[Shape]] = {}
    for shape in description.answers:
        if shape.fields or shape.union:
            rooms.setdefault(of[shape.name], []).append(shape)
    made = {
        subject: HEAD.format(told=told.format(f": {subject}"))
        + _models(here, [] if subject == SHARED else rooms.get(SHARED, []), description)
        for subject, here in sorted(rooms.items())
    }
    every = "".join(f"from lotbook_client.models.{subject} import *  # noqa: F403\n" for subject in made)
    return {"__init__": HEAD.format(told=told.format("")) + every, **made}


def _models(here: list[Shape], shared: list[Shape], description: Description) -> str:
    """One dataclass a shape, one alias for each list of words; `shared`: what they may be made of beside one another."""
    types = Types(description)
    keyed = {each.answer for each in description.operations if each.keyed or each.may_be_keyed}
    shapes = [shape for shape in here if shape.fields]
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
        for shape in here
        if shape.union
    ]
    text = "".join(aliases) + "\n\n" + "\n\n".join([*classes, *joined])
    sources = {
        "dataclasses": ["dataclass", *["field"] * (HIDDEN in text)],
        "datetime": ["datetime"],
        "decimal": ["Decimal"],
        "typing": ["Any", "Literal"],
        "lotbook_client.answers": ["Answer", "KeyedAnswer", "UnknownKind"],
        f"lotbook_client.models.{SHARED}": [shape.name for shape in shared],
    }
    return imports(text, sources) + "\n" * bool(aliases) + text


def _union(name: str, members: list[str]) -> str:
    one = f"{name} = {' | '.join(members)}"
    return one if len(one) <= WIDTH else f"{name} = (\n    {' | '.join(members)}\n)"


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
    text = "\n\n".join(made)
    sources = {
        "collections.abc": ["Mapping", "Sequence"],
        "datetime": ["datetime"],
        "typing": ["Any", "Literal", "TypedDict"],
    }
    head = HEAD.format(told="What requests are made of, as plain dicts; only types are here.")
    return f"{head}{imports(text, sources)}\n{text}"


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
    exported = "\n__all__ = [\n" + "".join(f"    {quoted(name)},\n" for name in sorted(names.values())) + "]\n"
    text = "\n\n".join(classes) + f"\n\nBY_CODE: Mapping[str, type[ApiError]] = {{\n{listed}}}\n" + exported
    sources = {
        "collections.abc": ["Mapping"],
        "datetime": ["datetime"],
        "typing": ["Any"],
        "lotbook_client.failures": ["ApiError", *bases],
    }
    return f"{HEAD.format(told='Refusals, a class for each code.')}{imports(text, sources)}\n\n{text}"


def _tuple(name: str, members: list[str]) -> str:
    listed = ", ".join(map(quoted, members))
    return f"    {name} = ({listed}{',' * (len(members) == 1)})\n" if members else ""


def _error(row: ListedRefusal, name: str, types: Types) -> str:
    told = f"{row.told} {row.advice}"
    fields = [f"    {each.name}: {types.answered(each.type)}\n" for each in row.fields]
    instants = [each.name for each in row.fields if "datetime" in types.answered(each.type)]
    carried = _tuple("carries", [each.name for each in row.fields]) + _tuple("instants", instants)
    return f"class {name}({STATUS_CLASSES[row.status]}):\n{docstring(told, '    ')}\n" + (
        f"    code = {quoted(row.code)}\n{carried}" + "".join(fields)
    )
