"""Who may buy what, as the code of the refusal or None. The first reason that applies is told: role, account, plan."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.plans.moving import Present
from lotbook.domain.plans.unused import is_running_period_paid
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import AlreadyOnPlan, ContactOnly, PlanChangePending
from lotbook.domain.values.instants import cut_to_second

FORBIDDEN = "forbidden"
ACCOUNT_CLOSED = "account_closed"
PLAN_NOT_ELIGIBLE = "plan_not_eligible"
CURRENCY_NOT_SOLD = "currency_not_sold"
PLAN_PURCHASE_NOT_AVAILABLE = "plan_purchase_not_available"


def is_buyer(policy: Policy, account_id: str, caller: Caller) -> bool:
    """Whether this is a member of the account whose role may buy (IS-31, NP-01). No service key is one."""
    return caller.kind == "member" and caller.sees(account_id) and caller.role in policy.buyers


def buyer_refusal(policy: Policy, account: Account, caller: Caller) -> str | None:
    """Why this caller may buy nothing at all for the account (IS-31, NP-01). A paused account may buy."""
    if not caller.has_scope("purchases:write") and not is_buyer(policy, account.account_id, caller):
        return FORBIDDEN
    return ACCOUNT_CLOSED if account.state == "closed" else None


def top_up_refusal(policy: Policy, plan: Plan) -> str | None:
    """Why credits are not sold on this plan (MK-07)."""
    return None if plan.top_up_allowed and policy.top_up.mode != "none" else PLAN_NOT_ELIGIBLE


def top_up_price_refusal(policy: Policy, plan: Plan) -> str:
    """Why credits have no price: nothing is sold in the account's currency, or nothing on this plan.

    For those who have found none. What the policy sells in other currencies, it does not sell in this one (any more).
    """
    rule = policy.top_up
    listed = {
        "quantity": rule.unit_prices if rule.pricing == "fixed" else plan.prices_minor,
        "packs": {currency for pack in rule.packs for currency in pack.prices_minor},
        "none": (),
    }
    return CURRENCY_NOT_SOLD if listed[rule.mode] else PLAN_NOT_ELIGIBLE


def plan_price_refusal(plan: Plan) -> str:
    """Why the plan has no price that could be paid: it has none in the account's currency, or it costs nothing at all."""
    return CURRENCY_NOT_SOLD if any(plan.prices_minor.values()) else PLAN_NOT_ELIGIBLE


def custom_payment_refusal(policy: Policy, currency: str) -> str | None:
    """Why no amount of one's own can be paid: the policy takes none, or has nothing to do with the account's currency."""
    if not policy.custom_payment:
        return PLAN_NOT_ELIGIBLE
    listed = {policy.currencies.default, *policy.currencies.by_region.values()}
    return None if currency in listed else CURRENCY_NOT_SOLD


def change_under_way(account: Account) -> str | None:
    """The purchase of a change of plan that is neither done nor refused yet; None where there is none."""
    return account.subscription.change if account.plan_renews and account.subscription is not None else None


def began_then(account: Account, plan_id: str, at: int) -> bool:
    """Whether the account came to this plan that renews in the very second of `at`. Two periods of one plan that begin together would have
    one lot, whatever was paid (D6).
    """
    began = ((term.plan_id, term.at) for term in account.terms if term.renews)
    return (plan_id, cut_to_second(at)) in began


def plan_refusal(present: Present, wanted: Plan) -> str | None:
    """Why a purchase of the wanted plan would be refused now, as the code that it would be refused with (N16)."""
    if wanted.plan_id == present.account.plan_id:
        return AlreadyOnPlan.code
    if wanted.contact_url is not None:
        return ContactOnly.code
    return move_refusal(present, wanted) if wanted.price_minor(present.account.currency) else plan_price_refusal(wanted)


def move_refusal(present: Present, wanted: Plan) -> str | None:
    """Why the wanted plan, which has a price, cannot be bought now.

    A move down that waits, or is not sold, is not a purchase (IS-58). While another change is under way, there is no second.
    A plan whose renewal is unpaid can be left for another one (X-25), unless the policy refuses it. What one payment buys is a
    term (X-14): with nothing to be turned into a discount (MK-40), and not in the place of a plan that renews.
    """
    if present.change_to(wanted).when != "now":
        return PLAN_NOT_ELIGIBLE
    account, upgrade = present.account, present.policy.plan_change.upgrade
    if wanted.interval == "term":
        converts = "convert" in (upgrade.plan_credits, upgrade.purchased_credits)
        return PLAN_PURCHASE_NOT_AVAILABLE if converts or account.plan_renews else None
    if change_under_way(account) is not None:
        return PlanChangePending.code
    if upgrade.during_unpaid_renewal == "refuse" and not is_running_period_paid(present.policy, account, present.at):
        return PLAN_NOT_ELIGIBLE
    return None
