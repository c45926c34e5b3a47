"""The addresses of the billing page. A page is not a call of the API: it has no token, no problem document, and no OpenAPI.

`template.yaml` names the same keys, `functions/portal` binds them: tests compare the three.
"""

from __future__ import annotations

ROOT = "/portal"
ENTER = f"GET {ROOT}/enter"
STATIC = f"GET {ROOT}/static/{{file}}"
PURCHASE = f"{ROOT}/purchases/{{purchase_id}}"
OPEN_TO_ALL = frozenset({ENTER, STATIC})  # every other one needs a session

PAGES: tuple[str, ...] = (
    ENTER,
    STATIC,
    f"GET {ROOT}/",
    f"POST {ROOT}/leave",
    f"GET {ROOT}/buy",
    f"POST {ROOT}/buy",
    f"GET {PURCHASE}",
    f"GET {PURCHASE}/returned",
    f"GET {PURCHASE}/left",
    f"GET {PURCHASE}/invoice",
    f"POST {PURCHASE}/recheck",
    f"GET {ROOT}/plans",
    f"GET {ROOT}/plan/change",
    f"POST {ROOT}/plan/change",
    f"GET {ROOT}/plan/cancel",
    f"POST {ROOT}/plan/cancel",
    f"POST {ROOT}/plan/resume",
    f"GET {ROOT}/transactions",
    f"GET {ROOT}/transactions/export",
    f"GET {ROOT}/statement",
    f"GET {ROOT}/statement/export",
    f"GET {ROOT}/automatic-purchase",
    f"POST {ROOT}/automatic-purchase",
    f"GET {ROOT}/cards",
    f"POST {ROOT}/cards",
    f"POST {ROOT}/cards/default",
    f"POST {ROOT}/cards/remove",
    f"GET {ROOT}/billing-details",
    f"POST {ROOT}/billing-details",
)
