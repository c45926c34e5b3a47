"""What becomes of a paid period's money afterwards: a part of it goes back, or it is disputed (X-28). Each a write of the account."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.plan_time import with_period
from lotbook.domain.accounts.renewing import PaidPeriod
from lotbook.domain.accounts.subscriptions import BillingPeriod
from lotbook.domain.values.light_dataclasses import replace


def with_money_gone(account: Account, paid: PaidPeriod, gone_minor: int, charged_minor: int) -> Account:
    """The account once so much of a paid period's money has gone back: credit months that are still to come bring less (X-28)."""
    known = _paid_by(account, paid)
    if known is None:
        return account
    return _with(account, replace(known, gone_minor=gone_minor, charged_minor=charged_minor))


def with_dispute(account: Account, paid: PaidPeriod, since: int | None) -> Account:
    """The account while a paid period's money is disputed: credit months that begin meanwhile bring nothing before it is over.

    None: it is over. Told again, it stands since it was told first.
    """
    known = _paid_by(account, paid)
    if known is None:
        return account
    first = since if since is None or known.disputed_at is None else min(since, known.disputed_at)
    return _with(account, replace(known, disputed_at=first))


def _paid_by(account: Account, paid: PaidPeriod) -> BillingPeriod | None:
    known = account.subscription.period(paid.start, paid.plan_id) if account.subscription else None
    return known if known is not None and known.purchase_id == paid.purchase_id else None


def _with(account: Account, period: BillingPeriod) -> Account:
    sub = account.subscription
    return account if sub is None else replace(account, subscription=with_period(sub, period))
