"""The overview: credits by their kinds and ends, what is near, how they go, and the plan (IS-08, DF-21, GC-23, MK-15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lotbook.api.portal import words
from lotbook.api.portal.pictures import MOST_LOTS, Part, days_bars, lots_line, parts_bar
from lotbook.api.portal.replies import Page
from lotbook.domain.accounts.pauses import reasons_of
from lotbook.domain.credits.lots import LOT_KINDS
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.sales.prices import unit_price
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.credits.requests import Balance
    from lotbook.usecases.portal.overview import Overview

LOW_PERCENT = 20  # of the period's allowance


@dataclass(frozen=True, slots=True)
class Banner:
    """What somebody should know before anything else. `tone`: `bad`, `warn` or `info`."""

    tone: str
    text: str
    step: str = ""
    path: str = ""


def page(found: Overview, visit: Visit) -> Page:
    """Its page."""
    policy, balance = found.loaded.policy, found.balances[0]
    formats = visit.formats(found.loaded)
    parts = _parts(balance)
    unit = words.unit(balance.unit)
    used = sum(day.used or 0 for day in found.days)
    values = {
        "found": found,
        "plan": policy.plan(found.loaded.account.plan_id),
        "policy": policy,
        "balance": balance,
        "unit_price": unit_price(policy, policy.plan(found.loaded.account.plan_id), found.loaded.account.currency),
        "others": found.balances[1:],
        "unit": unit,
        "parts": parts,
        "parts_bar": parts_bar(parts, f"{formats.number(balance.available)} {unit} by their kinds"),
        "days_bars": days_bars(found.days, found.allowance, f"{formats.number(used)} {unit} used in 30 days"),
        "lots_line": lots_line(balance.lots, balance.as_of, f"How long each of {len(balance.lots)} lots lives"),
        "last_end": max((lot.expires_at or 0 for lot in balance.lots[:MOST_LOTS]), default=0),
        "used": used,
        "banners": list(_banners(found, visit)),
        "can_buy": is_buyer(policy, found.loaded.account.account_id, visit.caller),
    }
    return Page("overview.html", found.loaded, values)


def _parts(balance: Balance) -> list[Part]:
    open_lots = [lot for lot in balance.lots if lot.state != "frozen" and lot.effective_at <= balance.as_of]
    of_kind = {kind: sum(lot.remaining for lot in open_lots if lot.kind == kind) for kind in LOT_KINDS}
    parts = [Part(words.KINDS[kind], kind, left) for kind, left in of_kind.items() if left]
    aside = [Part("Held", "held", balance.held), Part("Frozen", "frozen", balance.frozen)]
    return [*parts, *(part for part in aside if part.value)]


def _banners(found: Overview, visit: Visit) -> Iterator[Banner]:
    account, view, balance = found.loaded.account, found.view, found.balances[0]
    formats, unit = visit.formats(found.loaded), words.unit(balance.unit)
    if account.state == "closed":
        yield Banner("bad", "This account is closed. Nothing can be bought or used.")
        return
    for reason in reasons_of(account):
        why, step, path = words.PAUSES.get(reason, ("", "", ""))
        yield Banner("bad", f"This account is paused. {why or reason.replace('_', ' ').capitalize() + '.'}", step, path)
    if balance.shortfall and not reasons_of(account):
        yield Banner("warn", f"{formats.number(balance.shortfall)} {unit} are owed: the next ones pay for them first.")
    if view.plan_state == "past_due":
        until = f" Until {formats.date(view.grace_ends_at)} they can be used." if view.grace_ends_at else ""
        yield Banner("bad", f"The plan's renewal is not paid.{until}", "Mend the payment", "/cards")
    if view.plan_ends_soon and view.plan_ends_at is not None:
        days = -(-(view.plan_ends_at - found.now) // 86_400_000)
        yield Banner(
            "warn", f"Your plan ends in {days} {words.plural(days, 'day', 'days')}.", "See the plans", "/plans"
        )
    if balance.available == 0:
        had_some = found.allowance or any(day.used is None or day.used for day in found.days)
        gone = f"Your {unit} are used up." if had_some else f"There are no {unit} in this account."
        yield Banner("bad" if had_some else "info", gone, "Buy credits", "/buy")
    elif 0 < balance.available * 100 <= found.allowance * LOW_PERCENT:
        yield Banner(
            "warn", f"Your {unit} are running low: {formats.number(balance.available)} are left.", "Buy credits", "/buy"
        )
