"""Which call of the API does what a request of the billing page does: what a program would send instead."""

from __future__ import annotations

import re

ACCOUNT = "/v1/accounts/{account_id}"
PURCHASE = f"{ACCOUNT}/purchases/{{purchase_id}}"
SAME: tuple[tuple[str, str], ...] = (
    ("GET /portal/", f"GET {ACCOUNT}/balance"),
    ("GET /portal/buy", f"POST {ACCOUNT}/quotes"),
    ("POST /portal/buy", f"POST {ACCOUNT}/purchases"),
    ("GET /portal/purchases/*", f"GET {PURCHASE}"),
    ("GET /portal/purchases/*/returned", f"POST {PURCHASE}/recheck"),
    ("GET /portal/purchases/*/left", f"POST {PURCHASE}/abandon"),
    ("GET /portal/purchases/*/invoice", f"GET {PURCHASE}/invoice"),
    ("POST /portal/purchases/*/recheck", f"POST {PURCHASE}/recheck"),
    ("GET /portal/plans", f"GET {ACCOUNT}/offers"),
    ("GET /portal/plan/change", f"POST {ACCOUNT}/quotes"),
    ("POST /portal/plan/change", f"POST {ACCOUNT}/plan"),
    ("POST /portal/plan/cancel", f"POST {ACCOUNT}/plan/cancel"),
    ("POST /portal/plan/resume", f"POST {ACCOUNT}/plan/resume"),
    ("GET /portal/transactions", f"GET {ACCOUNT}/purchases"),
    ("GET /portal/transactions/export", f"GET {ACCOUNT}/purchases/export"),
    ("GET /portal/statement", f"GET {ACCOUNT}/entries"),
    ("GET /portal/statement/export", f"GET {ACCOUNT}/entries/export"),
    ("GET /portal/automatic-purchase", f"GET {ACCOUNT}/auto-top-up"),
    ("POST /portal/automatic-purchase", f"PUT {ACCOUNT}/auto-top-up"),
    ("GET /portal/cards", f"GET {ACCOUNT}/payment-methods"),
    ("POST /portal/cards", f"POST {ACCOUNT}/payment-methods/setup"),
    ("POST /portal/cards/default", f"PUT {ACCOUNT}/payment-methods/default"),
    ("POST /portal/cards/remove", f"DELETE {ACCOUNT}/payment-methods/{{payment_method}}"),
    ("GET /portal/billing-details", f"GET {ACCOUNT}/billing-details"),
    ("POST /portal/billing-details", f"PUT {ACCOUNT}/billing-details"),
)
_KNOWN = tuple((re.compile(re.escape(page).replace(r"\*", "[^/]+")), call) for page, call in SAME)


def same_in_api(method: str, path: str) -> str | None:
    """A sentence about it; None for what only the billing page has."""
    found = next((call for page, call in _KNOWN if page.fullmatch(f"{method} {path}")), None)
    return f"Through the API it is {found}." if found else None
