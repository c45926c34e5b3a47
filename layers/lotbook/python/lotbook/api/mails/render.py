"""A letter in words: subject, text and HTML, in the recipient's language, money, numbers and dates as the locale writes them.

Pure: the same letter and envelope give the same bytes. Whatever comes from outside is one line without control characters, is
escaped in HTML, and an address of a page is http or https, or there is no link.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category

from lotbook.api.rendering.formats import Formats, locale_of
from lotbook.api.rendering.templates import environment
from lotbook.domain.mails.letters import Count, Day, Figure, Letter, Moment, Money, Percent, Unit, Value
from lotbook.domain.mails.posting import Envelope, Written
from lotbook.domain.values.light_dataclasses import dataclass

HERE = Path(__file__).parent
FALLBACK = "en"
MAX_LINE_CHARACTERS = 300  # of one figure, name or title; a subject is cut to MAX_SUBJECT_CHARACTERS
MAX_SUBJECT_CHARACTERS = 150
PADDING = (
    "\N{ZERO WIDTH NON-JOINER}\N{NO-BREAK SPACE}" * 60
)  # after the preheader: the inbox shows nothing else behind it
SCHEMES = ("https://", "http://")


@dataclass(frozen=True)
class Words:
    """One language's catalogue."""

    language: str
    texts: Mapping[str, Any]


def write(letter: Letter, envelope: Envelope) -> Written:
    """The mail's three texts."""
    words, formats = words_of(envelope.locale), _formats_of(envelope)
    facts = {name: _shown(value, words, formats) for name, value in letter.facts.items()}
    facts["product"] = _one_line(envelope.product)
    kind = words.texts["kinds"][letter.kind]
    subject = _filled(kind["subject"], facts)[:MAX_SUBJECT_CHARACTERS]
    view = {
        "lang": words.language,
        "subject": subject,
        "preheader": _filled(kind["preheader"], facts),
        "padding": PADDING,
        "product": facts["product"],
        "heading": _filled(kind["heading"], facts),
        "says": [_filled(kind["says"][name], facts) for name in letter.says],
        "figures": [_row(figure, words, formats) for figure in letter.figures],
        "button": _button(letter, words),
        "footer": {name: _filled(text, facts) for name, text in words.texts["footer"].items()},
        "support_email": envelope.support_email,
        "support_url": _page(envelope.support_url),
        "stop_url": _page(envelope.stop_url),
    }
    return Written(subject, template("letter.txt").render(view), template("letter.html").render(view))


def languages() -> tuple[str, ...]:
    """Those with a catalogue."""
    return tuple(sorted(path.stem for path in (HERE / "words").glob("*.toml")))


@cache
def catalogue(language: str) -> Words:
    """A language's words."""
    return Words(language, tomllib.loads((HERE / "words" / f"{language}.toml").read_text(encoding="utf-8")))


def words_of(locale: str | None) -> Words:
    """The words of a locale's language, English where there are none."""
    language = (locale or FALLBACK).replace("_", "-").partition("-")[0].lower()
    return catalogue(language if language in languages() else FALLBACK)


def _formats_of(envelope: Envelope) -> Formats:
    """The account's own locale; without one English as its region writes it."""
    wanted = [envelope.locale] if envelope.locale else []
    return Formats(locale_of([*wanted, f"{FALLBACK}-{envelope.region}", FALLBACK]), envelope.time_zone)


def _shown(value: Value, words: Words, formats: Formats) -> str:
    match value:
        case Money(minor, currency):
            return formats.money(minor, currency)
        case Count(credits, unit):
            return _counted(credits, unit, words, formats)
        case Day(at):
            return formats.date(at)
        case Moment(at):
            return formats.instant(at)
        case Unit(unit):
            return words.texts["unit_names"].get(unit) or _named(unit)
        case Percent(number):
            return formats.percent(Decimal(number) / 100)
    return _one_line(value)


def _counted(credits: int, unit: str, words: Words, formats: Formats) -> str:
    number, forms = formats.number(credits), words.texts["units"].get(unit)
    if forms is None:
        return f"{number} {_named(unit)}"
    return _filled(forms.get(formats.plural(credits), forms["other"]), {"n": number})


def _named(unit: str) -> str:
    return _one_line(unit).replace("_", " ")


def _row(figure: Figure, words: Words, formats: Formats) -> Mapping[str, Any]:
    label = _one_line(figure.label) if figure.verbatim else _label(figure, words, formats)
    return {
        "label": label,
        "value": _shown(figure.value, words, formats),
        "is_total": figure.is_total,
        "is_code": figure.is_code,
    }


def _label(figure: Figure, words: Words, formats: Formats) -> str:
    """A row's name begins with a capital, whatever it names."""
    named = {name: _shown(value, words, formats) for name, value in figure.named.items()}
    label = _filled(words.texts["labels"][figure.label], named)
    return label[:1].upper() + label[1:]


def _button(letter: Letter, words: Words) -> Mapping[str, str] | None:
    url = _page(letter.button.url) if letter.button else None
    return {"label": words.texts["buttons"][letter.button.label], "url": url} if letter.button and url else None


def _page(url: str | None) -> str | None:
    """An address that a person may be sent to; None for what is none, so that no other scheme gets into a link."""
    return url if url and url.startswith(SCHEMES) and url == _one_line(url) and " " not in url else None


def _one_line(text: str) -> str:
    """Without control and formatting characters, so that no name breaks a header, a line or a direction."""
    shown = "".join(each if category(each) not in ("Cc", "Cf", "Zl", "Zp") else " " for each in text)
    return " ".join(shown.split(" "))[:MAX_LINE_CHARACTERS].strip()


@cache
def template(name: str) -> Any:
    """One of the layouts."""
    return environment(HERE / "templates").get_template(name)


@cache
def _text(text: str) -> Any:
    return environment(HERE / "templates").overlay(autoescape=False).from_string(text)


def _filled(text: str, facts: Mapping[str, str]) -> str:
    """A text of the catalogue with its facts, not escaped: the layout escapes."""
    return str(_text(text).render(facts))
