"""One upgrade of each vendor that sells plans by the month: what is left of the old plan, what is paid, and the next period.

9Pic sells no such plan: its Pro is bought for 365 days, which its own tour shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from local.demo.demo_shop import Shop
from local.demo.demo_tour import Tour, moment, one_month_after

FORTNIGHT = timedelta(days=14)


def insurestack(shop: Shop) -> None:
    """The rest of the old plan is forfeited, the new one is full at once (IS-57)."""
    tour = Tour(shop, "insurestack", "InsureStack, Plus to Pro: full price, full credits, from today")
    subscribe(tour, "IS-18", "plus")
    tour.check("IS-44", "Plus: 10 free and 30 of the plan", tour.lots(), [("free", 10), ("plan", 30)])
    tour.check("IS-43", "25 burned", tour.burn(25), [("free", 10), ("plan", 15)])
    tour.at(moment(shop.now()) + FORTNIGHT)
    pay(tour, "IS-57 IS-16", "pro", 20_000)
    tour.check("IS-57 IS-15", "the 15 left are gone: 10 + 350", tour.lots(), [("free", 10), ("plan", 350)])
    next_period(tour, "IS-16 IS-17", "pro", 20_000, lots=[("free", 10), ("plan", 350)])


def make(shop: Shop) -> None:
    """Unused credits, bought ones too, are a discount at the old plan's price (MK-40)."""
    tour = Tour(shop, "make", "Make, Core to Pro: unused credits come off the price", "free")
    subscribe(tour, "MK-07", "core-10k")
    tour.buy("MK-08", {"kind": "top_up", "credits": 2_000})
    tour.check("MK-09", "6,300 burned", tour.burn(6_300), [("plan", 6_300)])
    tour.check("MK-05 X-04", "data transfer that came along (MB)", tour.available("data_transfer_mb"), 1_000)
    summary = tour.quoted({"kind": "plan", "plan_id": "pro-40k"})
    _, off = summary["lines"]
    discount = (off["quantity"], off["unit_price"], off["amount_minor"])
    tour.check("MK-40 X-20", "5,700 unused credits, at, cents off", discount, (5_700, "-0.0009", -513))
    tour.check("MK-40", "$64.00 less $5.13, in cents", summary["total_minor"], 5_887)
    pay(tour, "MK-40", "pro-40k", 5_887, discount_minor=513)
    tour.check("MK-40", "nothing is left of what was converted", tour.lots(), [("plan", 40_000)])
    tour.check("X-24", "nor of what came along with it (MB)", tour.available("data_transfer_mb"), 0)
    next_period(tour, "MK-47", "pro-40k", 6_400, lots=[("plan", 40_000)])


def gocontent(shop: Shop) -> None:
    """What is left is added to the new plan's first period (GC-07)."""
    tour = Tour(shop, "gocontent", "GoContent, Starter to Growth: 40 left + 100 new", "none")
    subscribe(tour, "GC-06", "starter")
    pay(tour, "GC-06", "growth", 9_000)
    tour.check("GC-07 X-11", "40 + 100", tour.available(), 140)
    next_period(tour, "X-11 GC-05", "growth", 9_000, lots=[("plan", 100)])


def diaflow(shop: Shop) -> None:
    """Carried, as the sample assumes (DF-20)."""
    tour = Tour(shop, "diaflow", "Diaflow, Starter to Growth: 3,000 left + 20,000 new (an assumption)", "free")
    subscribe(tour, "DF-20", "starter")
    tour.check("X-21", "a plan without a price leaves nothing behind", tour.available(), 3_000)
    pay(tour, "DF-20", "growth", 10_000)
    tour.check("DF-20", "3,000 + 20,000", tour.available(), 23_000)
    next_period(tour, "X-11", "growth", 10_000, lots=[("plan", 20_000)])


def subscribe(tour: Tour, rule: str, plan_id: str) -> None:
    """The first plan is bought on a page, which keeps the card."""
    tour.buy(rule, {"kind": "plan", "plan_id": plan_id})
    account = tour.shop.done("GET", tour.path)
    tour.check("X-19", "on the plan", (account["plan_id"], account["plan_state"]), (plan_id, "active"))


def pay(tour: Tour, rule: str, plan_id: str, cents: int, *, discount_minor: int = 0) -> None:
    """The card on file is charged, and the plan begins at once."""
    changed = tour.change_plan(plan_id)
    money = (changed["effect"], changed["charge_minor"], changed["discount_minor"])
    tour.check(rule, "the change is made now; cents paid, cents off", money, ("now", cents, discount_minor))


def next_period(tour: Tour, rule: str, plan_id: str, cents: int, *, lots: list[tuple[str, int]]) -> None:
    """A month later, at that instant: no schedule ran. The gateway's invoice is a draft for an hour, and a webhook tells of it."""
    tour.at(one_month_after(moment(tour.shop.now())))
    newest = tour.newest_purchase("plan_renewal")
    row = (newest["item"]["kind"], newest["item"]["plan_id"], newest["total_minor"])
    tour.check(rule, "the next period has its row", row, ("plan_renewal", plan_id, cents))
    tour.check("X-10", "its credits can be spent", tour.lots(), lots)
    tour.check_statement()


UPGRADES: tuple[Callable[[Shop], None], ...] = (insurestack, make, gocontent, diaflow)
