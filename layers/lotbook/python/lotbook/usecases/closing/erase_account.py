"""Erase who a closed account belonged to, everywhere it stands, step by step: a place is kept, and whoever comes next goes on there.

The call only writes down that it is wanted. The schedule does it within minutes, and once more a day later: until then the table's
stream may still file lines of the statement as they were written. Numbers stay as they are, so books and ledger add up as before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import asked_to_erase
from lotbook.domain.closing.forgetting import (
    forgotten_account,
    forgotten_billing,
    forgotten_entry,
    forgotten_purchase,
)
from lotbook.domain.credits.ledger import Pointer
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.instants import HOUR
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.accounts.change_account import save_changed
from lotbook.usecases.accounts.load_account import require_account
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.links import Links

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.erasures import ErasureStore
    from lotbook.usecases.sales.desk import SalesDesk

PAGE = 100
MAX_STEPS = 40  # of a page each, that one look takes: four thousand entries, some twenty seconds
SAVE_ATTEMPTS = 5
STREAM_KEEPS = 25 * HOUR  # what the table's stream has not delivered after a day is gone


@dataclass(frozen=True, slots=True)
class ErasingDesk:
    """The ports of erasing. `units_of`: all units that the account's books may have."""

    sales: SalesDesk
    erasures: ErasureStore
    units_of: Callable[[str], tuple[str, ...]]


def ask_to_erase(account_id: str, *, desk: SalesDesk) -> None:
    """Asked again, it is done again. Raises AccountNotFound, AccountNotClosed, Unavailable."""
    require_account(account_id, accounts=desk.accounts)
    now = desk.clock.now()
    save_changed(account_id, lambda account: asked_to_erase(account, now), accounts=desk.accounts)
    desk.closings.ask(account_id, now)


def erase_some(account_id: str, place: str | None, *, desk: ErasingDesk) -> bool:
    """Go on at the place that was kept; whether it is done. Its place is kept after every step. Raises Unavailable."""
    steps = _steps(account_id, desk)
    number, after = json.loads(place) if place else (0, None)
    for _ in range(MAX_STEPS):
        if number >= len(steps):  # a version of the policy brought no unit, so there were more steps before
            break
        after = steps[number](after)
        number += after is None
        done = number >= len(steps)
        desk.sales.closings.keep_place(account_id, None if done else json.dumps([number, after]))
        if done:
            break
    return number >= len(steps)


def _steps(account_id: str, desk: ErasingDesk) -> list[Callable[[str | None], str | None]]:
    """Each takes where it goes on, and answers where the next page begins; None: it is done."""
    erasures = desk.erasures
    work = _Erasing(account_id, desk)
    steps: list[Callable[[str | None], str | None]] = [
        work.account,
        work.gateway,
        work.purchases,
        lambda after: erasures.passes(account_id, after),
        lambda after: erasures.notes(account_id, after),
    ]
    for unit in desk.units_of(account_id):
        steps += [
            lambda after, unit=unit: work.book(unit, after),  # type: ignore[misc]
            lambda after, unit=unit: erasures.lot_entries(account_id, unit, after),  # type: ignore[misc]
            lambda after, unit=unit: work.ledger(unit, after),  # type: ignore[misc]
            lambda after, unit=unit: erasures.lines(account_id, unit, after),  # type: ignore[misc]
        ]
    # Last: a place that an older release has kept is a number of a step.
    return [
        *steps,
        lambda after: erasures.keys(account_id, after),
        lambda after: erasures.keys_of_holds(account_id, after),
    ]


@dataclass(frozen=True, slots=True)
class _Erasing:
    """The steps that are more than a page of a store."""

    account_id: str
    desk: ErasingDesk

    def account(self, _: str | None) -> None:
        """The address first: from now on nothing is mailed. Then the billing details."""
        sales = self.desk.sales
        save_changed(self.account_id, forgotten_account, accounts=sales.accounts)
        for _attempt in range(SAVE_ATTEMPTS):
            record = sales.billing.get(self.account_id)
            if record is None or forgotten_billing(record) == record:
                return
            try:
                sales.billing.save(forgotten_billing(record), record)
            except Conflict:
                continue
            return
        raise Unavailable("Somebody else is filling in billing details.")

    def gateway(self, _: str | None) -> None:
        """Every customer that the account ever had there."""
        account = self.desk.sales.accounts.get(self.account_id)
        for customer in account.customers if account else ():
            self.desk.sales.gateway.forget_customer(customer)

    def purchases(self, after: str | None) -> str | None:
        """A page of rows."""
        rows, following = self.desk.sales.purchases.page(self.account_id, PAGE, after)
        for row in rows:
            self._forget(row)
        return following

    def _forget(self, row: Purchase) -> None:
        store = self.desk.sales.purchases
        for _ in range(SAVE_ATTEMPTS):
            known = forgotten_purchase(row)
            if known == row:
                return
            try:
                store.save(known)
            except Conflict:
                row = store.get(self.account_id, row.purchase_id) or row
                continue
            return
        raise Unavailable("The purchase is changing.")

    def book(self, unit: str, _: str | None) -> None:
        """What burns left in the book goes into the ledger first: the book itself then names nobody."""
        bring_up_to_date(self.account_id, unit, desk=self.desk.sales.credits)

    def ledger(self, unit: str, after: str | None) -> str | None:
        """A page of the book's chain, newest first; `after` is the link to go on at."""
        sales = self.desk.sales
        book = sales.books.get(self.account_id, unit)
        if book is None:
            return None
        link = Pointer(*json.loads(after)) if after else book.head
        links, found = Links(self.account_id, unit, PAGE, desk=sales.credits), []
        for _ in range(PAGE):
            entry = links.entry(link)
            marker = None if entry is not None else links.marker(link)
            if entry is not None:
                found.append(entry)
            before = entry.before if entry else marker.skips if marker else None
            if before is None or before.seq >= link.seq:  # the chain ends, or breaks here: the audit says so
                link = Pointer("", 0)
                break
            link = before
        changed = [entry for entry in found if entry.note or forgotten_entry(entry) != entry]
        self.desk.erasures.entries(self.account_id, [forgotten_entry(entry) for entry in changed])
        return json.dumps([link.name, link.seq]) if link.seq else None


def with_erased(account_id: str, *, desk: SalesDesk) -> int:
    """Say in the account that it is erased, with the first instant at which it was; answers that instant."""
    now = desk.clock.now()
    save_changed(
        account_id,
        lambda account: (
            account
            if account.closing is None or account.closing.erased_at is not None
            else replace(account, closing=replace(account.closing, erased_at=now))
        ),
        accounts=desk.accounts,
    )
    account = desk.accounts.get(account_id)
    return account.closing.erased_at or now if account and account.closing else now
