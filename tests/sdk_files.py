"""The SDK's descriptions of services, found and read once a process: botocore does both again for each session.

Each session gets a copy of what a file says, since moto writes into its own. All share `endpoints.json`, in which botocore notes the
addresses that it has worked out, as it does among the clients of a session. `tests/contracts/test_sdk_files.py` looks.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

find_anew: Any = Loader.list_available_services
read_anew: Any = JSONFileLoader._load_file  # type: ignore[attr-defined]
SHARED = "/endpoints.json"  # half of what a session reads
kept: dict[tuple[str, Any], Callable[[], Any]] = {}  # what makes what a file says, by its path and how it is opened


def _read(self: JSONFileLoader, full_path: str, open_method: Any) -> Any:
    if (full_path, open_method) not in kept:
        said = read_anew(self, full_path, open_method)
        copied = partial(pickle.loads, pickle.dumps(said))
        kept[full_path, open_method] = (lambda: said) if full_path.endswith(SHARED) else copied
    return kept[full_path, open_method]()


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
