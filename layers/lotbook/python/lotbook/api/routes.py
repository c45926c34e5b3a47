"""The contract's routes as one table: who may call what, with which body, and what comes back.

Functions bind handlers to these keys, `template.yaml` names the same keys, and `openapi.py` renders them: tests compare the
three. The keys are API Gateway's own `routeKey`, so nothing matches paths on Lambda. Standard library only: consume reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lotbook.domain.access import Scope


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the contract. `body` names a model of `schemas.py`, `answers` name shapes of `shapes.py`.

    `signed`: the function verifies the body itself, as the bytes that came, whatever their number.
    `members`: whether a member token may call it at all (role and plan are the policy's business, asked by the use case).
    `scopes`: a service key needs one of them. `codes`: refusals beyond those that every route of its kind has.
    """

    summary: str
    function: str
    answers: Mapping[int, str]
    members: bool = False
    scopes: frozenset[Scope] = frozenset()
    any_token: bool = False
    public: bool = False
    signed: bool = False
    keyed: bool = False
    body: str | None = None
    query: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


ACCOUNT = "/v1/accounts/{account_id}"
READ: frozenset[Scope] = frozenset({"read"})
SELL: frozenset[Scope] = frozenset({"purchases:write"})
BURN: frozenset[Scope] = frozenset({"credits:consume"})
GRANT: frozenset[Scope] = frozenset({"credits:grant"})
OPEN: frozenset[Scope] = frozenset({"accounts:write"})
PUBLISH: frozenset[Scope] = frozenset({"policies:write"})

ORDER_CODES = ("quantity_not_allowed", "amount_not_chargeable", "unknown_pack", "unknown_plan", "already_on_plan")
PURCHASE_CODES = (
    "consent_required",
    "contact_only",
    "account_paused",
    "purchase_abandoned",
    "conflict",
    "unavailable",
)

CONTRACT: dict[str, Route] = {
    "GET /v1/openapi.json": Route("This document", "account", {200: "OpenApi"}, public=True),
    "PUT /v1/policies/{policy_id}": Route(
        "Publish the next version of a policy",
        "account",
        {201: "PolicyVersion"},
        scopes=PUBLISH,
        body="PolicyDocument",
        codes=("conflict",),
    ),
    "GET /v1/policies/{policy_id}": Route(
        "Read a policy",
        "account",
        {200: "PolicyDocument"},
        any_token=True,
        query=("version",),
        codes=("policy_not_found",),
    ),
    "POST /v1/accounts": Route(
        "Open an account",
        "account",
        {201: "Account", 200: "Account"},
        scopes=OPEN,
        body="AccountBody",
        codes=("account_exists", "policy_not_found", "unknown_plan"),
    ),
    f"GET {ACCOUNT}": Route("Read an account", "account", {200: "Account"}, members=True, scopes=READ),
    f"GET {ACCOUNT}/balance": Route(
        "Read the balance of one unit", "account", {200: "Balance"}, members=True, scopes=READ, query=("unit",)
    ),
    f"GET {ACCOUNT}/entries": Route(
        "Read the statement of one unit, newest first",
        "account",
        {200: "Entries"},
        members=True,
        scopes=READ,
        query=("unit", "limit", "cursor"),
    ),
    f"POST {ACCOUNT}/grants": Route(
        "Grant promotional credits",
        "account",
        {201: "Granted"},
        scopes=GRANT,
        keyed=True,
        body="GrantBody",
        codes=("account_closed", "conflict"),
    ),
    f"POST {ACCOUNT}/consume": Route(
        "Burn credits",
        "consume",
        {200: "Consumed"},
        scopes=BURN,
        keyed=True,
        body="ConsumeBody",
        codes=("insufficient_credits", "top_up_pending", "account_paused", "account_closed", "unavailable"),
    ),
    f"GET {ACCOUNT}/offers": Route("What this account may buy", "purchase", {200: "Offers"}, members=True, scopes=READ),
    f"POST {ACCOUNT}/quotes": Route(
        "The order summary of an item, without effect",
        "purchase",
        {200: "Quote"},
        members=True,
        scopes=SELL,
        body="QuoteBody",
        codes=ORDER_CODES,
    ),
    f"POST {ACCOUNT}/purchases": Route(
        "Order an item and open its checkout",
        "purchase",
        {201: "Ordered"},
        members=True,
        scopes=SELL,
        keyed=True,
        body="PurchaseBody",
        codes=ORDER_CODES + PURCHASE_CODES,
    ),
    f"GET {ACCOUNT}/purchases": Route(
        "List purchases, newest first",
        "purchase",
        {200: "Purchases"},
        members=True,
        scopes=READ,
        query=("limit", "cursor"),
    ),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}": Route(
        "Read a purchase",
        "purchase",
        {200: "Purchase"},
        members=True,
        scopes=READ,
        codes=("purchase_not_found",),
    ),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck": Route(
        "Ask the gateway again and settle what it says",
        "recheck",
        {200: "Purchase"},
        members=True,
        scopes=SELL,
        codes=("purchase_not_found", "unavailable"),
    ),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/abandon": Route(
        "The buyer closed the window: end the checkout",
        "purchase",
        {200: "Purchase"},
        members=True,
        scopes=SELL,
        codes=("purchase_not_found", "unavailable"),
    ),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}/invoice": Route(
        "The gateway's invoice of a purchase",
        "purchase",
        {200: "Invoice"},
        members=True,
        scopes=READ,
        codes=("purchase_not_found", "invoice_not_ready", "unavailable"),
    ),
    "POST /v1/webhooks/stripe": Route(
        "Events of the payment gateway, signed by it",
        "webhook",
        {200: "Received"},
        public=True,
        codes=("bad_signature", "malformed_event"),
    ),
}
        signed=True,
