"""Plans: side by side, what a change would do, and the change itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.portal import plan_pages
from lotbook.api.portal.plan_pages import HERE, Preview
from lotbook.api.portal.replies import Redirect
from lotbook.api.portal.routes import ROOT
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.return_urls import PURCHASE_PLACE
from lotbook.domain.values.errors import CheckoutRequired, ConsentRequired, UnknownPlan
from lotbook.portal.buy import fresh_key
from lotbook.portal.home import account_of
from lotbook.usecases.accounts.read_account import view_of
from lotbook.usecases.plans import cancel as cancelling
from lotbook.usecases.plans.change import change_plan
from lotbook.usecases.portal.plan_choices import PlanChoice, plan_choices
from lotbook.usecases.sales.create_purchase import create_purchase
from lotbook.usecases.sales.follow_cards import follow_cards
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from lotbook.usecases.sales.read_offers import quote_item

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.sales.cards import Card
    from lotbook.domain.sales.quotes import Quote
    from lotbook.usecases.accounts.load_account import LoadedAccount


def show(visit: Visit) -> Reply:
    """`GET /portal/plans`."""
    loaded, now = account_of(visit), wiring.clock().now()
    return plan_pages.listing(plan_choices(loaded, visit.caller, now), view_of(loaded, now), loaded, visit)


def preview(visit: Visit) -> Reply:
    """`GET /portal/plan/change`."""
    return _preview(visit, visit.query.get("plan", ""), None)


def _preview(visit: Visit, plan_id: str, error: str | None) -> Reply:
    loaded, now = account_of(visit), wiring.clock().now()
    choice = _choice(loaded, plan_id, visit)
    is_bought = choice.can_move and choice.is_bought
    summary = _quote(loaded, plan_id, visit) if is_bought else None
    card = _default_card(visit) if is_bought and choice.plan.renews else None
    return plan_pages.change(Preview(choice, summary, card, fresh_key()), loaded, now=now, error=error)


def _choice(loaded: LoadedAccount, plan_id: str, visit: Visit) -> PlanChoice:
    choices = plan_choices(loaded, visit.caller, wiring.clock().now())
    found = next((choice for choice in choices if choice.plan.plan_id == plan_id), None)
    if found is None:
        raise UnknownPlan
    return found


def _quote(loaded: LoadedAccount, plan_id: str, visit: Visit) -> Quote:
    desk = wiring.reading_desk()
    return quote_item(loaded, PlanItem(plan_id), visit.caller, desk=desk, purchases=wiring.purchases())


def _default_card(visit: Visit) -> Card | None:
    found = follow_cards(visit.account_id, desk=wiring.sales_desk())
    return found.find(found.default) if found.default else None


def change(visit: Visit) -> Reply:
    """`POST /portal/plan/change`: by the card on file, or by way of the gateway's page."""
    plan_id = visit.form.get("plan", "")
    request = PurchaseRequest(
        account_id=visit.account_id,
        item=PlanItem(plan_id),
        refund_policy_version=visit.form.get("consent_version") if visit.form.get("consent") else None,
        success_url=visit.address(f"{ROOT}/purchases/{PURCHASE_PLACE}/returned"),
        cancel_url=visit.address(f"{ROOT}/purchases/{PURCHASE_PLACE}/left"),
        source_ip=visit.request.source_ip,
        user_agent=visit.request.user_agent,
    )
    key = visit.key or fresh_key()
    try:
        return _changed(visit, request, key)
    except ConsentRequired:
        return _preview(visit, plan_id, "Please accept the refund policy: each purchase needs it anew.")


def _changed(visit: Visit, request: PurchaseRequest, key: str) -> Reply:
    desk = wiring.sales_desk()
    loaded = desk.account_of_buying_member(visit.account_id, visit.caller)
    plan = loaded.policy.plan(visit.form.get("plan", ""))
    if plan.is_paid and not plan.renews and plan.contact_url is None:
        return _ordered(visit, request, key)
    try:
        changed = change_plan(request, key, visit.caller, desk=desk)
    except CheckoutRequired as asked:
        page = asked.data.get("checkout_url")
        return Redirect(page) if page else _ordered(visit, request, f"{key}.page")
    return Redirect(f"{HERE}?done={'changed' if changed.effect == 'now' else 'scheduled'}")


def _ordered(visit: Visit, request: PurchaseRequest, key: str) -> Reply:
    created = create_purchase(request, key, visit.caller, desk=wiring.sales_desk()).purchase
    return Redirect(created.checkout_url or f"{ROOT}/purchases/{created.purchase_id}")


def before_cancelling(visit: Visit) -> Reply:
    """`GET /portal/plan/cancel`."""
    loaded, now = account_of(visit), wiring.clock().now()
    view = view_of(loaded, now)
    if not plan_pages.can_cancel(loaded, view, visit):
        return Redirect(HERE)
    return plan_pages.cancellation(loaded, view, now=now)


def cancel(visit: Visit) -> Reply:
    """`POST /portal/plan/cancel`."""
    cancelling.cancel(visit.account_id, visit.caller, desk=wiring.sales_desk())
    return Redirect(f"{HERE}?done=cancelled")


def resume(visit: Visit) -> Reply:
    """`POST /portal/plan/resume`."""
    cancelling.resume(visit.account_id, visit.caller, desk=wiring.sales_desk())
    return Redirect(f"{HERE}?done=kept")
