"""What a page shows against what came: the same values, but for ids, instants and addresses, which are of the same kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

KINDS = {
    "an id": re.compile(r"[a-z]{2,5}_(?=.*[0-9A-Z])[\w.-]{16,}"),  # a code has neither; one id in sixty has no digit
    "an instant": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "an address": re.compile(r"https?://\S+"),
    "a request's id": re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{16,}="),
}


def differences(shown: Any, came: Any, place: str = "") -> Iterator[str]:
    """How what came differs. A page may leave members of an object out; it leaves none out of a list."""
    if isinstance(shown, dict) and isinstance(came, dict):
        for name, value in shown.items():
            if name not in came:
                yield f"{place}.{name} is not there: {sorted(came)}"
            else:
                yield from differences(value, came[name], f"{place}.{name}")
    elif isinstance(shown, list) and isinstance(came, list) and len(shown) == len(came):
        for at, (one, other) in enumerate(zip(shown, came, strict=True)):
            yield from differences(one, other, f"{place}[{at}]")
    elif shown != came and not _of_one_kind(shown, came):
        yield f"{place or '.'}: the page shows {shown!r}, and {came!r} came"


def _of_one_kind(shown: Any, came: Any) -> bool:
    both = isinstance(shown, str) and isinstance(came, str)
    return both and any(kind.fullmatch(shown) and kind.fullmatch(came) for kind in KINDS.values())


def last_json(printed: str) -> Any:
    """The last line that is a JSON object or list."""
    for line in reversed(printed.splitlines()):
        if line.startswith(("{", "[")):
            return json.loads(line)
    raise AssertionError(f"no JSON was printed: {printed!r}")


def told_in_comments(block: str, mark: str) -> list[str]:
    """What a block says that it prints: `print(x)  # 18`, `console.log(x); // 18`."""
    lines = [line for line in block.splitlines() if re.match(r"\s*(print|console\.log)\(", line)]
    return [line.rpartition(f" {mark} ")[2].strip() if f" {mark} " in line else "" for line in lines]


def prints_as_told(block: str, printed: str, mark: str) -> Iterator[str]:
    """Where a printed line is not what the comment beside its `print` says; one without a comment says nothing."""
    told, lines = told_in_comments(block, mark), printed.splitlines()
    if any(told) and len(told) != len(lines):
        yield f"{len(told)} lines are told, {len(lines)} came: {lines}"
    yield from (
        f"told {one!r}, came {other!r}" for one, other in zip(told, lines, strict=False) if one and one != other
    )
