"""The lines of an order in a mail: those whose words are our own by the catalogue, the policy's and the seller's own as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.mails.letters import Count, Figure, Money, Unit
from lotbook.domain.sales.auto_top_ups import AUTOMATIC_LINE, SURCHARGE_LINE
from lotbook.domain.sales.quotes import CUSTOM_LINE

if TYPE_CHECKING:
    from lotbook.domain.sales.items import OrderLine
    from lotbook.domain.sales.purchase import Purchase


def line_of(row: Purchase, line: OrderLine) -> Figure:
    """One line. Ours are known by the very words that an order is made with (`domain/sales`), so no other is taken for one."""
    text, money = line.description, Money(line.amount_minor, row.currency)
    title = row.unit.replace("_", " ").capitalize()
    if text == AUTOMATIC_LINE:
        return Figure("automatic_purchase", money)
    if text == SURCHARGE_LINE:
        return Figure("surcharge", money)
    if text == CUSTOM_LINE:
        return Figure("custom_payment", money)
    if text == title:
        return Figure("bought", money, named={"what": Unit(row.unit)})
    if text == f"{row.credits:,} {title.lower()}":
        return Figure("bought", money, named={"what": Count(row.credits, row.unit)})
    if text == f"Unused {title.lower()}":
        return Figure("unused", money, named={"what": Unit(row.unit)})
    return _plan(row, text, money) or Figure(text, money, verbatim=True)


def _plan(row: Purchase, text: str, money: Money) -> Figure | None:
    """The title is the policy's, the time is ours."""
    if row.plan is None:
        return None
    title, _, length = text.rpartition(", ")
    if title and length == "1 month":
        return Figure("plan_month", money, named={"what": title})
    if title and length == "1 year":
        return Figure("plan_year", money, named={"what": title})
    if title and length == f"{row.plan.term_days} days":
        return Figure("plan_days", money, named={"what": title, "days": str(row.plan.term_days)})
    return None
