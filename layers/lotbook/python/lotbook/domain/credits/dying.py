"""What dies together: the rests of lots of one instant are one entry, so that an instant costs what one entry costs.

A lot that dies alone, or with one other, keeps an entry of its own, as it always had. Three and more share one, under a name made of
the instant at which they died (`ledger.together_name`). Whoever asks for all that is journaled about a lot gets its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lotbook.domain.credits.ledger import Draw, Draws, Entry, expired_name, together_name
from lotbook.domain.values.light_dataclasses import dataclass

TOGETHER_FROM = 3  # lots: two entries of their own cost no more than the rest of the turn, and every release reads them
MAX_LOTS_AN_ENTRY = 50  # some 0.9 KB, so one write unit; of more lots the next entry goes on
# Or the book, which holds a turn's outcomes, passes an item's 400 KB. What is dead beyond them is laid aside, where nothing burns it;
# the book is due again at once, and the next turn goes on.
MAX_LOTS_A_TURN = 500


@dataclass(frozen=True, slots=True)
class Death:
    """Rests of lots that died at `expires_at`: what one entry says. `draws` in the order of the lots' ids, which is that of their grants."""

    expires_at: int
    draws: Draws
    is_together: bool

    def entry(self, unit: str, at: int, seq: int) -> Entry:
        """The entry as the link `seq`; it is hung on the chain yet."""
        name = together_name(self.expires_at, seq) if self.is_together else expired_name(self.draws[0].lot_id, seq)
        return Entry(name, unit, "expired", at, credits=-sum(draw.credits for draw in self.draws), draws=self.draws)


def deaths(rests: Iterable[tuple[int, Draw]], most: int) -> Iterator[Death]:
    """The entries of these rests, given with the instant at which their lots died; the earliest first, at most `most` lots."""
    by_instant: dict[int, list[Draw]] = {}
    for expires_at, draw in sorted(rests, key=lambda rest: (rest[0], rest[1].lot_id))[:most]:
        by_instant.setdefault(expires_at, []).append(draw)
    for expires_at, draws in by_instant.items():
        together = len(draws) >= TOGETHER_FROM
        step = MAX_LOTS_AN_ENTRY if together else 1
        for start in range(0, len(draws), step):
            yield Death(expires_at, tuple(draws[start : start + step]), together)
