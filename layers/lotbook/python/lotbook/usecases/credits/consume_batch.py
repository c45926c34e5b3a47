"""Consume many items in one call: each by its own key, all or nothing by itself, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import MAX_BURNS_A_WRITE
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.lots import DEFAULT_UNIT
from lotbook.domain.credits.requests import BatchAnswer, BatchItem, BatchResult, Burned
from lotbook.domain.values.errors import (
    AccountClosed,
    AccountPaused,
    IdempotencyKeyReused,
    InsufficientCredits,
    Refused,
)
from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.usecases.credits.burn_together import burn_together
from lotbook.usecases.credits.consume import consume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lotbook.usecases.credits.desk import CreditDesk

# What concerns the account, not the item, refuses the batch; what concerns the item is the item's answer.
OF_THE_ITEM = frozenset({"insufficient_credits", "top_up_pending", "idempotency_key_reused", "invalid_request"})
MAX_TRIES_TOGETHER = 2  # of the items of one write; a single burn between the two clears what can be cleared


def consume_batch(
    account_id: str,
    items: Sequence[BatchItem],
    *,
    desk: CreditDesk,
    first_unit: Callable[[], str] = lambda: DEFAULT_UNIT,
) -> BatchAnswer:
    """The items' answers, in order. A key twice: the second is `replayed`, or refused when its content differs.

    `available` is of the items' unit, of the account's first when they have several or one that it does not have. An item
    that meets a paused or closed account is refused with that code, those that were burned before are `replayed`. Raises
    AccountPaused or AccountClosed when all are refused for it, AccountNotFound and Unavailable; the same batch may be sent again.
    """
    units = {item.request.unit for item in items}
    batch = _Batch(account_id, items, desk)
    for unit, numbers in _writes(items):
        batch.burn(unit, numbers)
    if batch.paused is not None and all(result.code == batch.paused.code for result in batch.results.values()):
        raise batch.paused
    results = tuple(batch.results[number] for number in range(len(items)))
    of_one = len(units) == 1 and not any(result.is_of_unknown_unit for result in results)
    unit = units.pop() if of_one else first_unit()
    return BatchAnswer(results, unit, batch.available(unit))


def _writes(items: Sequence[BatchItem]) -> Iterator[tuple[str, list[int]]]:
    """The items' numbers in order, as many of one unit as one write takes; units have nothing to do with each other."""
    for start in range(0, len(items), MAX_BURNS_A_WRITE):
        by_unit: dict[str, list[int]] = {}
        for number in range(start, min(start + MAX_BURNS_A_WRITE, len(items))):
            by_unit.setdefault(items[number].request.unit, []).append(number)
        yield from by_unit.items()


@dataclass(slots=True)
class _Batch:
    """A batch on its way. `left`: what could be spent of a unit after the last item that told; `keys` were met before."""

    account_id: str
    items: Sequence[BatchItem]
    desk: CreditDesk
    results: dict[int, BatchResult] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    paused: AccountPaused | AccountClosed | None = None

    def burn(self, unit: str, numbers: list[int]) -> None:
        """Burn these items: keys met for the first time together where that is possible, everything else one by one."""
        tries = 0
        while numbers and self.paused is None:
            fresh = self._fresh(numbers) if tries < MAX_TRIES_TOGETHER else []
            tries += 1
            if len(fresh) > 1 and self._together(unit, fresh):
                numbers = [number for number in numbers if number not in self.results]
            else:
                self._alone(unit, numbers[0])
                numbers = numbers[1:]
        if self.paused is not None and numbers:
            self._look_up(unit, numbers, self.paused)

    def available(self, unit: str) -> int:
        """What can be spent now; read where no item told."""
        if unit in self.left:
            return self.left[unit]
        from lotbook.usecases.credits.balance import read_balance  # after a batch of replays: rare

        return read_balance(self.account_id, unit, desk=self.desk).available

    def _fresh(self, numbers: list[int]) -> list[int]:
        first: dict[str, int] = {}
        for number in numbers:
            if self.items[number].key not in self.keys:
                first.setdefault(self.items[number].key, number)
        return list(first.values())

    def _together(self, unit: str, numbers: list[int]) -> bool:
        items = [self.items[number] for number in numbers]
        answers = burn_together(self.account_id, unit, items, desk=self.desk)
        if answers is None:
            return False
        for number, (entry, is_older) in zip(numbers, answers, strict=True):
            if not self.items[number].request.has_digest(entry.digest):
                self._refused(number, IdempotencyKeyReused())
            else:
                self._done(number, entry, None if is_older else entry.available_after)
        if any(is_older for _, is_older in answers):
            self.left.pop(unit, None)  # the entries still count what has gone back since
        return True

    def _alone(self, unit: str, number: int) -> None:
        item = self.items[number]
        try:
            burned = consume(self.account_id, item.key, item.request, desk=self.desk)
        except (AccountPaused, AccountClosed) as paused:
            self.paused = paused
            self._refused(number, paused)
        except Refused as refusal:
            if refusal.code not in OF_THE_ITEM:
                raise
            self._refused(number, refusal)
            if isinstance(refusal, InsufficientCredits):
                self.left[unit] = refusal.data["available"]
        else:
            self._done(number, burned, None if burned.replayed else burned.available)

    def _look_up(self, unit: str, numbers: list[int], paused: AccountPaused | AccountClosed) -> None:
        """A paused or closed account burns nothing: what the ledger has was burned before, with one look for all of them."""
        names = {number: ledger.burn_name(self.items[number].key) for number in numbers}
        known = self.desk.books.entries(self.account_id, unit, set(names.values()))
        for number, name in names.items():
            entry = known.get(name)
            if entry is None:
                self._refused(number, paused)
            elif self.items[number].request.has_digest(entry.digest):
                self._done(number, entry, None)
            else:
                self._refused(number, IdempotencyKeyReused())

    def _done(self, number: int, done: Entry | Burned, available: int | None) -> None:
        """`available` is None for what was burned before: what was left then tells nothing."""
        item = self.items[number]
        self.keys.add(item.key)
        self.results[number] = BatchResult(
            item.key,
            "replayed" if available is None else "consumed",
            done.id_in(self.account_id) if isinstance(done, Entry) else done.entry_id,
            None,
            credits=None if done.rated is None else (done.requested if isinstance(done, Entry) else done.credits),
            rated=done.rated,
        )
        if available is not None:
            self.left[item.request.unit] = available

    def _refused(self, number: int, refusal: Refused) -> None:
        key = self.items[number].key
        self.keys.add(key)
        unknown = any(error["code"] == "unknown_unit" for error in refusal.data.get("errors", ()))
        self.results[number] = BatchResult(key, "refused", None, refusal.code, refusal.detail, unknown)
