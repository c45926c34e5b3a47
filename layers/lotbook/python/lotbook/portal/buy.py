"""Buying: the wizard's steps, the order, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.portal import buying, purchases
from lotbook.api.portal.choices import CUSTOM, Choice
from lotbook.api.portal.replies import Page, Redirect
from lotbook.api.portal.routes import ROOT
from lotbook.api.requests import paths
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.sales.return_urls import PURCHASE_PLACE
from lotbook.domain.values import ids
from lotbook.domain.values.errors import Forbidden, Unavailable
from lotbook.portal.home import account_of
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.portal.reading import read_once
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.create_purchase import create_purchase
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from lotbook.usecases.sales.list_purchases import bring_rows, rows_of
from lotbook.usecases.sales.read_invoice import read_invoice
from lotbook.usecases.sales.read_offers import quote_item, read_offers

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.sales.quotes import Quote


def steps(visit: Visit) -> Reply:
    """`GET /portal/buy`."""
    return _steps(visit, _shop(visit, Choice.of(visit.query)), visit.query.get("step", ""))


def _steps(visit: Visit, shop: buying.Shop, step: str) -> Page:
    has_chosen = bool(shop.choice.kept)
    if shop.has_plan_step and (step == "plan" or not has_chosen):
        return buying.plan_step(shop)
    if step == "review":
        return _review(visit, shop)
    choice = shop.choice
    first = buying.first_number(shop.offers)
    if not choice.credits and first is not None and not choice.is_other_plan(shop.loaded.account.plan_id):
        choice = Choice(plan=choice.plan, credits=str(first))
    return buying.credits_step(shop, _summary(visit, shop, choice))


def _review(visit: Visit, shop: buying.Shop) -> Page:
    try:
        summary = _quote(visit, shop, shop.choice)
    except buying.OF_A_FIELD as refused:
        wrong = buying.told(refused, shop.formats, shop.loaded.account.currency)
        return buying.credits_step(_shop(visit, shop.choice, wrong), None, status=422)
    return buying.review_step(shop, summary, fresh_key())


def _summary(visit: Visit, shop: buying.Shop, choice: Choice) -> Quote | None:
    """Of what is chosen so far, where that is something already."""
    is_open = choice.plan == CUSTOM or choice.is_other_plan(shop.loaded.account.plan_id) or shop.offers.top_up.allowed
    if not is_open or (choice.plan == CUSTOM and not choice.amount):
        return None
    plan = next((plan for plan in shop.offers.plans if plan.plan_id == choice.plan), None)
    if plan is not None and not plan.allowed and choice.is_other_plan(shop.loaded.account.plan_id):
        return None
    try:
        return _quote(visit, shop, choice)
    except buying.OF_A_FIELD:
        return None


def _quote(visit: Visit, shop: buying.Shop, choice: Choice) -> Quote:
    account = shop.loaded.account
    item = choice.item(shop.loaded.policy, account.plan_id, account.currency)
    desk = wiring.reading_desk()
    return quote_item(shop.loaded, item, visit.caller, desk=desk, purchases=wiring.purchases())


def _shop(visit: Visit, choice: Choice, errors: dict[str, str] | None = None) -> buying.Shop:
    loaded, desk = account_of(visit), read_once(wiring.reading_desk())
    offers = read_offers(loaded, visit.caller, None, desk=desk, purchases=wiring.purchases())
    return buying.Shop(loaded, offers, choice, visit, errors or {})


def fresh_key() -> str:
    """An idempotency key for one form."""
    return ids.at_time("page", wiring.clock().now(), wiring.entropy().read(ids.ENTROPY_BYTES))


def order(visit: Visit) -> Reply:
    """`POST /portal/buy`."""
    choice = Choice.of(visit.form)
    loaded = account_of(visit)
    try:
        request = PurchaseRequest(
            account_id=visit.account_id,
            item=choice.item(loaded.policy, loaded.account.plan_id, loaded.account.currency),
            refund_policy_version=visit.form.get("consent_version") if visit.form.get("consent") else None,
            success_url=visit.address(f"{ROOT}/purchases/{PURCHASE_PLACE}/returned"),
            cancel_url=visit.address(f"{ROOT}/purchases/{PURCHASE_PLACE}/left"),
            source_ip=visit.request.source_ip,
            user_agent=visit.request.user_agent,
        )
        created = create_purchase(request, visit.key or fresh_key(), visit.caller, desk=wiring.sales_desk())
    except buying.OF_A_FIELD as refused:
        wrong = buying.told(refused, visit.formats(loaded), loaded.account.currency)
        shop = _shop(visit, choice, wrong)
        summary = _summary(visit, shop, choice)
        if "consent" in wrong and summary is not None:
            return buying.review_step(shop, summary, fresh_key(), status=422)
        return buying.credits_step(shop, summary, status=422)
    return Redirect(created.purchase.checkout_url or _page_of(created.purchase.purchase_id))


def show(visit: Visit) -> Reply:
    """`GET /portal/purchases/{purchase_id}`."""
    loaded = account_of(visit)
    bring_rows(visit.account_id, accounts=wiring.accounts(), desk=wiring.credit_desk())
    found = wiring.sales_desk().purchase(visit.account_id, paths.purchase_id(visit.request.path))
    (row,) = rows_of([found], billing=wiring.billing(), clock=wiring.clock())
    balance = None
    if found.state in SETTLED:
        balance = read_balance(visit.account_id, found.unit, desk=wiring.credit_desk())
    return purchases.page(row, loaded, visit, balance=balance, now=wiring.clock().now())


def returned(visit: Visit) -> Reply:
    """`GET .../returned`: the gateway leads back here after a payment. We ask it at once; its own word may come later."""
    return _asked(visit)


def recheck(visit: Visit) -> Reply:
    """`POST .../recheck`."""
    return _asked(visit)


def _asked(visit: Visit) -> Reply:
    purchase_id = paths.purchase_id(visit.request.path)
    try:
        recheck_purchase(visit.account_id, purchase_id, visit.caller, desk=wiring.sales_desk())
    except (Unavailable, Forbidden):
        if visit.request.route_key.startswith("POST "):
            raise
    return Redirect(_page_of(purchase_id))


def left(visit: Visit) -> Reply:
    """`GET .../left`: the gateway leads back here when the buyer went away. The order is over, unless it was paid (NP-28)."""
    purchase_id = paths.purchase_id(visit.request.path)
    abandon_purchase(visit.account_id, purchase_id, visit.caller, desk=wiring.sales_desk())
    return Redirect(_page_of(purchase_id))


def invoice(visit: Visit) -> Reply:
    """`GET .../invoice`: the gateway's page of it."""
    found = read_invoice(visit.account_id, paths.purchase_id(visit.request.path), desk=wiring.sales_desk())
    return Redirect(found.facts.hosted_url or _page_of(paths.purchase_id(visit.request.path)))


def _page_of(purchase_id: str) -> str:
    return f"{ROOT}/purchases/{purchase_id}"
