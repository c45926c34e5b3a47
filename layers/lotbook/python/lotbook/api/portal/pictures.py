"""Pictures as SVG, drawn here and coloured by the style sheet's classes. Behind each one is a table with the same figures.

Places are whole hundredths of a pixel's unit, computed in integers: the same figures draw the same picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from lotbook.domain.advice.daily_use import DayOfUse
from lotbook.domain.credits.requests import LotView
from lotbook.domain.values.light_dataclasses import dataclass

WIDTH, HEIGHT = 600, 120
GAP = 4
BASE = 100  # where bars stand
LEAST = 2  # of what is there at all, so that it can be seen
BAR_WIDTH, BAR_HEIGHT = 600, 14
LOT_STEP, MOST_LOTS = 12, 12


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: `kind` is its class in the style sheet."""

    title: str
    kind: str
    value: int


def parts_bar(parts: Sequence[Part], title: str) -> Markup:
    """One bar of parts side by side, as wide as they are large."""
    there = [part for part in parts if part.value > 0]
    total = sum(part.value for part in there) or 1
    room = BAR_WIDTH - 2 * max(0, len(there) - 1)
    drawn, x = [], 0
    for part in there:
        width = max(LEAST, room * part.value // total)
        drawn.append(f'<rect class="k-{part.kind}" x="{x}" y="0" width="{width}" height="{BAR_HEIGHT}" rx="3"/>')
        x += width + 2
    empty = f'<rect class="k-none" x="0" y="0" width="{BAR_WIDTH}" height="{BAR_HEIGHT}" rx="3"/>' if not there else ""
    return _svg(BAR_WIDTH, BAR_HEIGHT, title, "".join(drawn) + empty, "bar")


def days_bars(days: Sequence[DayOfUse], allowance: int, title: str) -> Markup:
    """A bar a day; a line where an even use of the allowance of these days would be, where there is an allowance."""
    most = max([day.used or 0 for day in days] + [-(-allowance // len(days)), 1])
    step = WIDTH // len(days)
    drawn = "".join(_bars(days, most, step))
    line = ""
    if allowance:
        y = BASE - BASE * allowance // (most * len(days))
        line = f'<line class="share" x1="0" y1="{y}" x2="{WIDTH}" y2="{y}"/>'
    ground = f'<line class="ground" x1="0" y1="{BASE}" x2="{WIDTH}" y2="{BASE}"/>'
    return _svg(WIDTH, BASE + 2, title, drawn + line + ground, "days")


def _bars(days: Sequence[DayOfUse], most: int, step: int) -> Iterator[str]:
    for number, day in enumerate(days):
        height = 0 if not day.used else max(LEAST, BASE * day.used // most)
        if height:
            yield (
                f'<rect class="used" x="{number * step + GAP // 2}" y="{BASE - height}" '
                f'width="{step - GAP}" height="{height}" rx="2"/>'
            )


def lots_line(lots: Sequence[LotView], now: int, title: str) -> Markup:
    """A bar a lot from now to its end, as long as it lives, on one scale; one that never ends goes on to the edge."""
    shown = lots[:MOST_LOTS]
    last = max([lot.expires_at or 0 for lot in shown] + [now + 1])
    room = WIDTH if all(lot.expires_at is not None for lot in shown) else WIDTH - WIDTH // 10
    drawn = []
    for number, lot in enumerate(shown):
        width = WIDTH if lot.expires_at is None else max(LEAST, room * (lot.expires_at - now) // (last - now))
        kind = "frozen" if lot.state == "frozen" else lot.kind
        drawn.append(
            f'<rect class="k-{kind}" x="0" y="{number * LOT_STEP}" width="{width}" height="{LOT_STEP - 4}" rx="3"/>'
        )
    return _svg(WIDTH, max(1, len(shown)) * LOT_STEP, title, "".join(drawn), "line")


def _svg(width: int, height: int, title: str, drawn: str, kind: str) -> Markup:
    tall = f' height="{height}"' if kind == "line" else ""  # of so many lots; a narrow page makes it no flatter
    return Markup(  # noqa: S704 - numbers of ours and one escaped title
        f'<svg class="picture {kind}"{tall} viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}" focusable="false">{drawn}</svg>'
    )
