"""Words and figures of the console's pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lotbook.api.rendering.calculations import sentence
from lotbook.api.rendering.formats import Formats
from lotbook.domain.values.instants import SECOND, from_text
from lotbook.domain.values.money import CURRENCIES

PAGES = "/_local/console"
MOST_TOLD = 5  # calculations of one entry: a batch under one key has as many as it has lines
FORMATS = Formats()
KINDS = {"free": "Free", "promotional": "Promotional", "plan": "Plan", "purchased": "Bought"}
NEXT: dict[str, str] = {
    "no_answer": "This is the failure that you ordered. What the gateway did meanwhile, a recheck finds out.",
    "authentication_required": "The bank asks the buyer: press Confirm or Fail beside the payment.",
    "card_declined": "Nothing was charged. Choose another card.",
    "generic_decline": "Nothing was charged. Choose another card.",
    "insufficient_funds": "Nothing was charged. Choose another card.",
    "consent_required": "Tick that the buyer accepts the refund policy, and order again.",
    "insufficient_credits": "Order some or grant some here; the same key may be sent again.",
    "unclear": "correct the field and send it again. Nothing was called.",
    "400": "Look at what was sent, in the call below.",
    "404": "It may be gone meanwhile: look at the page anew.",
    "500": "The traceback is in functions.log, beside the run's data. Nothing is lost: the same key may be sent again.",
}
LONG_ID = re.compile(r"(\b[a-z]{2,4}_test_[A-Za-z0-9]{4})[A-Za-z0-9]{12,}")
LOOK_ANEW = "Look at the page anew: it may have changed meanwhile."


def number(value: int) -> str:
    """`1,234`."""
    return FORMATS.number(value)


def money(minor: int, currency: str) -> str:
    """`$12.50`; of a currency that Lotbook does not sell in, its minor units."""
    if currency not in CURRENCIES:
        return f"{number(minor)} {currency}"
    return FORMATS.money(minor, currency)


def instant(text: str | None) -> str:
    """`Nov 26, 2026, 5:00 PM UTC`, from RFC 3339."""
    return "never" if text is None else FORMATS.instant(from_text(text))


def moment(at: int) -> str:
    """The same from milliseconds."""
    return FORMATS.instant(at)


def seconds(at: int) -> str:
    """The same from the gateway's seconds."""
    return FORMATS.instant(at * SECOND)


def calculations(entry: Mapping[str, Any]) -> list[str]:
    """How the credits of an entry of the API were calculated, one line each; none where it was burned by credits."""
    parts = entry.get("lines") or [entry]
    found = [_calculated(part) for part in parts if part.get("rating")]
    more = [f"and {number(len(found) - MOST_TOLD)} more"] if len(found) > MOST_TOLD else []
    return [*found[:MOST_TOLD], *more]


def _calculated(part: Mapping[str, Any]) -> str:
    counted = [(each["quantity"], each["count"], each["rate"]) for each in part["rated"]]
    came_to = (part["rating"]["exact"], sum(each["credits"] for each in part["rated"]))
    return sentence(part["rating"]["action"], counted, came_to, number)


def every(count: int) -> str:
    """`5 minutes`."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if count % size == 0:
            times = count // size
            return word if times == 1 else f"{times} {word}s"
    return f"{count} seconds"


def plain(word: Any) -> str:
    """`past_due` as `past due`."""
    return str(word).replace("_", " ").replace(".", " ")


def card(number_: str) -> str:
    """`4242 4242 4242 4242`."""
    return " ".join(number_[place : place + 4] for place in range(0, len(number_), 4)) if number_.isdigit() else number_


def short(path: str) -> str:
    """A path in a list: long ids of the gateway's by their beginnings."""
    return LONG_ID.sub(r"\1...", path)
