"""Which figures and sentences the letter of each kind has. Pure: from the account, its policy, the event and the row it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lotbook.domain.accounts.notifications import MailKind
from lotbook.domain.accounts.pauses import PAUSED_FOR_PAYMENT, PAUSED_FOR_SHORTFALL, reasons_of
from lotbook.domain.accounts.plan_time import grace_ends_at
from lotbook.domain.mails import balances
from lotbook.domain.mails.grounds import Grounds
from lotbook.domain.mails.letters import Count, Day, Figure, Letter, Moment, Money, Value
from lotbook.domain.mails.lines import line_of
from lotbook.domain.sales.items import AutoTopUpItem, CustomPaymentItem, PlanRenewalItem
from lotbook.domain.values import instants

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.mails.occasions import Occasion
    from lotbook.domain.sales.purchase import Purchase


def letter_of(occasion: Occasion, grounds: Grounds) -> Letter | None:
    """The letter; None where there is nothing to say after all: what the event tells is not so any more, or was told before."""
    return _WRITERS[occasion.kind](grounds)


def _receipt(grounds: Grounds) -> Letter | None:
    """Of a renewal another mail tells, and nobody has paid nothing."""
    row = _row(grounds)
    if isinstance(row.item, PlanRenewalItem) or not row.total_minor:
        return None
    expires = row.settlement.expires_at if row.settlement else None
    brings = bool(row.shown_credits) and not isinstance(row.item, CustomPaymentItem)
    says = ["automatic"] if _is_automatic(row) else []
    says += ["credits" if brings else "paid"]
    says += ["until"] if brings and expires is not None and row.credits else []
    facts: dict[str, Value] = {
        "total": Money(row.total_minor, row.currency),
        "credits": Count(row.shown_credits, row.unit),
        **({"expires": Moment(expires)} if expires is not None else {}),
    }
    return Letter("purchase_completed", facts, tuple(says), _lines(row), grounds.button("see_credits"))


def _is_automatic(row: Purchase) -> bool:
    return isinstance(row.item, AutoTopUpItem)


def _renewed(grounds: Grounds) -> Letter:
    row = _row(grounds)
    facts: dict[str, Value] = {
        "plan": grounds.title_of(grounds.detail["plan_id"]),
        "total": Money(row.total_minor, row.currency),
        "until": Day(instants.from_text(grounds.detail["period"]["end"])),
    }
    return Letter("plan_renewed", facts, ("renewed",), _lines(row), grounds.button("see_credits"))


def _payment_failed(grounds: Grounds) -> Letter:
    row, until = _row(grounds), grace_ends_at(grounds.policy, grounds.account)
    facts: dict[str, Value] = {"total": Money(row.total_minor, row.currency)}
    if not isinstance(row.item, PlanRenewalItem):
        facts["plan"] = grounds.title_of(row.plan_id)
        return Letter("payment_failed", facts, ("purchase",), _lines(row), grounds.button("pay_again"))
    facts["plan"] = grounds.title_of(row.item.plan_id)
    says = ["renewal"]
    if grounds.policy.plan_change.renewal.during_grace == "freeze":
        says += ["frozen"]
    elif until is not None and until > grounds.news.at:
        facts["until"] = Day(until)
        says += ["grace"]
    return Letter("payment_failed", facts, (*says, "mend"), _lines(row), grounds.button("change_card"))


def _card_action(grounds: Grounds) -> Letter:
    row = _row(grounds)
    facts: dict[str, Value] = {"total": Money(row.total_minor, row.currency)}
    button = grounds.button("confirm_payment", _page_of(grounds.account))
    is_paused = grounds.account.state == "paused"
    says = ["confirm"] + (["paused" if _is_on(grounds) else "paused_alone"] if is_paused else [])
    return Letter("card_action_required", facts, tuple(says), _lines(row), button)


def _suspended(grounds: Grounds) -> Letter:
    """A card that was declined, or none any more."""
    button = grounds.button("change_card")
    if grounds.purchase is None:
        return Letter("auto_top_up_suspended", {}, ("no_card",), (), button)
    row = grounds.purchase
    facts: dict[str, Value] = {
        "total": Money(row.total_minor, row.currency),
        "credits": Count(row.shown_credits, row.unit),
    }
    says = ["declined"] + (["paused"] if grounds.account.state == "paused" else []) + [_mend(grounds)]
    return Letter("auto_top_up_suspended", facts, tuple(says), _lines(row), button)


def _mend(grounds: Grounds) -> str:
    """What another card brings: it may have been switched off while the charge was under way, and what was lent may be owed."""
    reasons = set(reasons_of(grounds.account))
    if _is_on(grounds):
        return "mend" if reasons and reasons <= {PAUSED_FOR_PAYMENT, PAUSED_FOR_SHORTFALL} else "mend_purchase"
    if reasons == {PAUSED_FOR_PAYMENT}:
        return "mend_account"
    return "owed" if PAUSED_FOR_SHORTFALL in reasons else "off"


def _is_on(grounds: Grounds) -> bool:
    auto = grounds.account.auto
    return grounds.automatic_is_on and auto is not None and auto.enabled


def _page_of(account: Account) -> str | None:
    """The gateway's page on which the waiting payment is confirmed."""
    suspended = account.auto.suspended if account.auto else None
    return suspended.page_url if suspended else None


def _paused(grounds: Grounds) -> Letter | None:
    """Not when it runs again by now."""
    if grounds.account.state != "paused":
        return None
    known = ("shortfall", "plan_payment_failed")
    reason = grounds.detail["reason"] if grounds.detail["reason"] in known else "other"
    return Letter("account_paused", {}, ("paused", reason), (), grounds.button("see_account"))


def _changed(grounds: Grounds) -> Letter:
    ends = grounds.detail.get("plan_ends_at")
    facts: dict[str, Value] = {
        "plan": grounds.title_of(grounds.detail["plan_id"]),
        "previous": grounds.title_of(grounds.detail["previous_plan_id"]),
        **({"ends": Day(instants.from_text(ends))} if ends else {}),
    }
    figures = (Figure("previous_plan", facts["previous"]), Figure("plan", facts["plan"], is_total=True))
    says = ("changed", "term") if ends else ("changed",)
    return Letter("plan_changed", facts, says, figures, grounds.button("see_account"))


def _ending(grounds: Grounds) -> Letter:
    ends = Day(instants.from_text(grounds.detail["plan_ends_at"]))
    facts: dict[str, Value] = {"plan": grounds.title_of(grounds.detail["plan_id"]), "ends": ends}
    return Letter("plan_ending", facts, ("ending",), (Figure("plan_ends", ends),), grounds.button("see_account"))


def _ended(grounds: Grounds) -> Letter:
    facts: dict[str, Value] = {
        "plan": grounds.title_of(grounds.detail["plan_id"]),
        "current": grounds.title_of(grounds.detail["current_plan_id"]),
    }
    says = ("unpaid", "now") if grounds.detail.get("reason") == "unpaid" else ("ended", "now")
    return Letter("plan_ended", facts, says, (), grounds.button("see_plans"))


def _refunded(grounds: Grounds) -> Letter:
    row = _row(grounds)
    back = Money(grounds.detail["refunded_minor"], row.currency)
    facts: dict[str, Value] = {"amount": back, "total": Money(row.total_minor, row.currency)}
    is_whole = grounds.detail["refunded_minor"] >= row.total_minor
    figures = (Figure("paid", facts["total"]), Figure("refunded", back, is_total=True), *_of_order(row))
    return Letter("refunded", facts, ("whole" if is_whole else "part", "credits"), figures)


def _paid_twice(grounds: Grounds) -> Letter:
    row = _row(grounds)
    facts: dict[str, Value] = {
        "amount": Money(row.total_minor, row.currency),
        "plan": grounds.title_of(row.plan.plan_id if row.plan else row.plan_id),
    }
    figures = (Figure("refunded", facts["amount"], is_total=True), *_of_order(row))
    return Letter("paid_twice", facts, ("twice",), figures)


def endpoint_letter(url: str, reason: str) -> Letter:
    """An endpoint of the seller switched itself off: written to whom the endpoint names, and about no account."""
    facts: dict[str, Value] = {"url": url}
    return Letter("endpoint_disabled", facts, ("gone" if reason == "gone" else "disabled",), (Figure("endpoint", url),))


def _row(grounds: Grounds) -> Purchase:
    if grounds.purchase is None:
        raise LookupError("a letter about a purchase without one")
    return grounds.purchase


def _lines(row: Purchase) -> tuple[Figure, ...]:
    """What was ordered, line by line, as the buyer was shown it."""
    lines = tuple(line_of(row, line) for line in row.lines)
    tax = (Figure(row.tax.name, Money(row.tax.amount_minor, row.currency), verbatim=True),) if row.tax else ()
    return (*lines, *tax, Figure("total", Money(row.total_minor, row.currency), is_total=True), *_of_order(row))


def _of_order(row: Purchase) -> tuple[Figure, ...]:
    return (Figure("order", row.purchase_id, is_code=True), Figure("date", Day(row.created_at)))


_WRITERS: Mapping[MailKind, Callable[[Grounds], Letter | None]] = {
    "purchase_completed": _receipt,
    "payment_failed": _payment_failed,
    "card_action_required": _card_action,
    "auto_top_up_suspended": _suspended,
    "account_paused": _paused,
    "credits_low": balances.low,
    "credits_exhausted": balances.exhausted,
    "credits_expiring": balances.expiring,
    "plan_renewed": _renewed,
    "plan_changed": _changed,
    "plan_ending": _ending,
    "plan_ended": _ended,
    "refunded": _refunded,
    "paid_twice": _paid_twice,
    "endpoint_disabled": lambda grounds: endpoint_letter(str(grounds.detail["url"]), str(grounds.detail["reason"])),
}
