"""What a publication would do: the publication itself over a store that keeps nothing, then what differs, and whom it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lotbook.domain.accounts.filters import AccountFilter
from lotbook.domain.policy.changes import Under, changes, reached
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.ports.policies import PolicyPublisher
from lotbook.usecases.accounts.list_accounts import BATCH, MAX_BATCHES, list_accounts
from lotbook.usecases.accounts.policies import publish_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.policy.changes import Change, Reached
    from lotbook.domain.policy.document import Policy, PublishedPolicy
    from lotbook.usecases.accounts.list_accounts import ListingDesk

COUNTED = BATCH * MAX_BATCHES  # accounts a call: as many as a list looks at


class DryPublisher(PolicyPublisher, Protocol):
    """A publisher that writes nothing."""

    @property
    def before(self) -> PublishedPolicy | None:
        """The newest version, as the publication met it."""
        ...


@dataclass(frozen=True, slots=True)
class TryingDesk:
    """The ports of trying a policy."""

    policies: DryPublisher
    listing: ListingDesk


@dataclass(frozen=True, slots=True)
class Tried:
    """The version that it would be; of the newest, if nothing changes. `after`: where counting goes on, None: all were counted."""

    version: int
    changes: tuple[Change, ...]
    affects: tuple[Reached, ...]
    after: str | None


def try_policy(
    policy_id: str, policy: Policy, document: Mapping[str, object], after: str | None, *, desk: TryingDesk
) -> Tried:
    """What publishing the document would change. `after`: count accounts from behind that place; the rest is as without it.

    Raises PolicyInvalid where the publication would.
    """
    published = publish_policy(policy_id, policy, document, policies=desk.policies)
    before = desk.policies.before
    found = tuple(changes(before.document if before else {}, document))
    if before is None or not found:
        return Tried(published.version, found, (), None)
    wanted = AccountFilter(policy_id=policy_id)
    views, after = list_accounts(wanted, COUNTED, after, desk=desk.listing)
    accounts = [view.account for view in views if view.account.state != "closed"]
    under = [Under(account.plan_id, account.plan_policy_version != 0) for account in accounts]
    return Tried(published.version, found, tuple(reached(found, under)), after)
