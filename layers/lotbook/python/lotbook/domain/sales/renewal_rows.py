"""The purchase rows of periods that begin: nobody orders them, the clock does, and their payment comes after (X-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import INTERVAL_MONTHS
from lotbook.domain.sales.items import OrderLine, PlanPart, PlanRenewalItem, Tax
from lotbook.domain.sales.purchase import GatewayRefs, Purchase
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.domain.values.light_dataclasses import replace
from lotbook.domain.values.money import tax_minor, to_major

NOBODY_ORDERED: Mapping[str, Any] = {
    "actor": "system",
    "credits": 0,
    "companions": (),
    "quoted_expires_at": None,
    "consent": None,
    "success_url": "",
    "cancel_url": "",
    "state": "processing",
}
DRAFT = HOUR  # the gateway's invoice waits so long before it is charged
MAX_ROWS = 60  # of one look: five years of months that nobody looked into
CHECK_AFTER = DRAFT + 15 * MINUTE  # by then its news should have come


def starts_of(policy: Policy, account: Account, since: int, until: int) -> list[int]:
    """First instants, in `[since, until]`, of the billing periods of the account's plan that are renewals; newest first.

    `account`: as it stands at `until`. The period that the plan was bought with has its own row; one that waited was not bought.
    """
    starts, at, sub = list[int](), until, account.subscription
    first = account.anchor if sub is not None and sub.former_anchor else account.anchor + 1
    for _ in range(MAX_ROWS):
        period = billing_period(policy.plan(account.plan_id), account, at) if account.plan_renews else None
        if sub is None or period is None or not max(since, first) <= period[0] <= until:
            break
        known = sub.period(period[0], account.plan_id)
        if known is None or known.purchase_id == renewal_row_id(account.account_id, sub.subscription, period[0]):
            starts.append(period[0])
        at = period[0] - 1
    return starts


def renewal_row(policy: Policy, account: Account, version: int, start: int) -> Purchase:
    """The row of the period that begins at `start`: the price as it was bought (X-33), and today's tax. `version`: the newest."""
    sub, plan = account.subscription, policy.plan(account.plan_id)
    if sub is None:
        raise ValueError("a row of a plan that does not renew")
    end = (billing_period(plan, account, start) or (start, start))[1]
    price, currency, tax = sub.price_minor, account.currency, _tax(policy, account, sub.price_minor)
    row = Purchase(
        **NOBODY_ORDERED,
        account_id=account.account_id,
        purchase_id=renewal_row_id(account.account_id, sub.subscription, start),
        created_at=start,
        item=PlanRenewalItem(plan.plan_id),
        lines=(OrderLine(plan.title, 1, to_major(price, currency), price),),
        unit=policy.units[0],
        subtotal_minor=price,
        tax=tax,
        total_minor=price + (tax.amount_minor if tax else 0),
        currency=currency,
        policy_id=account.policy_id,
        policy_version=account.plan_policy_version or version,
        plan_id=account.plan_id,
        checkout_expires_at=end,
        first_check_at=start + CHECK_AFTER,
        gateway_refs=GatewayRefs(subscription=sub.subscription),
    )
    part = PlanPart(plan.plan_id, plan.credits, 0, INTERVAL_MONTHS[plan.interval], price, sub.price)
    return _described(replace(row, plan=part, period=(start, end), check_at=row.first_check_at), policy, account)


def _described(row: Purchase, policy: Policy, account: Account) -> Purchase:
    gateway = policy.payment_for(account.region, account.currency).gateway
    waits = policy.invoices.billing_details == "required"
    title = policy.plan(account.plan_id).title
    return replace(row, title=title, customer=account.gateway_customer, invoice_waits=waits, gateway=gateway)


def _tax(policy: Policy, account: Account, price_minor: int) -> Tax | None:
    rule = policy.tax_for(account.region, account.currency)
    return Tax(rule.name, rule.rate, tax_minor(price_minor, rule.rate, account.currency)) if rule else None
