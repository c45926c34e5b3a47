"""What a check answers."""

from __future__ import annotations

from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """What a consume would answer. `reason`: the code of its refusal, None where it would burn; `draws` then, by lot.

    A lot that an automatic purchase would lend has no id yet: None.
    """

    requested: int
    available: int
    reason: str | None
    pause_reason: str | None = None
    draws: tuple[tuple[str | None, int], ...] = ()
    rated: str | None = None
