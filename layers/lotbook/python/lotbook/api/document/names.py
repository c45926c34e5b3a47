"""How generated clients call each route, and the subject that they file it under. Tests hold it beside `routes.CONTRACT`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lotbook.api.http.routes import ACCOUNT, ENDPOINT

POLICIES, ACCOUNTS, STATEMENT, BURNING = "policies", "accounts", "statement", "burning"
BUYING, PURCHASES, BILLING, GATEWAY, DOCUMENT = "buying", "purchases", "billing", "gateway", "document"
PORTAL, ENDPOINTS, REPORTS = "portal", "endpoints", "reports"
# Subjects in the document's order, each with what it is about.
SUBJECTS: Mapping[str, str] = {
    POLICIES: "The rules under which credits are sold, as versions that never change.",
    ACCOUNTS: "Who has credits.",
    STATEMENT: "What an account has, every entry that explains it, and credits that are given.",
    BURNING: "Using credits: at once, many at a time, or set aside first.",
    BUYING: "What is for sale, what it costs, ordering it, and changing or leaving a plan.",
    PURCHASES: "What was bought: rows, invoices, evidence, money back.",
    BILLING: "To whom invoices are made out, and the cards on file.",
    PORTAL: "The page on which a person sees the account's credits, buys, and changes plans and cards.",
    ENDPOINTS: "Events to your own endpoints, as signed calls.",
    REPORTS: "What finance books: what is owed, earned and rolled forward in a month, and its taxes.",
    GATEWAY: "What the payment gateway calls.",
    DOCUMENT: "The description of all this.",
}


class Name(NamedTuple):
    """The function in a generated client, and its subject."""

    operation: str
    subject: str


NAMES: Mapping[str, Name] = {
    "GET /v1/openapi.json": Name("read_openapi", DOCUMENT),
    "GET /v1/policy-schema.json": Name("read_policy_schema", POLICIES),
    "PUT /v1/policies/{policy_id}": Name("publish_policy", POLICIES),
    "GET /v1/policies": Name("list_policies", POLICIES),
    "GET /v1/policies/{policy_id}": Name("read_policy", POLICIES),
    "GET /v1/policies/{policy_id}/versions": Name("list_policy_versions", POLICIES),
    "POST /v1/accounts": Name("open_account", ACCOUNTS),
    "GET /v1/accounts": Name("list_accounts", ACCOUNTS),
    f"GET {ACCOUNT}": Name("read_account", ACCOUNTS),
    f"PATCH {ACCOUNT}": Name("change_account", ACCOUNTS),
    f"POST {ACCOUNT}/close": Name("close_account", ACCOUNTS),
    f"POST {ACCOUNT}/erase": Name("erase_account", ACCOUNTS),
    f"GET {ACCOUNT}/balance": Name("read_balance", STATEMENT),
    f"GET {ACCOUNT}/entries": Name("list_entries", STATEMENT),
    f"GET {ACCOUNT}/entries/export": Name("export_entries", STATEMENT),
    f"POST {ACCOUNT}/grants": Name("grant_credits", STATEMENT),
    f"POST {ACCOUNT}/check": Name("check_credits", BURNING),
    f"POST {ACCOUNT}/consume": Name("consume_credits", BURNING),
    f"POST {ACCOUNT}/consume/batch": Name("consume_batch", BURNING),
    f"POST {ACCOUNT}/holds": Name("hold_credits", BURNING),
    f"POST {ACCOUNT}/holds/{{hold_id}}/capture": Name("capture_hold", BURNING),
    f"POST {ACCOUNT}/holds/{{hold_id}}/release": Name("release_hold", BURNING),
    f"GET {ACCOUNT}/holds": Name("list_holds", BURNING),
    f"GET {ACCOUNT}/holds/{{hold_id}}": Name("read_hold", BURNING),
    f"GET {ACCOUNT}/lots/{{lot_id}}": Name("read_lot", STATEMENT),
    f"POST {ACCOUNT}/lots/{{lot_id}}/void": Name("void_lot", STATEMENT),
    f"GET {ACCOUNT}/entries/{{entry_id}}": Name("read_entry", STATEMENT),
    f"GET {ACCOUNT}/offers": Name("read_offers", BUYING),
    f"POST {ACCOUNT}/quotes": Name("quote_item", BUYING),
    f"POST {ACCOUNT}/purchases": Name("create_purchase", BUYING),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck": Name("recheck_purchase", BUYING),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/abandon": Name("abandon_purchase", BUYING),
    f"GET {ACCOUNT}/purchases": Name("list_purchases", PURCHASES),
    f"GET {ACCOUNT}/purchases/export": Name("export_purchases", PURCHASES),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}": Name("read_purchase", PURCHASES),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}/invoice": Name("read_invoice", PURCHASES),
    f"GET {ACCOUNT}/purchases/{{purchase_id}}/evidence": Name("read_evidence", PURCHASES),
    f"POST {ACCOUNT}/purchases/{{purchase_id}}/refund": Name("refund_purchase", PURCHASES),
    f"POST {ACCOUNT}/plan": Name("change_plan", BUYING),
    f"POST {ACCOUNT}/plan/cancel": Name("cancel_plan", BUYING),
    f"POST {ACCOUNT}/plan/resume": Name("resume_plan", BUYING),
    f"GET {ACCOUNT}/auto-top-up": Name("read_auto_top_up", BUYING),
    f"PUT {ACCOUNT}/auto-top-up": Name("switch_auto_top_up", BUYING),
    f"GET {ACCOUNT}/auto-top-up/history": Name("list_auto_top_up_events", BUYING),
    f"GET {ACCOUNT}/billing-details": Name("read_billing_details", BILLING),
    f"PUT {ACCOUNT}/billing-details": Name("fill_in_billing_details", BILLING),
    f"GET {ACCOUNT}/payment-methods": Name("list_payment_methods", BILLING),
    f"POST {ACCOUNT}/payment-methods/setup": Name("set_up_payment_method", BILLING),
    f"PUT {ACCOUNT}/payment-methods/default": Name("choose_payment_method", BILLING),
    f"DELETE {ACCOUNT}/payment-methods/{{payment_method}}": Name("remove_payment_method", BILLING),
    f"POST {ACCOUNT}/portal-sessions": Name("make_portal_link", PORTAL),
    f"POST {ACCOUNT}/portal-sessions/revoke": Name("revoke_portal_sessions", PORTAL),
    "POST /v1/endpoints": Name("make_endpoint", ENDPOINTS),
    "GET /v1/endpoints": Name("list_endpoints", ENDPOINTS),
    f"GET {ENDPOINT}": Name("read_endpoint", ENDPOINTS),
    f"PATCH {ENDPOINT}": Name("change_endpoint", ENDPOINTS),
    f"DELETE {ENDPOINT}": Name("delete_endpoint", ENDPOINTS),
    f"POST {ENDPOINT}/rotate": Name("rotate_endpoint_secret", ENDPOINTS),
    f"GET {ENDPOINT}/deliveries": Name("list_endpoint_deliveries", ENDPOINTS),
    f"POST {ENDPOINT}/deliveries/{{delivery_id}}/again": Name("send_delivery_again", ENDPOINTS),
    "GET /v1/reports/{report}": Name("read_report", REPORTS),
    "POST /v1/webhooks/stripe": Name("receive_stripe_event", GATEWAY),
}
