"""Every call of the API: where it goes, and how its answer is read.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from typing import Any

from lotbook_client import bodies, models
from lotbook_client.calls import CsvPage, Listing, Operation, as_sent, csv, model

READ_POLICY_SCHEMA = Operation[dict[str, Any]](
    "read_policy_schema",
    "GET",
    "/v1/policy-schema.json",
    as_sent,
)
PUBLISH_POLICY = Operation[models.PolicyVersion](
    "publish_policy",
    "PUT",
    "/v1/policies/{policy_id}",
    model(models.PolicyVersion),
)
PUBLISH_POLICY_DRY_RUN = Operation[models.PolicyDryRun](
    "publish_policy_dry_run",
    "PUT",
    "/v1/policies/{policy_id}",
    model(models.PolicyDryRun),
    always={"dry_run": "true"},
)
READ_POLICY = Operation[bodies.PolicyDocument](
    "read_policy",
    "GET",
    "/v1/policies/{policy_id}",
    as_sent,
)
LIST_POLICIES = Listing[models.Policies, models.ListedPolicy](
    "list_policies",
    "GET",
    "/v1/policies",
    model(models.Policies),
    items=lambda page: page.policies,
)
LIST_POLICY_VERSIONS = Listing[models.PolicyVersions, models.ListedVersion](
    "list_policy_versions",
    "GET",
    "/v1/policies/{policy_id}/versions",
    model(models.PolicyVersions),
    items=lambda page: page.versions,
)
OPEN_ACCOUNT = Operation[models.Account](
    "open_account",
    "POST",
    "/v1/accounts",
    model(models.Account),
)
LIST_ACCOUNTS = Listing[models.Accounts, models.Account](
    "list_accounts",
    "GET",
    "/v1/accounts",
    model(models.Accounts),
    items=lambda page: page.accounts,
)
READ_ACCOUNT = Operation[models.Account](
    "read_account",
    "GET",
    "/v1/accounts/{account_id}",
    model(models.Account),
)
CHANGE_ACCOUNT = Operation[models.Account](
    "change_account",
    "PATCH",
    "/v1/accounts/{account_id}",
    model(models.Account),
)
CLOSE_ACCOUNT = Operation[models.Account](
    "close_account",
    "POST",
    "/v1/accounts/{account_id}/close",
    model(models.Account),
)
ERASE_ACCOUNT = Operation[models.Account](
    "erase_account",
    "POST",
    "/v1/accounts/{account_id}/erase",
    model(models.Account),
)
READ_BALANCE = Operation[models.Balance](
    "read_balance",
    "GET",
    "/v1/accounts/{account_id}/balance",
    model(models.Balance),
)
LIST_ENTRIES = Listing[models.Entries, models.Entry](
    "list_entries",
    "GET",
    "/v1/accounts/{account_id}/entries",
    model(models.Entries),
    items=lambda page: page.entries,
)
EXPORT_ENTRIES = Listing[CsvPage, str](
    "export_entries",
    "GET",
    "/v1/accounts/{account_id}/entries/export",
    csv,
    items=lambda page: page.texts,
    accept="text/csv",
)
GRANT_CREDITS = Operation[models.Granted](
    "grant_credits",
    "POST",
    "/v1/accounts/{account_id}/grants",
    model(models.Granted),
    keyed=True,
)
READ_LOT = Operation[models.OneLot](
    "read_lot",
    "GET",
    "/v1/accounts/{account_id}/lots/{lot_id}",
    model(models.OneLot),
)
VOID_LOT = Operation[models.Voided](
    "void_lot",
    "POST",
    "/v1/accounts/{account_id}/lots/{lot_id}/void",
    model(models.Voided),
    keyed=True,
)
READ_ENTRY = Operation[models.Entry](
    "read_entry",
    "GET",
    "/v1/accounts/{account_id}/entries/{entry_id}",
    model(models.Entry),
)
CHECK_CREDITS = Operation[models.Checked](
    "check_credits",
    "POST",
    "/v1/accounts/{account_id}/check",
    model(models.Checked),
)
CONSUME_CREDITS = Operation[models.Consumed](
    "consume_credits",
    "POST",
    "/v1/accounts/{account_id}/consume",
    model(models.Consumed),
    keyed=True,
)
CONSUME_BATCH = Operation[models.ConsumedBatch](
    "consume_batch",
    "POST",
    "/v1/accounts/{account_id}/consume/batch",
    model(models.ConsumedBatch),
    may_be_keyed=True,
)
HOLD_CREDITS = Operation[models.Held](
    "hold_credits",
    "POST",
    "/v1/accounts/{account_id}/holds",
    model(models.Held),
    keyed=True,
)
LIST_HOLDS = Listing[models.Holds, models.OneHold](
    "list_holds",
    "GET",
    "/v1/accounts/{account_id}/holds",
    model(models.Holds),
    items=lambda page: page.holds,
)
CAPTURE_HOLD = Operation[models.Resolved](
    "capture_hold",
    "POST",
    "/v1/accounts/{account_id}/holds/{hold_id}/capture",
    model(models.Resolved),
    keyed=True,
)
RELEASE_HOLD = Operation[models.Resolved](
    "release_hold",
    "POST",
    "/v1/accounts/{account_id}/holds/{hold_id}/release",
    model(models.Resolved),
    keyed=True,
)
READ_HOLD = Operation[models.OneHold](
    "read_hold",
    "GET",
    "/v1/accounts/{account_id}/holds/{hold_id}",
    model(models.OneHold),
)
READ_OFFERS = Operation[models.Offers](
    "read_offers",
    "GET",
    "/v1/accounts/{account_id}/offers",
    model(models.Offers),
)
QUOTE_ITEM = Operation[models.Quote](
    "quote_item",
    "POST",
    "/v1/accounts/{account_id}/quotes",
    model(models.Quote),
)
CREATE_PURCHASE = Operation[models.Ordered](
    "create_purchase",
    "POST",
    "/v1/accounts/{account_id}/purchases",
    model(models.Ordered),
    keyed=True,
)
RECHECK_PURCHASE = Operation[models.Purchase](
    "recheck_purchase",
    "POST",
    "/v1/accounts/{account_id}/purchases/{purchase_id}/recheck",
    model(models.Purchase),
)
ABANDON_PURCHASE = Operation[models.Purchase](
    "abandon_purchase",
    "POST",
    "/v1/accounts/{account_id}/purchases/{purchase_id}/abandon",
    model(models.Purchase),
)
CHANGE_PLAN = Operation[models.PlanChanged](
    "change_plan",
    "POST",
    "/v1/accounts/{account_id}/plan",
    model(models.PlanChanged),
    keyed=True,
)
CANCEL_PLAN = Operation[models.Account](
    "cancel_plan",
    "POST",
    "/v1/accounts/{account_id}/plan/cancel",
    model(models.Account),
    repeatable=False,
)
RESUME_PLAN = Operation[models.Account](
    "resume_plan",
    "POST",
    "/v1/accounts/{account_id}/plan/resume",
    model(models.Account),
    repeatable=False,
)
READ_AUTO_TOP_UP = Operation[models.AutoTopUp](
    "read_auto_top_up",
    "GET",
    "/v1/accounts/{account_id}/auto-top-up",
    model(models.AutoTopUp),
)
SWITCH_AUTO_TOP_UP = Operation[models.AutoTopUp](
    "switch_auto_top_up",
    "PUT",
    "/v1/accounts/{account_id}/auto-top-up",
    model(models.AutoTopUp),
)
LIST_AUTO_TOP_UP_EVENTS = Listing[models.AutoTopUpHistory, models.AutoEvent](
    "list_auto_top_up_events",
    "GET",
    "/v1/accounts/{account_id}/auto-top-up/history",
    model(models.AutoTopUpHistory),
    items=lambda page: page.events,
)
LIST_PURCHASES = Listing[models.Purchases, models.Purchase](
    "list_purchases",
    "GET",
    "/v1/accounts/{account_id}/purchases",
    model(models.Purchases),
    items=lambda page: page.purchases,
)
EXPORT_PURCHASES = Listing[CsvPage, str](
    "export_purchases",
    "GET",
    "/v1/accounts/{account_id}/purchases/export",
    csv,
    items=lambda page: page.texts,
    accept="text/csv",
)
READ_PURCHASE = Operation[models.Purchase](
    "read_purchase",
    "GET",
    "/v1/accounts/{account_id}/purchases/{purchase_id}",
    model(models.Purchase),
)
REFUND_PURCHASE = Operation[models.Refunded](
    "refund_purchase",
    "POST",
    "/v1/accounts/{account_id}/purchases/{purchase_id}/refund",
    model(models.Refunded),
    keyed=True,
)
READ_INVOICE = Operation[models.Invoice](
    "read_invoice",
    "GET",
    "/v1/accounts/{account_id}/purchases/{purchase_id}/invoice",
    model(models.Invoice),
)
READ_EVIDENCE = Operation[models.Evidence](
    "read_evidence",
    "GET",
    "/v1/accounts/{account_id}/purchases/{purchase_id}/evidence",
    model(models.Evidence),
)
READ_BILLING_DETAILS = Operation[models.BillingDetails](
    "read_billing_details",
    "GET",
    "/v1/accounts/{account_id}/billing-details",
    model(models.BillingDetails),
)
FILL_IN_BILLING_DETAILS = Operation[models.BillingDetails](
    "fill_in_billing_details",
    "PUT",
    "/v1/accounts/{account_id}/billing-details",
    model(models.BillingDetails),
)
LIST_PAYMENT_METHODS = Operation[models.PaymentMethods](
    "list_payment_methods",
    "GET",
    "/v1/accounts/{account_id}/payment-methods",
    model(models.PaymentMethods),
)
SET_UP_PAYMENT_METHOD = Operation[models.SetupStarted](
    "set_up_payment_method",
    "POST",
    "/v1/accounts/{account_id}/payment-methods/setup",
    model(models.SetupStarted),
    repeatable=False,
)
CHOOSE_PAYMENT_METHOD = Operation[models.PaymentMethods](
    "choose_payment_method",
    "PUT",
    "/v1/accounts/{account_id}/payment-methods/default",
    model(models.PaymentMethods),
)
REMOVE_PAYMENT_METHOD = Operation[models.PaymentMethods](
    "remove_payment_method",
    "DELETE",
    "/v1/accounts/{account_id}/payment-methods/{payment_method}",
    model(models.PaymentMethods),
    repeatable=False,
)
MAKE_PORTAL_LINK = Operation[models.PortalLink](
    "make_portal_link",
    "POST",
    "/v1/accounts/{account_id}/portal-sessions",
    model(models.PortalLink),
    repeatable=False,
)
REVOKE_PORTAL_SESSIONS = Operation[models.PortalRevoked](
    "revoke_portal_sessions",
    "POST",
    "/v1/accounts/{account_id}/portal-sessions/revoke",
    model(models.PortalRevoked),
)
MAKE_ENDPOINT = Operation[models.NewEndpoint](
    "make_endpoint",
    "POST",
    "/v1/endpoints",
    model(models.NewEndpoint),
    repeatable=False,
)
LIST_ENDPOINTS = Operation[models.Endpoints](
    "list_endpoints",
    "GET",
    "/v1/endpoints",
    model(models.Endpoints),
)
READ_ENDPOINT = Operation[models.Endpoint](
    "read_endpoint",
    "GET",
    "/v1/endpoints/{endpoint_id}",
    model(models.Endpoint),
)
CHANGE_ENDPOINT = Operation[models.Endpoint](
    "change_endpoint",
    "PATCH",
    "/v1/endpoints/{endpoint_id}",
    model(models.Endpoint),
)
DELETE_ENDPOINT = Operation[models.EndpointDeleted](
    "delete_endpoint",
    "DELETE",
    "/v1/endpoints/{endpoint_id}",
    model(models.EndpointDeleted),
    repeatable=False,
)
ROTATE_ENDPOINT_SECRET = Operation[models.NewEndpoint](
    "rotate_endpoint_secret",
    "POST",
    "/v1/endpoints/{endpoint_id}/rotate",
    model(models.NewEndpoint),
    repeatable=False,
)
LIST_ENDPOINT_DELIVERIES = Listing[models.EndpointDeliveries, models.EndpointDelivery](
    "list_endpoint_deliveries",
    "GET",
    "/v1/endpoints/{endpoint_id}/deliveries",
    model(models.EndpointDeliveries),
    items=lambda page: page.deliveries,
)
SEND_DELIVERY_AGAIN = Operation[models.EndpointDelivery](
    "send_delivery_again",
    "POST",
    "/v1/endpoints/{endpoint_id}/deliveries/{delivery_id}/again",
    model(models.EndpointDelivery),
    repeatable=False,
)
READ_REPORT = Listing[models.Report, models.ReportLine](
    "read_report",
    "GET",
    "/v1/reports/{report}",
    model(models.Report),
    items=lambda page: page.lines,
)
READ_REPORT_CSV = Listing[CsvPage, str](
    "read_report_csv",
    "GET",
    "/v1/reports/{report}",
    csv,
    items=lambda page: page.texts,
    accept="text/csv",
)
READ_OPENAPI = Operation[dict[str, Any]](
    "read_openapi",
    "GET",
    "/v1/openapi.json",
    as_sent,
)
