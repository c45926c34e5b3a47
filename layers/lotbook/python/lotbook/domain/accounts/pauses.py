"""Why an account may not burn: any number of reasons, each lifted by its own cause (X-32); and what its books say of it."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.credits.book import CLOSED
from lotbook.domain.credits.book import PAUSED_FOR_SHORTFALL as PAUSED_FOR_SHORTFALL
from lotbook.domain.values.light_dataclasses import replace

PAUSED_FOR_PAYMENT = "payment_failed"  # an automatic payment was declined


def reasons_of(account: Account) -> tuple[str, ...]:
    """The reasons for which the account is paused, the earliest first; none while it is not."""
    if account.state != "paused":
        return ()
    return account.pause_reasons or ((account.pause_reason,) if account.pause_reason else ())


def with_pause(account: Account, reason: str) -> Account:
    """The account paused for this reason, too. A closed one burns nothing anyway."""
    known = reasons_of(account)
    return account if account.state == "closed" or reason in known else _with_reasons(account, (*known, reason))


def without_pause(account: Account, reason: str) -> Account:
    """The account once the cause of this reason has gone away."""
    known = reasons_of(account)
    return account if reason not in known else _with_reasons(account, tuple(each for each in known if each != reason))


def refusal_of(account: Account) -> str | None:
    """What the account's books say to whoever wants to burn: a pause's reason, or that it is closed; None: they may."""
    return CLOSED if account.state == "closed" else account.pause_reason


def tops_up(account: Account) -> str | None:
    """The policy under which burns of the account may ask for an automatic purchase, as its first book says; None: they need not."""
    may_buy = account.state != "closed" and account.auto is not None and account.auto.may_buy
    return account.policy_id if may_buy else None


def _with_reasons(account: Account, reasons: tuple[str, ...]) -> Account:
    first = reasons[0] if reasons else None
    return replace(account, state="paused" if reasons else "active", pause_reason=first, pause_reasons=reasons)
