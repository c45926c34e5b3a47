"""Composition of finding accounts and policies, and of trying one, beside `wiring.py`. What it needs is imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring

if TYPE_CHECKING:
    from lotbook.ports.policies import PolicyDirectory
    from lotbook.usecases.accounts.list_accounts import ListingDesk
    from lotbook.usecases.accounts.try_policy import TryingDesk


def listing_desk() -> ListingDesk:
    """The ports of listing accounts."""
    from lotbook.adapters.dynamo.directory import DynamoDirectory, year_of
    from lotbook.usecases.accounts.list_accounts import ListingDesk

    clock = wiring.clock()
    directory = DynamoDirectory(wiring.table(), year_of(clock.now()) + 1)  # another machine's clock may be ahead
    return ListingDesk(wiring.accounts(), wiring.policies(), directory, clock)


def policy_lists() -> PolicyDirectory:
    """Policies and their versions, listed."""
    from lotbook.adapters.dynamo.policy_lists import DynamoPolicyLists

    return DynamoPolicyLists(wiring.table())


def trying_desk() -> TryingDesk:
    """The ports of trying a policy: nothing is published."""
    from lotbook.adapters.dry_policies import DryPolicies
    from lotbook.usecases.accounts.try_policy import TryingDesk

    return TryingDesk(DryPolicies(wiring.policies()), listing_desk())
