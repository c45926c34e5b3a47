"""Which time zones an account may have."""

from __future__ import annotations

from zoneinfo import available_timezones

LOCAL_NAMES = frozenset({"localtime", "Factory", "posixrules"})  # of the machine, not of the IANA data base


def is_time_zone(name: str) -> bool:
    """Whether it is a name of the IANA data base."""
    return name in available_timezones() - LOCAL_NAMES
