"""The end of an account, as the account keeps it: since when, why, by whom, and how far its person is forgotten."""

from __future__ import annotations

from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closing:
    """Instants are milliseconds. `erase_asked_at`: since then its personal data is to go; `erased_at`: since then it is gone.

    `reason` and `actor` are what the caller of `close` said; erasing takes both out.
    """

    at: int
    reason: str
    actor: str
    erase_asked_at: int | None = None
    erased_at: int | None = None
