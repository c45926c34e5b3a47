"""What the console shows of accounts: read through the public API, as any caller would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from local.console.desk import Asking
from local.console.words import KINDS, PAGES
from lotbook.domain.values.access import ROLES

ACCOUNTS_A_PAGE = 20
ROWS = 10


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one unit: `kinds` are `(kind, its word, what is left)` of those that there are."""

    unit: str
    content: Mapping[str, Any]

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        """In the order in which they burn; what is frozen is no part of them."""
        left: dict[str, int] = {}
        for lot in self.content["lots"]:
            if lot["state"] == "frozen":
                continue
            left[lot["kind"]] = left.get(lot["kind"], 0) + lot["remaining"]
        return [(kind, KINDS.get(kind, kind), count) for kind, count in left.items()]


@dataclass(frozen=True, slots=True)
class Shown:
    """An account with its policy and balances."""

    account: Mapping[str, Any]
    policy: Mapping[str, Any]
    balances: tuple[Balance, ...]

    @property
    def account_id(self) -> str:
        """Its id."""
        return str(self.account["account_id"])

    @property
    def path(self) -> str:
        """Its page."""
        return f"{PAGES}/accounts/{quote(self.account_id, safe='')}"

    @property
    def plan(self) -> str:
        """The title of its plan."""
        plans = {each["plan_id"]: each.get("title") for each in self.policy.get("plans") or []}
        return str(plans.get(self.account["plan_id"]) or self.account["plan_id"])

    @property
    def doors(self) -> list[tuple[str, str]]:
        """Each role with the way into its page."""
        return [(role, f"/_local/portal/{quote(self.account_id, safe='')}/{role}") for role in ROLES]


class Policies:
    """A published version never changes: read once a run."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Mapping[str, Any]] = {}

    def of(self, asking: Asking, account: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy of an account; empty where it cannot be read."""
        name = (str(account["policy_id"]), int(account["policy_version"]))
        if name not in self._known:
            found = asking.api(f"/v1/policies/{name[0]}?version={name[1]}")
            if found is None:
                return {}
            self._known[name] = found
        return self._known[name]


def read_account(asking: Asking, policies: Policies, account_id: str) -> Shown | None:
    """One account; None where it cannot be read."""
    path = f"/v1/accounts/{quote(account_id, safe='')}"
    account = asking.api(path)
    if account is None:
        return None
    policy = policies.of(asking, account)
    balances = []
    for position, unit in enumerate(policy.get("units") or ["credits"]):
        found = asking.api(f"{path}/balance" + (f"?unit={quote(unit, safe='')}" if position else ""))
        if found is not None:
            balances.append(Balance(unit, found))
    return Shown(account, policy, tuple(balances))


def details(asking: Asking, shown: Shown) -> dict[str, Any]:
    """What its own page has beside: offers, purchases, entries; newest first, ROWS each."""
    path = f"/v1/accounts/{quote(shown.account_id, safe='')}"
    purchases = asking.api(f"{path}/purchases?limit={ROWS}") or {}
    entries = asking.api(f"{path}/entries?limit={ROWS}") or {}
    return {
        "offers": asking.api(f"{path}/offers"),
        "purchases": purchases.get("purchases", []),
        "entries": entries.get("entries", []),
    }


def pending(asking: Asking, shown: Shown) -> list[Any]:
    """Its orders that wait for their payment, the newest."""
    path = f"/v1/accounts/{quote(shown.account_id, safe='')}/purchases?state=pending&limit={ROWS}"
    found: dict[str, list[Any]] = asking.api(path) or {}
    return found.get("purchases", [])
