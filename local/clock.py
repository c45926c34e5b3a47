"""The clock that handlers, schedules and the Stripe stand-in see, and how it is set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.cloud.private_file import read_object, write_private
from lotbook.adapters.system import OffsetClock, SystemClock
from lotbook.domain.values.instants import DAY, SECOND, from_text, to_text

LARGEST_ADVANCE_SECONDS = 100 * 366 * DAY // SECOND
LATEST = from_text("2999-12-31T23:59:59Z")
SETTING = {"base": int, "set_at": int, "frozen": bool}
FIELDS = {"now", "advance_seconds", "frozen"}


class ClockError(Exception):
    """What was asked of the clock makes no sense; the message says what does."""


class LocalClock:
    """`OffsetClock` with hands: its setting is a file in the data directory, so it outlives a restart."""

    def __init__(self, path: Path) -> None:
        """Raises Damaged when the setting cannot be read."""
        read_object(path, SETTING)
        self.path = path
        self._clock = OffsetClock(path)
        self._wall = SystemClock()

    def now(self) -> int:
        """The local run's instant, milliseconds."""
        return self._clock.now()

    def describe(self) -> dict[str, Any]:
        """`{now, frozen}` as `/_local/clock` answers it."""
        return {"now": to_text(self.now()), "frozen": self._frozen()}

    def change(self, wanted: Any) -> dict[str, Any]:
        """Set from `{now}` or `{advance_seconds}`, either with `frozen`, or `{frozen}` alone. Raises ClockError."""
        if (
            not isinstance(wanted, dict)
            or not wanted
            or set(wanted) - FIELDS
            or {"now", "advance_seconds"} <= set(wanted)
        ):
            raise ClockError(
                'send {"now": "2026-01-31T00:00:00Z"} or {"advance_seconds": 60}, with "frozen" if you like'
            )
        base = _instant(wanted["now"]) if "now" in wanted else self.now() + _advance(wanted.get("advance_seconds", 0))
        frozen = wanted.get("frozen", False if "now" in wanted else self._frozen())
        if not isinstance(frozen, bool):
            raise ClockError("frozen is true or false")
        if not 0 <= base <= LATEST:
            raise ClockError(f"the clock goes from 1970-01-01T00:00:00Z to {to_text(LATEST)}")
        setting = {"base": base, "set_at": self._wall.now(), "frozen": frozen}
        write_private(self.path, json.dumps(setting))
        return self.describe()

    def _frozen(self) -> bool:
        return bool(self.path.exists() and json.loads(self.path.read_text())["frozen"])


def _instant(text: Any) -> int:
    try:
        return from_text(text)
    except (TypeError, ValueError) as refusal:
        raise ClockError("now is an instant with an offset, for example 2026-01-31T00:00:00Z") from refusal


def _advance(seconds: Any) -> int:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or abs(seconds) > LARGEST_ADVANCE_SECONDS:
        raise ClockError(f"advance_seconds is a whole number, at most {LARGEST_ADVANCE_SECONDS}")
    return seconds * SECOND
