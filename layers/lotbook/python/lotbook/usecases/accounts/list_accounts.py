"""Accounts, newest first: all of them, or those that fit. What is found by the directory is read and looked at: an entry may be old.

A page may be shorter than was asked for, and not the last: so many accounts are looked at, and the next page goes on behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.ports.directory import Found
from lotbook.usecases.accounts.load_account import as_of, with_policy
from lotbook.usecases.accounts.read_account import view_of

if TYPE_CHECKING:
    from lotbook.domain.accounts.filters import AccountFilter
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.ports.directory import AccountDirectory
    from lotbook.ports.shop import AccountStore, Clock, PolicyStore
    from lotbook.usecases.accounts.read_account import AccountView

BATCH = 100  # accounts that one call reads
MAX_BATCHES = 10  # of a page: a thousand accounts are looked at


@dataclass(frozen=True, slots=True)
class ListingDesk:
    """The ports of listing accounts."""

    accounts: AccountStore
    policies: PolicyStore
    directory: AccountDirectory
    clock: Clock


@dataclass(frozen=True, slots=True)
class _ReadOnce:
    """Policies that one page has read: its accounts have few."""

    policies: PolicyStore
    known: dict[tuple[str, int], PublishedPolicy | None] = field(default_factory=dict)

    def newest(self, policy_id: str) -> PublishedPolicy | None:
        return self.version(policy_id, 0)

    def version(self, policy_id: str, version: int) -> PublishedPolicy | None:
        place = policy_id, version
        if place not in self.known:
            read = self.policies.version(policy_id, version) if version else self.policies.newest(policy_id)
            self.known[place] = read
        return self.known[place]


def list_accounts(
    wanted: AccountFilter, limit: int, after: str | None, *, desk: ListingDesk
) -> tuple[list[AccountView], str | None]:
    """At most `limit` accounts that fit, from behind the place `after`; the second is where to go on, None at the end."""
    policies = _ReadOnce(desk.policies)
    shown: list[AccountView] = []
    for _ in range(MAX_BATCHES):
        found = _found(wanted, after, desk)
        accounts = desk.accounts.get_many([each.account_id for each in found])
        for each in found:
            view = None
            if each.account_id in accounts:
                loaded = with_policy(accounts[each.account_id], policies=policies)
                view = view_of(as_of(loaded, desk.clock.now(), policies=policies), desk.clock.now())
            if view is not None and wanted.fits(view.account):
                if len(shown) == limit:  # a full page looks on for one more: the last page says that it is the last
                    return shown, after
                shown.append(view)
            after = each.place
        if len(found) < BATCH:
            return shown, None
    return shown, after


def _found(wanted: AccountFilter, after: str | None, desk: ListingDesk) -> list[Found]:
    if wanted.external_id is not None:
        known = desk.directory.with_external_id(wanted.external_id) if after is None else None
        return [Found(known, known)] if known else []
    if wanted.email is not None:
        return desk.directory.with_email(wanted.email, BATCH, after)
    return desk.directory.page(BATCH, after)
