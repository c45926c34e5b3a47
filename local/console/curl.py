"""A request as somebody would type it: curl for bash and zsh. Secrets are shell variables, and no byte of it can act on a terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SAFE = re.compile(r"[A-Za-z0-9 _:./?=&%,;+@~-]*")
TOKEN = re.compile(r"[A-Z]{1,20}")
NUL = "\0"
LONGEST_BODY = 16_384


@dataclass(frozen=True, slots=True)
class Variable:
    """A shell variable in the place of a secret. `how`: where its value is, in one line."""

    name: str
    how: str


Word = Sequence[str | Variable]


@dataclass(frozen=True, slots=True)
class Typed:
    """A request in parts. Every word is text, with variables where secrets stood."""

    method: str
    url: Word
    headers: Sequence[Word] = ()
    cookie: Word = ()
    fields: Sequence[Word] = ()  # of a form
    body: str = ""

    def text(self) -> str:
        """The command, an option a line. A comment has no place in it: zsh takes none at its prompt."""
        return " \\\n  ".join(self._lines())

    def needs(self) -> tuple[Variable, ...]:
        """The variables in it, each once."""
        words = (self.url, self.cookie, *self.headers, *self.fields)
        return tuple(dict.fromkeys(part for word in words for part in word if isinstance(part, Variable)))

    def _lines(self) -> Iterator[str]:
        has_body = bool(self.body or self.fields)
        usual = "POST" if has_body else "GET"
        method = "" if self.method == usual else " -I" if self.method == "HEAD" else f" -X {_method(self.method)}"
        yield f"curl -s -w '\\n'{method}{' -g' if _globs(self.url) else ''} {typed(self.url)}"
        if self.cookie:
            yield f"-b {typed(self.cookie)}"
        yield from (f"-H {typed(header)}" for header in self.headers)
        yield from (f"--data-urlencode {typed(each)}" for each in self.fields)
        if self.body:
            yield f"{'--data-raw' if self.body.startswith('@') else '-d'} {typed([self.body])}"


def typed(word: Word) -> str:
    """One word of a command line, for both shells."""
    word = _joined(word)
    if any(isinstance(part, Variable) for part in word) and all(
        isinstance(part, Variable) or SAFE.fullmatch(part) for part in word
    ):
        return f'"{_expanded(word)}"'
    return "".join(f'"${part.name}"' if isinstance(part, Variable) else _literal(part) for part in word) or "''"


def _joined(word: Word) -> Word:
    """Texts beside each other are one: each would have quotes of its own."""
    parts: list[str | Variable] = []
    for part in word:
        if parts and isinstance(part, str) and isinstance(last := parts[-1], str):
            parts[-1] = last + part
        else:
            parts.append(part)
    return parts


def _expanded(word: Word) -> str:
    """Inside double quotes. A letter after a variable would belong to its name, and zsh takes `$KEY:h` for a change of it."""
    text = ""
    for part in reversed(word):
        if isinstance(part, Variable):
            ends = not text or text[0] in "& "
            text = (f"${part.name}" if ends else f"${{{part.name}}}") + text
        else:
            text = part + text
    return text


def _literal(text: str) -> str:
    """In quotes that nothing is expanded in. What a terminal could take for a command is written by its number."""
    if all(letter.isprintable() or letter == "\n" for letter in text):
        return shlex.quote(text) if text else ""
    return "$'" + "".join(_escaped(letter) for letter in text) + "'"


def _escaped(letter: str) -> str:
    if letter in ("'", "\\"):
        return "\\" + letter
    if letter.isprintable():
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))


def _method(method: str) -> str:
    return method if TOKEN.fullmatch(method) else _literal(method)


def _globs(url: Word) -> bool:
    """curl reads brackets and braces in an address as a pattern."""
    return any(isinstance(part, str) and set(part) & set("[]{}") for part in url)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that is shown, with how to get what it needs; or why there is none."""

    text: str = ""
    needs: tuple[Variable, ...] = ()
    why_not: str = ""

    @staticmethod
    def of(request: Typed) -> Command:
        """Of a request."""
        if len(request.body) > LONGEST_BODY:
            return Command(why_not=f"Its body of {len(request.body)} characters is too long to be kept here.")
        if NUL in request.body:
            return Command(why_not="Its body holds a zero byte, which no shell can type.")
        return Command(request.text(), request.needs())
