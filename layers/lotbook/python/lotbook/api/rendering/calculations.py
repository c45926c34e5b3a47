"""How the credits of a burn by usage were calculated, in one line: `tokens: 12 input_token × 2 + 5 output_token × 10 = 74`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Part = tuple[str | None, int, str]  # quantity (None: the flat part), count, rate


def sentence(action: str, parts: Iterable[Part], came_to: tuple[str, int], number: Callable[[int], str]) -> str:
    """`came_to`: the exact amount before it was rounded, and the credits."""
    terms = [rate if quantity is None else f"{number(count)} {quantity} × {rate}" for quantity, count, rate in parts]
    exact, credits = came_to
    rounded = "" if exact == str(credits) else f", so {number(credits)}"
    return f"{action}: {' + '.join(terms)} = {exact}{rounded}"
