"""The deployment's own account: a new release burns its credits before anybody else's (`api/http/release_check.py`).

Its entries are in the ledger and on its statement, and the audit looks at it like at every account. It is nobody's customer: what it
does is no event on the bus and in no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CANARY = "lotbook-canary"  # the account's id, and its policy's
PLAN = "canary"
BURNS = 1_000_000  # a month: more than a month has deployments

# Nothing is for sale under it.
POLICY: Mapping[str, Any] = {
    "policy_id": CANARY,
    "title": "The deployment's own account",
    "starting_plan_id": PLAN,
    "units": ["credits"],
    "burn_order": ["free", "promotional", "plan", "purchased"],
    "free_credits": BURNS,
    "currencies": {"default": "usd"},
    "payment": [{"label": "Nothing is sold", "gateway": "stripe"}],
    "taxes": [],
    "buyers": ["owner"],
    "payment_methods": ["card"],
    "consent": None,
    "refunds": {"refundable": "never"},
    "shortfall_pauses": False,
    "plans": [
        {"plan_id": PLAN, "title": "Canary", "level": 0, "interval": "none", "credits": 0, "top_up_allowed": False}
    ],
    "top_up": {
        "mode": "quantity",
        "min": 1,
        "max": None,
        "step": 1,
        "pricing": "fixed",
        "unit_prices": {"usd": "1.00"},
        "validity": {"rule": "after_purchase", "months": 12},
    },
    "plan_change": {
        "upgrade": {"plan_credits": "forfeit", "purchased_credits": "keep", "resets_cycle": True},
        "downgrade": {"when": "period_end", "plan_credits": "forfeit", "to_free_when": "period_end"},
        "cancellation": {"when": "period_end", "resumable": False},
        "renewal": {"grace_days": 7, "during_grace": "spend", "after_grace": "pause", "ends_after_days": 30},
    },
    "auto_top_up": None,
    "custom_payment": False,
    "checkout_ttl_minutes": 60,
    "recheck_after_minutes": 15,
    "alerts": {},
    "support": None,
    "advice": {"steady_use_percent": 80, "steady_periods": 3, "occasional_periods": 2, "bridge_days": 7},
}


def is_counted(account_id: str) -> bool:
    """Whether what the account does is told and counted."""
    return account_id != CANARY


def is_reserved(account_id: str, policy_id: str) -> bool:
    """Whether a customer would get the deployment's account, or its account a customer's policy."""
    return (account_id == CANARY) != (policy_id == CANARY)
