"""What accounts use of their policy: the units that they got credits in, and the currency that they are frozen in (X-33).

Pure. A later version may add to these lists. It cannot leave out what somebody uses: nobody could burn such credits, or buy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding
from lotbook.domain.policy.plan_checks import sold_currencies
from lotbook.domain.values.light_dataclasses import dataclass

PLACES = {"unit": "units", "currency": "currencies"}


@dataclass(frozen=True, slots=True)
class Use:
    """Something of a policy that an account uses. Plans are no part of it: they are never dropped, used or not."""

    kind: Literal["unit", "currency"]
    name: str


def dropped(newest: Policy, policy: Policy) -> frozenset[Use]:
    """What the newest version has, and the one that is to follow it has not."""
    return _all(newest) - _all(policy)


def findings(lost: Iterable[Use], used: Mapping[Use, str]) -> list[Finding]:
    """What cannot be dropped. `used`: one account for each thing that is used."""
    wrong = sorted((use for use in lost if use in used), key=lambda use: (use.kind, use.name))
    return [
        Finding(
            PLACES[use.kind],
            f"no {use.kind} {use.name}",
            f"a version that keeps {use.kind} {use.name}: account {used[use]} uses it",
            code=f"{use.kind}_in_use",
        )
        for use in wrong
    ]


def _all(policy: Policy) -> frozenset[Use]:
    currencies = (Use("currency", each) for each in sold_currencies(policy))
    return frozenset((*currencies, *(Use("unit", each) for each in policy.units)))
