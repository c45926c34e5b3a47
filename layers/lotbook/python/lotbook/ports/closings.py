"""What closing an account has still to do, remembered until it is done. Found through `DueIndex`, kind `closing`.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from typing import Protocol

from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClosingWork:
    """`asks` counts how often a look was asked for; `place`: where erasing goes on, None: at its beginning."""

    asks: int
    place: str | None = None


class ClosingStore(Protocol):
    """One item a closed account. Reads are strongly consistent."""

    def ask(self, account_id: str, at: int) -> None:
        """Look at the account at `at`. Whoever is at it now does not end the work any more."""
        ...

    def get(self, account_id: str) -> ClosingWork | None: ...

    def keep_place(self, account_id: str, place: str | None) -> None:
        """Erasing goes on there."""
        ...

    def look_again(self, account_id: str, at: int, asks: int) -> bool:
        """The next look is at `at`; False, and nothing, where somebody has asked for one since `asks`."""
        ...

    def finish(self, account_id: str, asks: int) -> bool:
        """No look is due any more; False, and nothing, where somebody has asked for one since `asks`."""
        ...
