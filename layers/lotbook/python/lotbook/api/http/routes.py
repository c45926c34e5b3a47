"""The contract's routes as one table: who may call what, with which body, and what comes back.

Functions bind handlers to these keys, `template.yaml` names the same keys, and `openapi.py` renders them: tests compare the
three. The keys are API Gateway's own `routeKey`, so nothing matches paths on Lambda. Standard library only: consume reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lotbook.api.http.route_codes import AUTO_CODES, ORDER_CODES, PLAN_CODES, PURCHASE_CODES
from lotbook.domain.values.access import Scope


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the contract. `body` names a model of `schemas.py`, `answers` name shapes of `shapes.py`.

    `body_optional`: no body at all is an empty one.
    `signed`: the function verifies the body itself, as the bytes that came, whatever their number.
    `members`: whether a member token may call it at all (role and plan are the policy's business, asked by the use case).
    `buyers`: of the members, those only whose role is one of the policy's buyers; the use case asks, this is what it asks.
    `scopes`: a service key needs one of them. `codes`: refusals beyond those that every route of its kind has.
    """

    summary: str
    function: str
    answers: Mapping[int, str]
    members: bool = False
    buyers: bool = False
    scopes: frozenset[Scope] = frozenset()
    any_token: bool = False
    public: bool = False
    signed: bool = False
    keyed: bool = False
    body: str | None = None
    body_optional: bool = False
    query: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


ACCOUNT = "/v1/accounts/{account_id}"
READ: frozenset[Scope] = frozenset({"read"})
INVITE: frozenset[Scope] = frozenset({"portal:write"})
SELL: frozenset[Scope] = frozenset({"purchases:write"})
BURN: frozenset[Scope] = frozenset({"credits:consume"})
GRANT: frozenset[Scope] = frozenset({"credits:grant"})
OPEN: frozenset[Scope] = frozenset({"accounts:write"})
PUBLISH: frozenset[Scope] = frozenset({"policies:write"})

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
        codes=("account_exists", "unknown_plan"),
    ),
    "GET /v1/accounts": Route(
        "Accounts, newest first; filters are exact, and a page may be short and not the last",
        "account",
        {200: "Accounts"},
        scopes=READ,
        query=("email", "external_id", "policy_id", "plan_id", "state", "limit", "cursor"),
    ),
    f"GET {ACCOUNT}": Route("Read an account", "account", {200: "Account"}, members=True, scopes=READ),
    f"PATCH {ACCOUNT}": Route(
        "Change an account: its address and names, time zone, mails, and the plan that was agreed on",
        "account",
        {200: "Account"},
        scopes=OPEN,
        body="AccountPatchBody",
        codes=("account_closed", "external_id_taken", "unknown_plan", "plan_not_eligible"),
    ),
    f"POST {ACCOUNT}/close": Route(
        "Close an account for good: nothing is burned, bought or charged any more; closed already, nothing changes",
        "plan",
        {200: "Account"},
        scopes=OPEN,
        body="CloseBody",
    ),
    f"POST {ACCOUNT}/erase": Route(
        "Take everything that names a person out of a closed account: begun here, done by the schedule",
        "plan",
        {202: "Account"},
        scopes=OPEN,
        codes=("account_not_closed",),
    ),
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
    f"GET {ACCOUNT}/entries/export": Route(
        "The statement of one unit as CSV, newest first, at most a thousand lines a call",
        "account",
        {200: "Csv"},
        members=True,
        scopes=READ,
        query=("unit", "cursor"),
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
        codes=("insufficient_credits", "top_up_pending", "account_paused", "account_closed"),
    ),
    f"POST {ACCOUNT}/consume/batch": Route(
        "Burn many items in order, each by its own key",
        "consume",
        {200: "ConsumedBatch"},
        scopes=BURN,
        body="ConsumeBatchBody",
        codes=("account_paused", "account_closed"),
    ),
    f"POST {ACCOUNT}/holds": Route(
        "Set credits aside",
        "consume",
        {201: "Held"},
        scopes=BURN,
        keyed=True,
        body="HoldBody",
        codes=("insufficient_credits", "top_up_pending", "account_paused", "account_closed", "too_many_holds"),
    ),
    f"POST {ACCOUNT}/holds/{{hold_id}}/capture": Route(
        "Burn some of a hold and give the rest back",
        "consume",
        {200: "Resolved"},
        scopes=BURN,
        keyed=True,
        body="CaptureBody",
        codes=("hold_not_found", "hold_closed"),
    ),
    f"POST {ACCOUNT}/holds/{{hold_id}}/release": Route(
        "Give a hold back",
        "consume",
        {200: "Resolved"},
        scopes=BURN,
        keyed=True,
        codes=("hold_not_found", "hold_closed"),
    ),
    f"GET {ACCOUNT}/offers": Route(
        "What this account may buy, with advice from its own usage and from what it plans",
        "purchase",
        {200: "Offers"},
        members=True,
        scopes=READ,
        query=("planned", "planned_periods"),
    ),
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
        buyers=True,
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
        query=("limit", "cursor", "state", "kind", "from", "to"),
    ),
    f"GET {ACCOUNT}/purchases/export": Route(
        "Purchases as CSV, newest first, at most a thousand a call",
        "purchase",
        {200: "Csv"},
        members=True,
        scopes=READ,
        query=("cursor", "state", "kind", "from", "to"),
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
        buyers=True,
        scopes=SELL,
        codes=("purchase_not_found",),
    ),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/abandon": Route(
        "The buyer closed the window: end the checkout",
        "purchase",
        {200: "Purchase"},
        members=True,
        buyers=True,
        scopes=SELL,
        codes=("purchase_not_found",),
    ),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/refund": Route(
        "Pay the unused credits of a purchase back, where its policy allows it",
        "purchase",
        {201: "Refunded"},
        members=True,
        buyers=True,
        scopes=SELL,
        keyed=True,
        codes=("purchase_not_found", "not_refundable", "account_closed"),
    ),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}/invoice": Route(
        "The gateway's invoice of a purchase",
        "purchase",
        {200: "Invoice"},
        members=True,
        scopes=READ,
        codes=("purchase_not_found", "invoice_not_ready"),
    ),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}/evidence": Route(
        "What answers a chargeback: consent, order, delivery, and the use of exactly these credits",
        "purchase",
        {200: "Evidence"},
        members=True,
        buyers=True,
        scopes=READ,
        query=("cursor",),
        codes=("purchase_not_found",),
    ),
    f"POST {ACCOUNT}/plan": Route(
        "Change the plan, by the policy's rule now or at the period's end; charged to the default card",
        "plan",
        {200: "PlanChanged"},
        members=True,
        buyers=True,
        keyed=True,
        body="PlanBody",
        codes=PLAN_CODES,
    ),
    f"POST {ACCOUNT}/plan/cancel": Route(
        "Cancel the plan by the policy's rule; cancelled already, nothing changes",
        "plan",
        {200: "Account"},
        members=True,
        buyers=True,
        codes=("nothing_to_cancel",),
    ),
    f"POST {ACCOUNT}/plan/resume": Route(
        "Go on with the plan after all: take a cancellation or a change that waits back",
        "plan",
        {200: "Account"},
        members=True,
        buyers=True,
        codes=("nothing_to_resume",),
    ),
    f"GET {ACCOUNT}/auto-top-up": Route(
        "Automatic purchase: its switch, what the next one costs, what the credit period has used",
        "plan",
        {200: "AutoTopUp"},
        members=True,
        scopes=READ,
    ),
    f"PUT {ACCOUNT}/auto-top-up": Route(
        "Switch automatic purchase on or off; a charge that is under way completes, none follows",
        "plan",
        {200: "AutoTopUp"},
        members=True,
        buyers=True,
        body="AutoTopUpBody",
        codes=AUTO_CODES,
    ),
    f"GET {ACCOUNT}/auto-top-up/history": Route(
        "What was bought automatically, and what was not and why, newest first",
        "plan",
        {200: "AutoTopUpHistory"},
        members=True,
        scopes=READ,
        query=("limit", "cursor"),
    ),
    f"GET {ACCOUNT}/billing-details": Route(
        "To whom invoices are made out",
        "purchase",
        {200: "BillingDetails"},
        members=True,
        scopes=READ,
        codes=("billing_details_not_found",),
    ),
    f"PUT {ACCOUNT}/billing-details": Route(
        "Fill in to whom invoices are made out; those made before keep theirs",
        "purchase",
        {200: "BillingDetails"},
        members=True,
        buyers=True,
        body="BillingBody",
        codes=("account_closed",),
    ),
    f"GET {ACCOUNT}/payment-methods": Route(
        "The cards on file",
        "purchase",
        {200: "PaymentMethods"},
        members=True,
        scopes=READ,
    ),
    f"POST {ACCOUNT}/payment-methods/setup": Route(
        "Open the gateway's page on which a card is added; it becomes the default",
        "purchase",
        {201: "SetupStarted"},
        members=True,
        buyers=True,
        body="SetupBody",
        body_optional=True,
        codes=("account_closed",),
    ),
    f"PUT {ACCOUNT}/payment-methods/default": Route(
        "Make a card the default; another than the one that failed lifts that pause",
        "purchase",
        {200: "PaymentMethods"},
        members=True,
        buyers=True,
        body="DefaultCardBody",
        codes=("payment_method_not_found",),
    ),
    f"DELETE {ACCOUNT}/payment-methods/{{payment_method}}": Route(
        "Take a card off file; where it was the default, the newest of the others that has not expired is the next",
        "purchase",
        {200: "PaymentMethods"},
        members=True,
        buyers=True,
        codes=("payment_method_not_found",),
    ),
    f"POST {ACCOUNT}/portal-sessions": Route(
        "A link to the account's billing page, for one person with one role",
        "portal",
        {201: "PortalLink"},
        scopes=INVITE,
        body="PortalSessionBody",
        codes=("account_closed",),
    ),
    f"POST {ACCOUNT}/portal-sessions/revoke": Route(
        "End every session of the account's billing page, and every link that was not opened yet",
        "portal",
        {200: "PortalRevoked"},
        scopes=INVITE,
    ),
    "POST /v1/webhooks/stripe": Route(
        "Events of the payment gateway, signed by it",
        "webhook",
        {200: "Received"},
        public=True,
        signed=True,
        codes=("bad_signature", "malformed_event"),
    ),
}
