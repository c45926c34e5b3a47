"""Which time zones an account may have."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

LOCAL_NAMES = frozenset({"localtime", "Factory", "posixrules"})  # of the machine, not of the IANA data base


def is_time_zone(name: str) -> bool:
    """Whether it is a name of the IANA data base."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    """All of them, asked for once a process: the library opens each of 600 files to tell them, 20 ms of every new account."""
    return frozenset(available_timezones() - LOCAL_NAMES)
