"""What burns by usage were rated at, summed by what was counted: so that whoever counts sees the calculation, not only its credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.domain.credits import batches, rated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lotbook.domain.credits.ledger import Entry

MAX_USAGES_TOLD = 100  # of one event, those that cost most; the bus takes 256 KB
Counted = tuple[str, str | None, str]  # action, quantity (None: the flat part), rate


def told(burns: Iterable[Entry]) -> dict[str, Any]:
    """`usage` and `usage_left_out`, most credits first. Credits of all of them are those that were burned by usage.

    The credits of a hold are rated when it is placed: its capture is a part of them, and in none of these.
    """
    found: dict[Counted, tuple[int, int]] = {}
    for text in _calculations(burns):
        rating = rated.from_text(text)
        for line in rating.lines:
            what = (rating.action, line.quantity, line.rate)
            count, credits = found.get(what, (0, 0))
            found[what] = (count + line.count, credits + line.credits)
    ordered = sorted(found.items(), key=lambda each: (-each[1][1], each[0][0], each[0][1] or "", each[0][2]))
    usage = [
        {"action": action, "quantity": quantity, "rate": rate, "count": count, "credits": credits}
        for (action, quantity, rate), (count, credits) in ordered[:MAX_USAGES_TOLD]
    ]
    return {"usage": usage, "usage_left_out": len(ordered) - len(usage)}


def _calculations(burns: Iterable[Entry]) -> Iterator[str]:
    """Of single burns, and of the lines of batches as far as they are there."""
    for entry in burns:
        if entry.rated is not None:
            yield entry.rated
        yield from (line.rated for line in batches.lines_of(entry) if line.rated is not None)
