"""What a mail says, as figures and names that no language has been chosen for yet.

A letter names the sentences that it is made of; the words are in a catalogue a language (`adapters/mails/words`), and money, numbers
and dates get their form from the recipient's locale when it is rendered. Nothing in a letter is a token, a key or a card's number.
"""

from __future__ import annotations

from collections.abc import Mapping

from lotbook.domain.accounts.notifications import MailKind
from lotbook.domain.values.light_dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Count:
    """So many of a unit."""

    credits: int
    unit: str


@dataclass(frozen=True, slots=True)
class Day:
    """The date of an instant, in the account's time zone."""

    at: int


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant to the minute, with the name of the time zone."""

    at: int


@dataclass(frozen=True, slots=True)
class Percent:
    """Of a hundred."""

    number: int


@dataclass(frozen=True, slots=True)
class Unit:
    """The name of a unit, beside no number."""

    unit: str


Value = str | Money | Count | Day | Moment | Percent | Unit


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table. `label` is a name of the catalogue, or the seller's own words where it is `verbatim`; it tells `named`."""

    label: str
    value: Value
    verbatim: bool = False
    is_total: bool = False
    is_code: bool = False  # of no meaning to a reader: shown small
    named: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Button:
    """`label` is a name of the catalogue."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without words. `says` are the sentences of its kind, in order; `facts` are what they may mention."""

    kind: MailKind
    facts: Mapping[str, Value]
    says: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    button: Button | None = None
