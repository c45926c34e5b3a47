"""Composition of finding accounts, beside `wiring.py`. What it needs is imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring

if TYPE_CHECKING:
    from lotbook.usecases.accounts.list_accounts import ListingDesk


def listing_desk() -> ListingDesk:
    """The ports of listing accounts."""
    from lotbook.adapters.dynamo.directory import DynamoDirectory, year_of
    from lotbook.usecases.accounts.list_accounts import ListingDesk

    clock = wiring.clock()
    directory = DynamoDirectory(wiring.table(), year_of(clock.now()) + 1)  # another machine's clock may be ahead
    return ListingDesk(wiring.accounts(), wiring.policies(), directory, clock)
