"""What a form of the console's was filled in with. What is unclear is said about its field, and nothing is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

MOST_DIGITS = 18
MOST_FIELDS = 50
LONGEST_FORM = 65_536
DIGITS_OF_A_PLACE = 9  # of a page, a mail, a call


def pairs(text: str) -> dict[str, str]:
    """The fields of a query or a form; no page of ours has more than MOST_FIELDS, and what is more is passed over."""
    first = text[:LONGEST_FORM].split("&", MOST_FIELDS)[:MOST_FIELDS]
    return dict(parse_qsl("&".join(first), keep_blank_values=True))


def place_of(text: str) -> int:
    """A place in a list; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_A_PLACE else 0


class Unclear(Exception):
    """A field that cannot be read; nothing was called."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name, self.message = name, message


@dataclass(frozen=True, slots=True)
class Fields:
    """By name, as text."""

    given: Mapping[str, str]

    def text(self, name: str) -> str:
        """A text that must be there. Raises Unclear."""
        value = self.maybe(name)
        if value is None:
            raise Unclear(name, "Please fill this in.")
        return value

    def maybe(self, name: str) -> str | None:
        """A text, or None where nothing was filled in."""
        return self.given.get(name, "").strip() or None

    def step(self, name: str) -> str:
        """A text as one step of an address."""
        return quote(self.text(name), safe="")

    def whole(self, name: str) -> int:
        """A whole number; blanks and commas between its digits are passed over. Raises Unclear."""
        text = self.text(name).replace(",", "").replace(" ", "").replace("\u00a0", "")
        digits = text.removeprefix("-")
        if not digits.isascii() or not digits.isdigit() or len(digits) > MOST_DIGITS:
            raise Unclear(name, "Please give a whole number.")
        return int(text)

    def maybe_whole(self, name: str) -> int | None:
        """A whole number, or None where nothing was filled in. Raises Unclear."""
        return self.whole(name) if self.maybe(name) else None

    def ticked(self, name: str) -> bool:
        """A check box."""
        return name in self.given
