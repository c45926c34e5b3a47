"""What an account wants to be mailed about, in which language, and whether its address can be reached at all."""

from __future__ import annotations

from typing import Literal, get_args

from lotbook.domain.values.light_dataclasses import dataclass

MailKind = Literal[
    "purchase_completed",
    "payment_failed",
    "card_action_required",
    "auto_top_up_suspended",
    "account_paused",
    "credits_low",
    "credits_exhausted",
    "credits_expiring",
    "plan_renewed",
    "plan_changed",
    "plan_ending",
    "plan_ended",
    "refunded",
    "paid_twice",
    "endpoint_disabled",
]
MAIL_KINDS: tuple[MailKind, ...] = get_args(MailKind)
WhyUnreachable = Literal["bounce", "complaint"]


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An address that must get nothing any more, as a fingerprint: it counts while it is the account's address."""

    address: str
    reason: WhyUnreachable
    at: int


@dataclass(frozen=True, slots=True)
class Notifications:
    """`locale`: of the words, money and dates, such as `de` or `en-GB`; None: English, written as in the account's region."""

    locale: str | None = None
    off: tuple[MailKind, ...] = ()  # in the order of MAIL_KINDS
    unreachable: Unreachable | None = None


NOTHING_CHOSEN = Notifications()
