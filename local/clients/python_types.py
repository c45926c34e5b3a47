"""Types and texts as Python writes them, in lines that the formatter leaves as they are."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from local.clients.description import Description, Field, Shape
from local.clients.types import Many, Mapped, Maybe, Named, OneOf, Plain, Type, Words

WIDTH = 120
OWN = "lotbook_client"
_ANSWERED = {
    "text": "str",
    "integer": "int",
    "boolean": "bool",
    "instant": "datetime",
    "decimal": "Decimal",
    "anything": "Any",
}
_SENT = _ANSWERED | {"instant": "datetime | str", "decimal": "str"}


class Types:
    """Types of one document. `answered`: as they come; `sent`: as a caller hands them over."""

    def __init__(self, description: Description) -> None:
        self._plain = {shape.name for shape in description.answers if not shape.fields and not shape.union}

    def answered(self, of: Type, words: str = "") -> str:
        """`words`: the name of the alias where a list of words stands."""
        match of:
            case Plain(name):
                return _ANSWERED[name]
            case Named(name):
                return "dict[str, Any]" if name in self._plain else name
            case Words():
                return f"{words} | str"  # a newer server may know another one
            case Many(inside):
                return f"list[{self.answered(inside, words)}]"
            case Mapped(inside):
                return f"dict[str, {self.answered(inside, words)}]"
            case Maybe(inside):
                return f"{self.answered(inside, words)} | None"
            case OneOf(types):
                return " | ".join(self.answered(each, words) for each in types)

    def sent(self, of: Type, alias: str = "") -> str:
        """`alias`: what the list of words is called, where it is called something."""
        match of:
            case Plain(name):
                return _SENT[name]
            case Named(name):
                return name
            case Words(words):
                return alias or f"Literal[{', '.join(map(quoted, words))}]"
            case Many(inside):
                return f"Sequence[{self.sent(inside, alias)}]"
            case Mapped(inside):
                return f"Mapping[str, {self.sent(inside, alias)}]"
            case Maybe(inside):
                return f"{self.sent(inside, alias)} | None"
            case OneOf(types):
                return " | ".join(map(self.sent, types))


def alias_of(shape: Shape, field: Field) -> str:
    """`EntryKind`, for the words of that field."""
    return shape.name + "".join(part.capitalize() for part in field.name.split("_"))


def words_of(of: Type) -> tuple[str, ...]:
    """The words in a type; none where it has none."""
    match of:
        case Words(words):
            return words
        case Many(inside) | Mapped(inside) | Maybe(inside):
            return words_of(inside)
    return ()


def literal(name: str, words: Iterable[str]) -> str:
    """An alias, a word a line."""
    return f"{name} = Literal[\n" + "".join(f"    {quoted(word)},\n" for word in words) + "]\n"


def quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def safe(name: str) -> str:
    """A parameter's name: `from` is a word of the language."""
    return f"{name}_" if keyword.iskeyword(name) else name


def imports(text: str, sources: Mapping[str, Iterable[str]]) -> str:
    """What the code uses of each module's names: the standard library, then the client's own modules."""
    code = re.sub(r'""".*?"""|^# .*?$', "", text, flags=re.DOTALL | re.MULTILINE)
    used = {module: [each for each in names if re.search(rf"\b{each}\b", code)] for module, names in sources.items()}
    lines = [(module, _import(module, names)) for module, names in sorted(used.items()) if names]
    library = "".join(line for module, line in lines if not module.startswith(OWN))
    own = "".join(line for module, line in lines if module.startswith(OWN))
    return f"{library}\n{own}" if library and own else library + own


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}\n"
    short = len(line) <= WIDTH + 1
    return line if short else f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def docstring(text: str, indent: str) -> str:
    """One line where it fits, else the first sentence and then the rest."""
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    one = f'{indent}"""{text}"""\n'
    if "\n" not in text and len(one) <= WIDTH + 1:
        return one
    whole = " ".join(text.split())
    first = re.match(r"(.{1,110}?\.) ", whole)
    told = (
        [f'{indent}"""{first[1]}', "", *wrapped(whole[first.end() :], indent)]
        if first
        else [*wrapped(f'"""{whole}', indent)]
    )
    if len(told) == 1:
        return f'{told[0]}"""\n'
    return "".join(f"{line}\n" for line in told) + f'{indent}"""\n'


def wrapped(text: str, indent: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
