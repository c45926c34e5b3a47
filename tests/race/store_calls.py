"""What a method of a store is asked in `test_store_faults.py`, and the rows of the policies' stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.policy_lists import DynamoPolicyLists
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.policy.uses import Use
from tests.fakes.samples import published


@dataclass(frozen=True)
class Call:
    """One method of a store: what is there first, and the call. `name` is one that no other call used."""

    act: Callable[[Table, str], Any]
    before: Callable[[Table, str], Any] = lambda _table, _name: None
    over: bool = False  # it writes over a version, so a transaction that holds the item is a Conflict


def _published(where: Table, name: str) -> Any:
    return DynamoPolicies(where).publish(name, published("make").document)


OF_POLICIES: dict[str, Call] = {
    "DynamoPolicies.newest": Call(lambda t, n: DynamoPolicies(t).newest(n), _published),
    "DynamoPolicies.recent": Call(lambda t, n: DynamoPolicies(t).recent(n), _published),
    "DynamoPolicies.version": Call(lambda t, n: DynamoPolicies(t).version(n, 1), _published),
    "DynamoPolicies.publish": Call(_published, over=True),
    "DynamoPolicies.enter": Call(lambda t, n: DynamoPolicies(t).enter(n), _published, over=True),
    "DynamoPolicyLists.page": Call(lambda t, n: DynamoPolicyLists(t).page(9, n), _published),
    "DynamoPolicyLists.versions": Call(lambda t, n: DynamoPolicyLists(t).versions(n, 9, None), _published),
    "DynamoPolicies.uses": Call(lambda t, n: DynamoPolicies(t).uses(n)),
    "DynamoPolicies.note_use": Call(lambda t, n: DynamoPolicies(t).note_use(n, Use("unit", "gb"), "acme")),
}
