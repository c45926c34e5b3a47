"""The five vendors' tours: what their pages promise, in figures. The expected values are written out, not computed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from local.demo.demo_shop import Shop
from local.demo.demo_tour import Tour, one_month_after, one_year_after, text

SECOND = timedelta(seconds=1)
# DF-03: the eleven packages, and no other quantity.
DIAFLOW_PACKS = [2_000, 4_000, 6_000, 11_000, 22_000, 44_000, 66_000, 115_000, 230_000, 480_000, 1_200_000]


def insurestack(shop: Shop) -> None:
    """One price, a life of one calendar year, free credits first."""
    tour = Tour(shop, "insurestack", "InsureStack: $1 a credit, valid for one calendar year, stacked on the free ones")
    tour.check("IS-41", "a new organisation has its free credits", tour.lots(), [("free", 10)])
    dies = one_year_after(tour.opened)
    summary = tour.quoted({"kind": "top_up", "credits": 30})
    tour.check("IS-01", "30 credits cost, in cents", (summary["total_minor"], summary["currency"]), (3_000, "usd"))
    tour.check("IS-02 X-02", "they would expire", summary["expires_at"], text(dies))
    tour.check_refused("IS-28", {"kind": "top_up", "credits": 0}, "quantity_not_allowed", "0 credits are refused")
    bought = tour.buy("IS-09 IS-10", {"kind": "top_up", "credits": 30})
    tour.check("IS-08", "the balance stacks both", tour.lots(), [("free", 10), ("purchased", 30)])
    tour.check("IS-43 IS-46", "12 burned: free ones first", tour.burn(12), [("free", 10), ("purchased", 2)])
    tour.at(dies - SECOND)
    tour.check(
        "IS-03 IS-42", "a year of renewals later, one second before", tour.lots(), [("free", 10), ("purchased", 28)]
    )
    tour.check("IS-02", "the lot says when it ends", tour.lot_of(bought)["expires_at"], text(dies))
    tour.at(dies)
    tour.check("IS-02 X-01", "at that instant it is gone, no schedule ran", tour.lots(), [("free", 10)])
    tour.check_statement()


def make(shop: Shop) -> None:
    """The plan's own price per credit, and the end with the billing cycle."""
    tour = Tour(shop, "make", "Make: $9 plan with 10,000 credits a month; extra credits end with the cycle")
    tour.check("MK-13", "the plan's credits are there", tour.lots(), [("plan", 10_000)])
    ends = one_month_after(tour.opened)
    for credits, cents in ((1_000, 90), (10_000, 900)):
        summary = tour.quoted({"kind": "top_up", "credits": credits})
        cost = (summary["total_minor"], summary["lines"][0]["unit_price"])
        tour.check("MK-12 MK-13", f"{credits:,} extra cost, in cents, at", cost, (cents, "0.0009"))
    tour.check_refused("MK-11", {"kind": "top_up", "credits": 1_500}, "quantity_not_allowed", "1,500 are refused")
    bought = tour.buy("MK-08", {"kind": "top_up", "credits": 1_000})
    tour.check("MK-01 MK-02", "the extra credits end with the cycle", tour.lot_of(bought)["expires_at"], text(ends))
    tour.check("MK-05 X-04", "data transfer came along (MB, an assumption)", tour.available("data_transfer_mb"), 500)
    tour.check(
        "MK-09 MK-10",
        "10,001 burned: the plan first, then 1 extra",
        tour.burn(10_001),
        [("plan", 10_000), ("purchased", 1)],
    )
    tour.at(ends - SECOND)
    tour.check("MK-02", "one second before the reset", tour.lots(), [("purchased", 999)])
    tour.at(ends)
    tour.check("MK-02 MK-47", "at the reset: extra gone, plan renewed", tour.lots(), [("plan", 10_000)])
    tour.check("MK-05", "the data transfer ended with them", tour.available("data_transfer_mb"), 0)
    tour.check_statement()
    tour.check_statement("data_transfer_mb")


def nine_pic(shop: Shop) -> None:
    """Rupees and tax by region, consent for every purchase, credits for ever."""
    tour = Tour(shop, "9pic", "9Pic: rupees and 18 % tax in India, consent at every purchase, credits never expire")
    item = {"kind": "top_up", "credits": 1_000}
    summary = tour.quoted(item)
    money = (summary["subtotal_minor"], summary["tax"]["amount_minor"], summary["total_minor"], summary["currency"])
    tour.check("NP-17 NP-49", "1,000 credits: paise, tax, total", money, (150_000, 27_000, 177_000, "inr"))
    tour.check_refused("NP-02", {"kind": "top_up", "credits": 999}, "quantity_not_allowed", "999 are refused")
    operator = shop.accounts["9pic"]["tokens"]["operator"]
    status, problem = shop.call("POST", "/v1/accounts/9pic/purchases", {"item": item}, operator)
    tour.check("NP-01", "an operator cannot pay", (status, problem.get("code")), (403, "forbidden"))
    tour.check_refused("NP-20", item, "consent_required", "without the refund policy accepted: refused")
    accepted = {"consent": {"refund_policy_version": consent_version(tour)}}
    bought = tour.buy("NP-20 NP-24", item, **accepted)
    tour.check_refused("NP-21", item, "consent_required", "the next purchase asks for it again")
    tour.check("NP-26", "the credits are there", tour.lots(), [("purchased", 1_000)])
    tour.check("NP-55", "250 photos processed", tour.burn(250), [("purchased", 250)])
    tour.check("NP-04", "the lot never expires", tour.lot_of(bought)["expires_at"], None)
    pro(shop, tour, accepted)
    tour.check_statement()


def pro(shop: Shop, tour: Tour, accepted: dict[str, Any]) -> None:
    """Pro for 365 days with 1,000 credits in one order; it ends by itself, the credits stay."""
    begins = tour.opened + timedelta(hours=1)
    ends = begins + timedelta(days=365)
    tour.at(begins)
    item = {"kind": "plan", "plan_id": "pro", "credits": 1_000}
    summary = tour.quoted(item)
    parts = tuple(line["amount_minor"] for line in summary["lines"])
    tour.check("NP-50 NP-54", "Pro and 1,000 credits: paise of each", parts, (1_000_000, 150_000))
    money = (summary["tax"]["amount_minor"], summary["total_minor"])
    tour.check("NP-49 X-16", "one tax on both, one total", money, (207_000, 1_357_000))
    tour.buy("NP-13 NP-54", item, **accepted)
    account = shop.done("GET", tour.path)
    tour.check("NP-13 NP-53", "on Pro, until", (account["plan_id"], account["plan_ends_at"]), ("pro", text(ends)))
    tour.check("NP-54", "the balance has both lots", tour.lots(), [("purchased", 750), ("purchased", 1_000)])
    status, problem = shop.start_purchase(tour.account, {"kind": "plan", "plan_id": "pro"}, **accepted)
    tour.check("NP-52", "Pro while on Pro", (status, problem.get("code")), (400, "already_on_plan"))
    tour.at(ends - SECOND)
    tour.check("NP-53", "365 days later, one second before", shop.done("GET", tour.path)["plan_id"], "pro")
    tour.at(ends)
    tour.check("NP-53 X-14", "at that instant, no schedule ran", shop.done("GET", tour.path)["plan_id"], "payg")
    tour.check("NP-04", "a year later the credits are there", tour.lots(), [("purchased", 750), ("purchased", 1_000)])


def gocontent(shop: Shop) -> None:
    """Plan credits end with their month, extra credits never do."""
    tour = Tour(shop, "gocontent", "GoContent: $1.25 for an extra credit that never expires; plan credits do")
    ((_, included),) = tour.lots()
    tour.check(
        "GC-03", "7 extra credits cost, in cents", tour.quoted({"kind": "top_up", "credits": 7})["total_minor"], 875
    )
    bought = tour.buy("GC-02", {"kind": "top_up", "credits": 7})
    tour.check("GC-04", "they never expire", tour.lot_of(bought)["expires_at"], None)
    drawn = tour.burn(included + 1)
    tour.check("GC-01", "the plan's credits and one extra burned", drawn, [("plan", included), ("purchased", 1)])
    tour.at(one_month_after(tour.opened))
    tour.check("GC-04 GC-05", "next month: plan anew, extra kept", tour.lots(), [("plan", included), ("purchased", 6)])
    tour.at(one_month_after(one_month_after(tour.opened)))
    tour.check(
        "GC-05", "a month nobody used leaves nothing behind", tour.lots(), [("plan", included), ("purchased", 6)]
    )
    tour.check_statement()


def diaflow(shop: Shop) -> None:
    """Packs only."""
    tour = Tour(shop, "diaflow", "Diaflow: eleven packages, monthly credits before add-on credits")
    ((_, included),) = tour.lots()
    offers = shop.call("GET", "/v1/accounts/diaflow/offers", token=shop.accounts["diaflow"]["tokens"]["owner"])[1]
    packs = offers["top_up"]["packs"]
    tour.check("DF-03", "eleven packages are on offer", [pack["credits"] for pack in packs], DIAFLOW_PACKS)
    tour.check_refused("DF-03", {"kind": "top_up", "credits": 3_000}, "quantity_not_allowed", "3,000 are refused")
    pack = packs[0]
    item = {"kind": "top_up", "pack_id": pack["pack_id"]}
    tour.check("DF-04 X-12", "2,000 cost the package's price", tour.quoted(item)["total_minor"], pack["amount_minor"])
    bought = tour.buy("DF-05", item)
    tour.check("DF-21", "monthly and add-on credits", tour.lots(), [("plan", included), ("purchased", 2_000)])
    drawn = tour.burn(included + 1)
    tour.check("X-12", "monthly ones burn first", drawn, [("plan", included), ("purchased", 1)])
    tour.check("X-12", "add-on credits never expire (an assumption)", tour.lot_of(bought)["expires_at"], None)
    tour.at(one_month_after(tour.opened))
    tour.check("X-12", "next month", tour.lots(), [("plan", included), ("purchased", 1_999)])
    tour.check_statement()


TOURS: tuple[Callable[[Shop], None], ...] = (insurestack, make, nine_pic, gocontent, diaflow)


def consent_version(tour: Tour) -> str:
    """The version of the refund policy that a buyer is shown."""
    token = tour.shop.accounts[tour.vendor]["tokens"]["admin"]
    version: str = tour.shop.call("GET", f"/v1/accounts/{tour.vendor}/offers", token=token)[1]["consent"]["version"]
    return version
