"""Which names are time zones, and that nobody looks them up again for each account."""

from __future__ import annotations

import pytest

from lotbook.usecases.accounts import time_zones
from lotbook.usecases.accounts.time_zones import is_time_zone


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Europe/Berlin", True),
        ("Asia/Kolkata", True),
        ("UTC", True),
        ("europe/berlin", False),
        ("Europe/Atlantis", False),
        ("localtime", False),
        ("posixrules", False),
        ("../../etc/passwd", False),
        ("", False),
    ],
)
def test_a_time_zone_is_a_name_of_the_iana_data_base(name: str, known: bool) -> None:
    assert is_time_zone(name) is known


def test_the_data_base_is_asked_once_a_process_not_for_each_account(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def names() -> set[str]:
        asked.append("the data base")
        return {"Europe/Berlin", "localtime"}

    monkeypatch.setattr(time_zones, "available_timezones", names)
    time_zones._names.cache_clear()
    try:
        assert [is_time_zone(name) for name in ("Europe/Berlin", "localtime", "Europe/Paris")] == [True, False, False]
    finally:
        time_zones._names.cache_clear()
    assert asked == ["the data base"]
