"""What is another in a policy's next version, place by place, and whom it concerns. Nothing here asks anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

IDS = ("plan_id", "pack_id", "kind", "region", "currency", "id", "name")  # what names an object of a list
PLANS = "plans"


def changes(before: Any, after: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """`{path, before, after}`: None where there is nothing. Objects of a list are told apart by their ids, not by their place."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from changes(before.get(name), after.get(name), f"{path}.{name}" if path else name)
        return
    named = _named(before), _named(after)
    if named[0] is not None and named[1] is not None:
        for name in dict.fromkeys([*named[0], *named[1]]):
            yield from changes(named[0].get(name), named[1].get(name), f"{path}[{name}]")
        return
    if before != after or type(before) is not type(after):
        yield {"path": path, "before": before, "after": after}


def _named(value: Any) -> dict[str, Any] | None:
    """A list of objects by their ids; None for what is none, or whose objects have none of their own."""
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not all(isinstance(each, Mapping) for each in value)
    ):
        return None
    for name in IDS:
        found = {str(each[name]): each for each in value if name in each}
        if value and len(found) == len(value):
            return found
    return {} if not value else None


def concerned(found: Iterable[Mapping[str, Any]], accounts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Accounts by plan, each with whether a change is about that plan alone: `{plan_id, accounts, by}`.

    `by`: `plan` where the plan's own lines change, `policy` where something changes that all plans share.
    """
    paths = [str(each["path"]) for each in found]
    shared = any(not path.startswith(f"{PLANS}[") for path in paths)
    plans = {path[len(PLANS) + 1 :].partition("]")[0] for path in paths if path.startswith(f"{PLANS}[")}
    counted = Counter(str(each["plan_id"]) for each in accounts if each["state"] != "closed")
    reached = [(plan, count) for plan, count in sorted(counted.items()) if shared or plan in plans]
    return [
        {"plan_id": plan, "accounts": count, "by": "plan" if plan in plans else "policy"} for plan, count in reached
    ]
