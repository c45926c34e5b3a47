"""The lines of an order in a mail: ours in the reader's language, the policy's own words as they are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.api.mails.render import write
from lotbook.domain.mails.letters import Letter
from lotbook.domain.mails.lines import line_of
from lotbook.domain.sales.items import OrderLine, PlanPart
from tests.api.mails.cases import bought, envelope

GERMAN = {
    "Credits, automatic purchase": "Credits, automatischer Kauf",
    "Surcharge": "Aufschlag",
    "Custom payment": "Freie Zahlung",
    "Credits": "Credits",
    "10,000 credits": "10.000 Credits",
    "Unused credits": "Nicht verbrauchte Credits",
    "Pro, 1 month": "Pro, 1 Monat",
    "Pro, 1 year": "Pro, 1 Jahr",
    "Pro, 30 days": "Pro, 30 Tage",
    "Pro": "Pro",
    "Surcharge of the seller": "Surcharge of the seller",
}


@pytest.mark.parametrize("text", GERMAN)
def test_f10_a_line_of_our_own_making_is_in_the_readers_language_and_the_policys_words_stay(text: str) -> None:
    row = replace(bought(), plan=PlanPart("pro", 10_000, 30))
    figure = line_of(row, OrderLine(text, 1, Decimal(9), 900))
    letter = Letter("plan_ending", {"plan": "Pro", "ends": "x"}, ("ending",), (figure,))
    assert f"\n{GERMAN[text]}: 9,00" in write(letter, envelope("de-DE")).text
    assert f"\n{text}: " in write(letter, envelope("en-US")).text
