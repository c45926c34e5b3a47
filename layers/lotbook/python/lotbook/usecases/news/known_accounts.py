"""What never changes of an account, as a process has learned it: its policy and its currency. So a burn's stream reads no account."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.accounts.account import Account

MAX_KNOWN = 50_000  # accounts of a warm process; those that were asked for longest ago are forgotten


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Frozen when the account is opened."""

    policy_id: str
    currency: str


class KnownAccounts:
    """Bounded, and safe under threads. An account that is not there is not remembered: it may be opened."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, KnownAccount] = OrderedDict()

    def of(self, account_ids: Iterable[str]) -> dict[str, KnownAccount]:
        """Those that are known here."""
        found: dict[str, KnownAccount] = {}
        with self._lock:
            for account_id in account_ids:
                known = self._known.get(account_id)
                if known is not None:
                    self._known.move_to_end(account_id)
                    found[account_id] = known
        return found

    def learn(self, accounts: Mapping[str, Account]) -> dict[str, KnownAccount]:
        """Remember accounts that were read, and answer what there is to know of them."""
        found = {name: KnownAccount(each.policy_id, each.currency) for name, each in accounts.items()}
        with self._lock:
            self._known.update(found)
            for _ in range(len(self._known) - MAX_KNOWN):
                self._known.popitem(last=False)
        return found
