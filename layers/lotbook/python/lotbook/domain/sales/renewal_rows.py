"""The purchase rows of periods that begin: nobody orders them, the clock does, and their payment comes after (X-10)."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import INTERVAL_MONTHS
from lotbook.domain.sales.purchase import GatewayRefs, Purchase
from lotbook.domain.sales.quotes import OrderLine, PlanPart, PlanRenewalItem, Tax
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.domain.values.money import tax_minor, to_major

DRAFT = HOUR  # the gateway's invoice waits so long before it is charged
CHECK_AFTER = DRAFT + 15 * MINUTE  # by then its news should have come


def starts_of(policy: Policy, account: Account, since: int, until: int) -> list[int]:
    """First instants, in `[since, until]`, of the billing periods of the account's plan that are renewals; newest first.

    `account`: as it stands at `until`. The period that the plan was bought with has its own row.
    """
    starts, at = list[int](), until
    while account.plan_renews and account.subscription is not None and len(starts) < MAX_ROWS:
        period = billing_period(policy.plan(account.plan_id), account, at)
        if period is None or period[0] < since or period[0] > until or period[0] <= account.anchor:
            break
        known = account.subscription.period(period[0], account.plan_id)
        row = renewal_row_id(account.account_id, account.subscription.subscription, period[0])
        if known is None or known.purchase_id == row:
            starts.append(period[0])
        at = period[0] - 1
    return starts


MAX_ROWS = 60  # of one look: five years of months that nobody looked into


def renewal_row(policy: Policy, account: Account, version: int, start: int) -> Purchase:
    """The row of the period that begins at `start`, on the plan that the account is on then. `version`: the newest policy's.

    Its money is the plan's price as the subscriber bought it (X-33), and the tax of today's rules.
    """
    sub, plan = account.subscription, policy.plan(account.plan_id)
    if sub is None:
        raise ValueError("a row of a plan that does not renew")
    end = (billing_period(plan, account, start) or (start, start))[1]
    price, currency = sub.price_minor, account.currency
    rule = policy.tax_for(account.region, currency)
    tax = Tax(rule.name, rule.rate, tax_minor(price, rule.rate, currency)) if rule else None
    return Purchase(
        account_id=account.account_id,
        purchase_id=renewal_row_id(account.account_id, sub.subscription, start),
        created_at=start,
        actor="system",
        item=PlanRenewalItem(plan.plan_id),
        lines=(OrderLine(plan.title, 1, to_major(price, currency), price),),
        unit=policy.units[0],
        credits=0,
        companions=(),
        subtotal_minor=price,
        tax=tax,
        total_minor=price + (tax.amount_minor if tax else 0),
        currency=currency,
        policy_id=account.policy_id,
        policy_version=account.plan_policy_version or version,
        plan_id=account.plan_id,
        quoted_expires_at=None,
        consent=None,
        success_url="",
        cancel_url="",
        checkout_expires_at=end,
        first_check_at=start + CHECK_AFTER,
        gateway=policy.payment_for(account.region, currency).gateway,
        gateway_refs=GatewayRefs(subscription=sub.subscription),
        customer=account.gateway_customer,
        state="processing",
        check_at=start + CHECK_AFTER,
        title=plan.title,
        invoice_waits=policy.invoices.billing_details == "required",
        plan=PlanPart(plan.plan_id, plan.credits, 0, INTERVAL_MONTHS[plan.interval], price, sub.price),
        period=(start, end),
    )
