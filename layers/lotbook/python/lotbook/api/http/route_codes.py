"""The refusals of calls that order, change a plan, or switch automatic purchase, by their codes. For `routes.py`."""

from __future__ import annotations

ORDER_CODES = ("quantity_not_allowed", "amount_not_chargeable", "unknown_pack", "unknown_plan", "already_on_plan")
PURCHASE_CODES = (
    "consent_required",
    "contact_only",
    "account_paused",
    "account_closed",
    "plan_not_eligible",
    "currency_not_sold",
    "plan_purchase_not_available",
    "plan_change_pending",
    "purchase_abandoned",
    "conflict",
)

PLAN_CODES = (
    "unknown_plan",
    "contact_only",
    "plan_not_eligible",
    "plan_purchase_not_available",
    "currency_not_sold",
    "amount_not_chargeable",
    "account_closed",
    "consent_required",
    "payment_failed",
    "checkout_required",
    "plan_change_pending",
    "nothing_to_resume",
    "conflict",
)

AUTO_CODES = (
    "account_closed",
    "plan_not_eligible",
    "payment_method_required",
    "payment_method_not_found",
    "amount_not_chargeable",
)
