"""The catalogues: each language says the same, of all that a letter can name, and nothing that HTML would take for markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lotbook.api.mails.render import HERE, catalogue, languages
from lotbook.domain.accounts.notifications import MAIL_KINDS
from lotbook.domain.mails import writing

NAMED = re.compile(r"{{ (\w+) }}")
WRITERS = HERE.parents[1] / "domain" / "mails"
SOURCE = "".join((WRITERS / name).read_text() for name in ("writing.py", "balances.py", "lines.py"))


def flat(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in texts.items():
        if isinstance(value, str):
            yield f"{path}{name}", value
        else:
            yield from flat(value, f"{path}{name}.")


def test_there_are_two_languages_and_english_is_one() -> None:
    assert {"de", "en"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_texts_with_the_same_facts(language: str) -> None:
    english, other = dict(flat(catalogue("en").texts)), dict(flat(catalogue(language).texts))
    plurals = {name for name in other if name.startswith("units.")}
    assert set(other) - plurals == {name for name in english if not name.startswith("units.")}
    for name in set(other) - plurals:
        if name.endswith((".subject", ".preheader", ".heading", ".title")):
            continue  # may name more or fewer of the facts that its kind has
        assert set(NAMED.findall(other[name])) == set(NAMED.findall(english[name])), name


@pytest.mark.parametrize("language", languages())
def test_no_text_of_ours_needs_to_be_escaped(language: str) -> None:
    for name, text in flat(catalogue(language).texts):
        assert not set("<>&\n\r") & set(text), name
        assert "{%" not in text, name


def test_every_kind_is_written_and_every_name_that_a_letter_uses_is_in_the_catalogue() -> None:
    texts = catalogue("en").texts
    assert set(texts["kinds"]) == set(MAIL_KINDS) == set(writing._WRITERS)
    labels = set(re.findall(r'Figure\("(\w+)"', SOURCE))
    buttons = set(re.findall(r'\.button\("(\w+)"', SOURCE))
    assert labels == set(texts["labels"])
    assert buttons == set(texts["buttons"])
    said = {name for kind in texts["kinds"].values() for name in kind["says"]}
    assert all(f'"{name}"' in SOURCE for name in said), "a sentence that no letter says"
