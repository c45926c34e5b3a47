"""The SDK's descriptions of services, found and read once a process: botocore does both again for each session.

A session of botocore shares what it has read among all of its clients, so nobody changes it; `tests/contracts/test_sdk_files.py` looks.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

find_anew: Any = Loader.list_available_services
read_anew: Any = JSONFileLoader._load_file  # type: ignore[attr-defined]
kept: dict[tuple[str, Any], Any] = {}  # what each file says, None where there is none, by its path and how it is opened


def _read(self: JSONFileLoader, full_path: str, open_method: Any) -> Any:
    if (full_path, open_method) not in kept:
        kept[full_path, open_method] = read_anew(self, full_path, open_method)
    return kept[full_path, open_method]


@cache
def _found(paths: tuple[str, ...], type_name: str) -> list[str]:
    found: list[str] = find_anew(Loader(list(paths), include_default_search_paths=False), type_name)
    return found


def _services(self: Loader, type_name: str) -> list[str]:
    return _found(tuple(self.search_paths), type_name)


def keep() -> None:
    """From now on, every session of this process."""
    JSONFileLoader._load_file = _read  # type: ignore[attr-defined]
    Loader.list_available_services = _services  # type: ignore[method-assign]
