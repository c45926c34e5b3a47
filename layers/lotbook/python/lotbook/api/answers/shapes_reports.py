"""Shapes of the reports for finance. As `shapes.py`; amounts are whole minor units, before tax unless a name says otherwise."""

from __future__ import annotations

from typing import Literal, TypedDict

from lotbook.api.answers.shapes import DecimalText
from lotbook.api.answers.shapes_parts import Instant


class LiabilityLine(TypedDict):
    """What is owed at the month's end: paid credits that are open, by currency, plan and days since they were paid for."""

    kind: Literal["liability"]
    currency: str
    plan_id: str
    age_days: str
    lots: int
    credits_left: int
    amount_minor: int


class RecognitionLine(TypedDict):
    """A paid lot in the month: `opening + sold + moved_in - used - expired - voided - moved_out - taken_back = closing`."""

    kind: Literal["recognition"]
    account_id: str
    purchase_id: str
    lot_id: str | None
    lot_kind: str
    plan_id: str
    currency: str
    sold_at: Instant
    credits: int
    credits_used: int
    credits_left: int
    opening_minor: int
    sold_minor: int
    moved_in_minor: int
    used_minor: int
    expired_minor: int
    voided_minor: int
    moved_out_minor: int
    taken_back_minor: int
    closing_minor: int
    refunded_minor: int
    recognized_minor: int


class RollForwardLine(TypedDict):
    """All lots of a currency in the month, and what was charged and paid back, tax included."""

    kind: Literal["roll-forward"]
    currency: str
    opening_minor: int
    sold_minor: int
    moved_in_minor: int
    used_minor: int
    expired_minor: int
    voided_minor: int
    moved_out_minor: int
    taken_back_minor: int
    closing_minor: int
    refunded_minor: int
    recognized_minor: int
    charged_minor: int
    charged_tax_minor: int
    not_for_credits_minor: int
    money_back_minor: int
    money_back_tax_minor: int
    gateway_charged_minor: int | None
    charged_difference_minor: int | None
    gateway_money_back_minor: int | None
    money_back_difference_minor: int | None


class BalanceLine(TypedDict):
    """What moved the gateway's balance in the month, by the currency that it settles in and by its category of reporting.

    `of_purchases_minor`: of the gross, what belongs to purchases here; the rest is payouts, fees, and what others sold.
    """

    kind: Literal["balance"]
    currency: str
    category: str
    transactions: int
    gross_minor: int
    fee_minor: int
    net_minor: int
    of_purchases_minor: int


class DifferenceLine(TypedDict):
    """A payment that the books and the gateway's balance do not have alike in the month.

    `difference_minor`: the gateway's less the books'. `other_month`: with that month both come to the same.
    """

    kind: Literal["differences"]
    account_id: str | None
    purchase_id: str | None
    payment: str
    what: Literal["charged", "money_back"]
    currency: str
    booked_minor: int
    gateway_minor: int
    difference_minor: int
    reason: Literal["not_booked", "not_in_balance", "not_through_gateway", "dispute", "amount", "other_month"]
    other_month: str | None
    transactions: list[str]


class TaxReportLine(TypedDict):
    """A payment, or money of one that went back, which is negative.

    `invoice_number`: as it stands on the invoice; null for purchases that were settled before it was kept. `invoice`: the gateway's id.
    """

    kind: Literal["tax"]
    account_id: str
    purchase_id: str
    at: Instant
    type: Literal["sale", "refund"]
    item_kind: str
    country: str
    tax_name: str | None
    rate: DecimalText | None
    tax_id: str | None
    invoice_number: str | None
    invoice: str | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int


ReportLine = LiabilityLine | RecognitionLine | RollForwardLine | TaxReportLine | BalanceLine | DifferenceLine


class Report(TypedDict):
    """A page of a report. `as_of` is null before the first round over all accounts.

    `gateway_as_of`: up to when the gateway's balance was read for it; null before, and in reports that have nothing of the gateway.
    """

    report: Literal["liability", "recognition", "roll-forward", "tax", "balance", "differences"]
    month: str
    state: Literal["open", "closed"]
    as_of: Instant | None
    gateway_as_of: Instant | None
    lines: list[ReportLine]
    next_cursor: str | None
