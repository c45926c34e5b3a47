"""What is another in a policy's next version, place by place, and whom it reaches. Pure.

A plan that renews stays as it was bought (X-33): neither its own lines nor what `pinned` keeps with it reach an account on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from lotbook.domain.values.light_dataclasses import dataclass

IDS = ("plan_id", "pack_id", "region", "currency", "action", "name")  # what names an object of a list
FIRST_MATCH_COUNTS = ("taxes", "payment")  # lists whose order decides
PLANS = "plans"
KEPT_WITH_A_PLAN = ("plan_change", "top_up.validity")  # by an account whose plan stays as it was bought
FOR_READERS = ("assumptions",)  # nothing decides by them


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a document (`plans[pro].credits`) and its two values, as JSON has them; None where there is nothing."""

    path: str
    before: Any
    after: Any

    @property
    def plan_id(self) -> str | None:
        """The plan whose own line it is."""
        return self.path[len(PLANS) + 1 :].partition("]")[0] if self.path.startswith(f"{PLANS}[") else None

    def is_in(self, places: tuple[str, ...]) -> bool:
        """Whether it is one of these places, or inside of one."""
        return any(self.path == place or self.path.startswith((f"{place}.", f"{place}[")) for place in places)


@dataclass(frozen=True, slots=True)
class Under:
    """How an account stands under its policy: the plan that it is on, and whether that stays as it was bought."""

    plan_id: str
    keeps_plan: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """Accounts on one plan. `by`: the plan's own lines change, or what all plans share. `keeping`: those that nothing reaches,
    because their plan stays as it was bought until they change it."""

    plan_id: str
    by: Literal["plan", "policy"]
    accounts: int
    keeping: int


def changes(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Every difference. Objects of a list are told apart by their ids, not by their place: a plan that moved is no change.

    Of rules the first that matches counts: where they change places, the whole list is the change.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from changes(before.get(name), after.get(name), f"{path}.{name}" if path else name)
        return
    named = _by_ids(before, after)
    if named is not None and not (path in FIRST_MATCH_COUNTS and _moved(*named)):
        old, new = named
        for name in dict.fromkeys([*old, *new]):
            yield from changes(old.get(name), new.get(name), f"{path}[{name}]")
        return
    if before != after or type(before) is not type(after):
        yield Change(path, before, after)


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether those of both stand in another order."""
    return [name for name in before if name in after] != [name for name in after if name in before]


def _by_ids(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Two lists of objects by the first id that tells those of each apart; None for anything else."""
    if not _are_objects(before) or not _are_objects(after):
        return None
    for name in IDS:
        old, new = ({str(each[name]): each for each in objects if name in each} for objects in (before, after))
        if (len(old), len(new)) == (len(before), len(after)):
            return old, new
    return None


def _are_objects(value: Any) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return is_list and all(isinstance(each, Mapping) for each in value)


def reached(found: Iterable[Change], accounts: Iterable[Under]) -> list[Reached]:
    """How many accounts of which plans, by plan; those of a plan that no change is about are left out."""
    told = [each for each in found if not each.is_in(FOR_READERS)]
    plans = {each.plan_id for each in told if each.plan_id is not None}
    shared = any(each.plan_id is None for each in told)
    reaches_all = any(each.plan_id is None and not each.is_in(KEPT_WITH_A_PLAN) for each in told)
    counted, keeping = Counter[str](), Counter[str]()
    for each in accounts:
        if shared or each.plan_id in plans:
            is_reached = reaches_all or not each.keeps_plan
            (counted if is_reached else keeping)[each.plan_id] += 1
    return [
        Reached(plan, "plan" if plan in plans else "policy", counted[plan], keeping[plan])
        for plan in sorted(counted.keys() | keeping.keys())
    ]
