"""One event of each kind of mail, with what it is written from; and the mail of it in a locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lotbook.api.mails.render import write
from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord, PaymentCard, Suspension
from lotbook.domain.accounts.notifications import MAIL_KINDS
from lotbook.domain.accounts.subscriptions import Subscription
from lotbook.domain.credits.book import Book, Segment
from lotbook.domain.mails.grounds import Grounds
from lotbook.domain.mails.letters import Letter
from lotbook.domain.mails.occasions import News, Occasion, occasion_of
from lotbook.domain.mails.posting import Envelope, Written
from lotbook.domain.mails.writing import letter_of
from lotbook.domain.sales.items import AutoTopUpItem, OrderLine, PlanPart, PlanRenewalItem, Tax
from lotbook.domain.sales.purchase import Failure, Purchase, Settlement
from tests.fakes.purchases import a_purchase
from tests.fakes.samples import account_on, instant, published

NOW = instant("2026-01-15T10:00:00Z")
APP = "https://app.make.example/billing"
PAGE = "https://invoice.stripe.example/i/acct_1/test_1"
STOP = "https://api.make.example/v1/notifications/off?token=dG9rZW4"
PURCHASE = "pur_0000000000aaaaaaaaaaaaaaaa"
LOCALES = ("en-US", "de-DE")


def renewal() -> Purchase:
    """A renewal of the plan with 80,000 credits: $120.00 and 19 % tax."""
    line = OrderLine("Pro, 80,000 credits", 1, Decimal(120), 12_000)
    return a_purchase(
        item=PlanRenewalItem("pro-80k"),
        lines=(line,),
        credits=0,
        subtotal_minor=12_000,
        tax=Tax("VAT", Decimal("0.19"), 2_280),
        total_minor=14_280,
        plan=PlanPart("pro-80k", 80_000, 0, months=1, price_minor=12_000),
        plan_id="pro-80k",
    )


def bought() -> Purchase:
    """10,000 credits for $11.80."""
    line = OrderLine("10,000 credits", 10_000, Decimal("0.001"), 1_000)
    paid = Settlement(NOW, "lot_1", instant("2026-02-01T00:00:00Z"), NOW)
    tax = Tax("GST", Decimal("0.18"), 180)
    return a_purchase(
        lines=(line,),
        credits=10_000,
        subtotal_minor=1_000,
        tax=tax,
        total_minor=1_180,
        settlement=paid,
        state="completed",
    )


def automatic() -> Purchase:
    """10,000 credits and the surcharge of 30 %."""
    lines = (
        OrderLine("Credits, automatic purchase", 1, Decimal(9), 900),
        OrderLine("Surcharge", 1, Decimal("2.70"), 270),
    )
    item = AutoTopUpItem(10_000, 1)
    return a_purchase(
        item=item, lines=lines, credits=10_000, subtotal_minor=1_170, tax=None, total_minor=1_170, state="failed"
    )


ON_A_PLAN = account_on("make", "pro-80k")


@dataclass(frozen=True)
class Case:
    """An event, and the account and row as they are when its mail is written."""

    type: str
    detail: Mapping[str, Any]
    row: Purchase | None = None
    account: Account = ON_A_PLAN

    @property
    def book(self) -> Book:
        """What the account has when the mail is written: what the event says."""
        return Book(available=self.detail.get("available", 2_500), tape=(LOT,) if "lot_id" in self.detail else ())

    @property
    def news(self) -> News:
        """The event as the bus brings it."""
        return News(self.type, "evt_1", NOW, "acme", self.detail)


def _of_row(event: str, row: Purchase, **more: Any) -> Case:
    return Case(event, {"purchase_id": PURCHASE, **more}, row)


def _unpaid() -> Account:
    sub = Subscription(
        subscription="sub_1",
        item="si_1",
        plan_id="pro-80k",
        policy_version=1,
        price="price_1",
        price_minor=12_000,
        anchor=NOW,
        purchase_id=PURCHASE,
        failed_start=NOW,
        failed_at=NOW,
    )
    return replace(ON_A_PLAN, plan_renews=True, subscription=sub)


PAUSED = replace(ON_A_PLAN, state="paused", pause_reason="payment_failed")
WAITS = Suspension("authentication_required", NOW, PURCHASE, PaymentCard("pm_1"), page_url=PAGE)
DECLINED = replace(
    PAUSED, auto=AutoRecord(enabled=True, suspended=Suspension("declined", NOW, PURCHASE, PaymentCard("pm_1")))
)
UNCONFIRMED = replace(PAUSED, auto=AutoRecord(enabled=True, suspended=WAITS))
LOW = {"unit": "credits", "available": 20_000, "seq": 9, "used_percent": 75, "of_credits": 80_000}
LOT = Segment(2_500, "lot_1", 0, instant("2026-01-22T23:00:00Z"), NOW)
DIES = {"unit": "credits", "lot_id": "lot_1", "credits": 2_500, "expires_at": "2026-01-22T23:00:00Z"}
PLANS = {"plan_id": "pro-80k", "previous_plan_id": "core-10k", "purchase_id": PURCHASE, "plan_ends_at": None}
PERIOD = {"start": "2026-01-15T00:00:00Z", "end": "2026-02-15T00:00:00Z"}
TWICE = Failure("paid_twice", "The same plan had been paid for already; this payment goes back.")

CASES: dict[str, Case] = {
    "purchase_completed": _of_row("purchase.completed", bought(), dispute_state=None),
    "purchase_completed.automatic": _of_row(
        "purchase.completed", replace(automatic(), state="completed"), dispute_state=None
    ),
    "payment_failed": replace(_of_row("plan.renewal_failed", renewal(), plan_id="pro-80k"), account=_unpaid()),
    "payment_failed.slow": _of_row("purchase.failed", bought(), failure_code="payment_failed"),
    "card_action_required": replace(
        _of_row("auto_top_up.suspended", automatic(), code="authentication_required"), account=UNCONFIRMED
    ),
    "auto_top_up_suspended": replace(
        _of_row("auto_top_up.suspended", automatic(), code="declined", decline_code="insufficient_funds"),
        account=DECLINED,
    ),
    "auto_top_up_suspended.no_card": Case("auto_top_up.switched", {"enabled": False, "reason": "no_card"}),
    "account_paused": Case("account.paused", {"reason": "shortfall", "reasons": ["shortfall"]}, account=PAUSED),
    "credits_low": Case("credits.low", LOW),
    "credits_exhausted": Case("credits.exhausted", {"unit": "credits", "available": 0, "seq": 12}),
    "credits_expiring": Case("credits.expiring_soon", DIES | {"lot_kind": "purchased"}),
    "plan_renewed": _of_row("plan.renewed", renewal(), plan_id="pro-80k", period=PERIOD),
    "plan_changed": Case("plan.changed", PLANS),
    "plan_ending": Case("plan.ending", {"plan_id": "pro-80k", "plan_ends_at": "2026-02-01T00:00:00Z"}),
    "plan_ended": Case("plan.ended", {"plan_id": "pro-80k", "reason": "unpaid", "current_plan_id": "free"}),
    "refunded": _of_row("purchase.partially_refunded", bought(), refunded_minor=590, failure_code=None),
    "paid_twice": _of_row(
        "purchase.refunded",
        replace(renewal(), failure=TWICE, plan_id="core-10k"),
        refunded_minor=14_280,
        failure_code="paid_twice",
    ),
    "endpoint_disabled": Case("endpoint.disabled", {"url": "https://hooks.example/lotbook", "reason": "failing"}),
    "endpoint_disabled.gone": Case("endpoint.disabled", {"url": "https://hooks.example/lotbook", "reason": "gone"}),
}


def occasion(case: Case) -> Occasion | None:
    """The case's mail."""
    return occasion_of(case.news)


def letter(case: Case) -> Letter:
    """The case's letter."""
    wanted = occasion(case)
    assert wanted is not None
    written = letter_of(
        wanted,
        Grounds(
            case.account, published("make").policy, case.news, case.row, APP, NOW, automatic_is_on=True, book=case.book
        ),
    )
    assert written is not None
    return written


def envelope(locale: str | None, **changes: Any) -> Envelope:
    """To somebody who reads this locale in Berlin."""
    known = Envelope("Make", locale, "US", "Europe/Berlin", "help@make.example", "https://make.example/help", STOP)
    return replace(known, **changes)


def mail(name: str, locale: str | None, **changes: Any) -> Written:
    """The mail of a case."""
    return write(letter(CASES[name]), envelope(locale, **changes))


assert {name.partition(".")[0] for name in CASES} == set(MAIL_KINDS)
