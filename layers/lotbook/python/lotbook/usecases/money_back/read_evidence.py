"""The chargeback evidence of one purchase: the row, its lots, and a bounded walk of the statement for their use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.money_back import evidence
from lotbook.domain.money_back.evidence import Evidence, UsePage
from lotbook.domain.sales.billing import billed_to
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.sales.purchase import SETTLED, settled_lot_id
from lotbook.domain.values.errors import Forbidden
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.statement import pages
from lotbook.usecases.money_back.period_money import lots_of_payment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.credits.desk import CreditDesk
    from lotbook.usecases.sales.desk import SalesDesk

MAX_PAGES = 10  # of the statement, a call; a longer history goes on at the cursor

NO_USE = UsePage((), None)


@dataclass(frozen=True, slots=True)
class BroughtLots:
    """What became of the lots that the purchase brought: credits, what was journaled about them, and a page of their use."""

    remaining: int = 0
    held: int = 0
    used: int = 0
    events: Sequence[Entry] = ()
    page: UsePage = NO_USE


NO_LOTS = BroughtLots()


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
    of_period = lots_of_payment(purchase, desk=desk) if purchase.state in SETTLED and purchase.renews else []
    granted = _granted(purchase, of_period, desk)
    lots = _of_lots(purchase, granted, cursor, desk) if granted else NO_LOTS
    return Evidence(
        purchase=purchase,
        billing=billed_to(purchase, desk.billing.get(account_id)),
        delivered=evidence.deliveries(account_id, granted),
        remaining=lots.remaining,
        held=lots.held,
        used=lots.used,
        page=lots.page,
        changes=evidence.changes_of(account_id, lots.events),
        at=desk.clock.now(),
        plan=evidence.plan_delivery(purchase),
    )


def _of_lots(purchase: Purchase, granted: Sequence[Entry], cursor: str | None, desk: SalesDesk) -> BroughtLots:
    """Those in the unit that is sold. Companions are delivered, and explained by their own unit's statement."""
    sold = [entry for entry in granted if entry.unit == purchase.unit]
    brought = {entry.lot.lot_id: entry.lot for entry in sold if entry.lot}
    # The balance first: it journals what has died by now, so that the figures below belong to one moment.
    balance = read_balance(purchase.account_id, purchase.unit, desk=desk.credits)
    left = [lot for lot in (*balance.lots, *balance.dead) if lot.lot_id in brought]
    remaining, held = sum(lot.remaining for lot in left), sum(lot.held for lot in left)
    events = [each for lot in brought for each in desk.books.lot_entries(purchase.account_id, purchase.unit, lot)]
    used = evidence.used_of(sum(lot.credits for lot in brought.values()), remaining, held, events)
    return BroughtLots(remaining, held, used, events, _use(purchase, sold, cursor, desk.credits))


def _granted(purchase: Purchase, of_period: Sequence[Lot], desk: SalesDesk) -> list[Entry]:
    """The grants of the purchase: the bought lot's first, then its companions', then those of the plan's period."""
    lots = [] if purchase.lot_id is None else [(purchase.unit, purchase.lot_id)]
    if purchase.lot_id is not None:
        lots += [(unit, settled_lot_id(purchase, unit)) for unit, credits in purchase.companions if credits]
    lots += [(lot.unit, lot.lot_id) for lot in of_period]
    found = [desk.books.entry(purchase.account_id, unit, ledger.granted_name(lot_id)) for unit, lot_id in lots]
    return [entry for entry in found if entry is not None]


def _use(purchase: Purchase, granted: Sequence[Entry], cursor: str | None, credits: CreditDesk) -> UsePage:
    lots = {entry.lot.lot_id for entry in granted if entry.lot}
    since = min(entry.seq for entry in granted)
    uses: list[evidence.LotUse] = []
    for page in pages(purchase.account_id, purchase.unit, cursor, MAX_PAGES, desk=credits):
        uses += evidence.uses_of(purchase.account_id, lots, page.entries)
        cursor = page.next_cursor
        if evidence.reaches(since, page.entries):
            return UsePage(tuple(uses), None)
    return UsePage(tuple(uses), cursor)
