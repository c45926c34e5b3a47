"""The chargeback evidence of one purchase: the row, its lots, and a bounded walk of the statement for their use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.money_back import evidence
from lotbook.domain.money_back.evidence import Evidence, UsePage
from lotbook.domain.sales.billing import billed_to
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.sales.purchase import settled_lot_id
from lotbook.domain.values.errors import Forbidden
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.statement import pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.credits.desk import CreditDesk
    from lotbook.usecases.sales.desk import SalesDesk

MAX_PAGES = 10  # of the statement, a call; a longer history goes on at the cursor

NO_USE = UsePage((), None)


@dataclass(frozen=True, slots=True)
class BoughtLot:
    """What became of the bought lot: credits, what was journaled about it, and a page of its use."""

    remaining: int = 0
    held: int = 0
    used: int = 0
    events: Sequence[Entry] = ()
    page: UsePage = NO_USE


NO_LOT = BoughtLot()


def read_evidence(
    account_id: str, purchase_id: str, cursor: str | None, caller: Caller, *, desk: SalesDesk
) -> Evidence:
    """The document, with the use of at most MAX_PAGES pages of the statement, newest first.

    `cursor` (of the call before) goes on with older use. For buyers, and for service keys that may read. Raises
    AccountNotFound, Forbidden, PurchaseNotFound, InvalidRequest for a cursor that is none, Unavailable.
    """
    loaded = desk.account(account_id)
    if caller.kind == "member" and not is_buyer(loaded.published.policy, account_id, caller):
        raise Forbidden
    purchase = desk.purchase(account_id, purchase_id)
    granted = _granted(purchase, desk)
    lot = _of_lot(purchase, purchase.lot_id, cursor, desk) if purchase.lot_id is not None and granted else NO_LOT
    return Evidence(
        purchase=purchase,
        billing=billed_to(purchase, desk.billing.get(account_id)),
        delivered=evidence.deliveries(granted),
        remaining=lot.remaining,
        held=lot.held,
        used=lot.used,
        page=lot.page,
        changes=evidence.changes_of(lot.events),
        at=desk.clock.now(),
        plan=evidence.plan_delivery(purchase),
    )


def _of_lot(purchase: Purchase, lot_id: str, cursor: str | None, desk: SalesDesk) -> BoughtLot:
    # The balance first: it journals what has died by now, so that the figures below belong to one moment.
    balance = read_balance(purchase.account_id, purchase.unit, desk=desk.credits)
    left = [lot for lot in (*balance.lots, *balance.dead) if lot.lot_id == lot_id]
    remaining, held = sum(lot.remaining for lot in left), sum(lot.held for lot in left)
    events = desk.books.lot_entries(purchase.account_id, purchase.unit, lot_id)
    used = evidence.used_of(purchase.credits, remaining, held, events)
    return BoughtLot(remaining, held, used, events, _use(purchase, lot_id, cursor, desk.credits))


def _granted(purchase: Purchase, desk: SalesDesk) -> list[Entry]:
    """The grants of the purchase: the bought lot's first, then its companions'."""
    if purchase.lot_id is None:
        return []
    lots = [(purchase.unit, purchase.lot_id)]
    lots += [(unit, settled_lot_id(purchase, unit)) for unit, credits in purchase.companions if credits]
    found = [desk.books.entry(purchase.account_id, unit, ledger.granted_name(lot_id)) for unit, lot_id in lots]
    return [entry for entry in found if entry is not None]


def _use(purchase: Purchase, lot_id: str, cursor: str | None, credits: CreditDesk) -> UsePage:
    uses: list[evidence.Use] = []
    for page in pages(purchase.account_id, purchase.unit, cursor, MAX_PAGES, desk=credits):
        uses += evidence.uses_of(lot_id, page.entries)
        cursor = page.next_cursor
        if evidence.reaches_grant(lot_id, page.entries):
            return UsePage(tuple(uses), None)
    return UsePage(tuple(uses), cursor)
