"""A calculation in one line, as people read it on the billing page and in the console."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.console.words import MOST_TOLD, calculations
from lotbook.api.answers.render_ledger import entry as shown
from lotbook.api.portal.entry_words import calculation
from lotbook.api.rendering.formats import Formats
from lotbook.domain.credits.batches import BatchLine, to_text
from lotbook.domain.credits.ledger import DIGEST_CHARACTERS, LINED, Entry
from lotbook.domain.credits.rated import Rating

TOKENS = Rating("tokens", 3, "half_up", 1, (("input_token", 1_200, "0.0009"), ("output_token", 5, "10")))
TOLD = {
    TOKENS: "tokens: 1,200 input_token × 0.0009 + 5 output_token × 10 = 51.08, so 51",
    Rating("request", 1, "half_up", 0, ((None, 1, "3"),)): "request: 3 = 3",
    Rating("seconds", 1, "up", 1, (("second", 1, "0.2"),)): "seconds: 1 second × 0.2 = 0.2, so 1",
}


def burned(rating: Rating) -> Entry:
    text, credits = rating.to_text(), rating.credits
    return Entry("use", "credits", "consumed", 1, seq=1, credits=-credits, requested=credits, rated=text)


@pytest.mark.parametrize("rating", TOLD, ids=lambda rating: rating.action)
def test_np_58_page_and_console_say_the_same_of_a_calculation(rating: Rating) -> None:
    assert calculation(rating.to_text(), Formats()) == TOLD[rating]
    assert calculations(dict(shown("acme", burned(rating), None))) == [TOLD[rating]]


def test_np_58_a_batch_under_one_key_tells_its_first_lines_and_how_many_more_there_are() -> None:
    lines = [BatchLine(TOKENS.credits, rated=TOKENS.to_text())] * (MOST_TOLD + 2)
    whole = replace(burned(TOKENS), rated=None, requested=51 * len(lines), lines=to_text(lines))
    entry = replace(whole, digest="d" * DIGEST_CHARACTERS + LINED)
    expected = [TOLD[TOKENS]] * MOST_TOLD + ["and 2 more"]
    assert calculations(dict(shown("acme", entry, None))) == expected


def test_a_burn_by_credits_has_none() -> None:
    entry = replace(burned(TOKENS), rated=None)
    assert (calculation(None, Formats()), calculations(dict(shown("acme", entry, None)))) == (None, [])
