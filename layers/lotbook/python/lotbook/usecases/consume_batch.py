"""Consume many items in one call: each by its own key, all or nothing by itself, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.burning import BatchItem, BatchResult
from lotbook.domain.errors import Refused
from lotbook.usecases.consume import consume
from lotbook.usecases.prunes import OF_THIS_PROCESS, Prunes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.ports import BookStore, Clock

# What concerns the account, not the item, refuses the batch; what concerns the item is the item's answer.
OF_THE_ITEM = frozenset({"insufficient_credits", "idempotency_key_reused", "invalid_request"})


def consume_batch(
    account_id: str,
    items: Iterable[BatchItem],
    *,
    books: BookStore,
    clock: Clock,
    renew: Callable[[str], None],
    prunes: Prunes = OF_THIS_PROCESS,
) -> list[BatchResult]:
    """The items' answers, in order. A key twice: the second is `replayed`, or refused when its content differs.

    Raises AccountPaused, AccountNotFound and Unavailable; items before it stay burned, and the same batch may be sent again.
    """
    results = []
    for item in items:
        try:
            burned = consume(account_id, item.key, item.request, books=books, clock=clock, renew=renew, prunes=prunes)
        except Refused as refusal:
            if refusal.code not in OF_THE_ITEM:
                raise
            results.append(BatchResult(item.key, "refused", None, refusal.code))
        else:
            results.append(BatchResult(item.key, "replayed" if burned.replayed else "consumed", burned.entry_id, None))
    return results
