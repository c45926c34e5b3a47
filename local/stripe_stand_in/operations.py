"""The table of operations: the SDK's name, the address, the handler, the SDK's type of the parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local.stripe_stand_in.resources import (
    balance_transactions,
    balances,
    catalog,
    charges,
    checkout_sessions,
    coupons,
    customer_deletion,
    customers,
    disputes,
    events,
    invoice_items,
    invoice_payments,
    invoices,
    payment_intents,
    payment_methods,
    portal,
    refunds,
    setup_intents,
    subscription_schedules,
    subscription_updates,
    subscriptions,
    tax_rates,
    test_clocks,
)
from local.stripe_stand_in.store import Doc


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of Stripe's API. `params`: module and class below `stripe.params`. `removed`: parameters with an error of their own."""

    name: str
    method: str
    path: str
    handler: Callable[..., Doc]
    params: str
    removed: tuple[str, ...] = ()


def _typed(module: str, verb: str) -> str:
    folder, _, plain = module.rpartition(".")
    words = f"{plain}_{verb}_params"
    return f"{folder + '.' if folder else ''}_{words}.{''.join(word.title() for word in words.split('_'))}"


def _op(name: str, address: str, handler: Callable[..., Doc], module: str, removed: tuple[str, ...] = ()) -> Operation:
    method, path = address.split(" ")
    return Operation(name, method, f"/v1/{path}", handler, _typed(module, name.rpartition(".")[2]), removed)


_TYPES = ("payment_method_types",)
OPERATIONS: tuple[Operation, ...] = (
    _op("checkout.sessions.create", "POST checkout/sessions", checkout_sessions.create, "checkout.session", _TYPES),
    _op("checkout.sessions.list", "GET checkout/sessions", checkout_sessions.list_, "checkout.session"),
    _op("checkout.sessions.retrieve", "GET checkout/sessions/*", checkout_sessions.retrieve, "checkout.session"),
    _op("checkout.sessions.expire", "POST checkout/sessions/*/expire", checkout_sessions.expire, "checkout.session"),
    _op(
        "checkout.sessions.line_items.list",
        "GET checkout/sessions/*/line_items",
        checkout_sessions.list_line_items,
        "checkout.session_line_item",
    ),
    _op("customers.create", "POST customers", customers.create, "customer"),
    _op("customers.list", "GET customers", customers.list_, "customer"),
    _op("customers.retrieve", "GET customers/*", customers.retrieve, "customer"),
    _op("customers.update", "POST customers/*", customers.update, "customer"),
    _op("customers.delete", "DELETE customers/*", customer_deletion.delete, "customer"),
    _op(
        "customers.payment_methods.list",
        "GET customers/*/payment_methods",
        customers.list_payment_methods,
        "customer_payment_method",
    ),
    _op(
        "customers.payment_methods.retrieve",
        "GET customers/*/payment_methods/*",
        customers.retrieve_payment_method,
        "customer_payment_method",
    ),
    _op(
        "customers.balance_transactions.create",
        "POST customers/*/balance_transactions",
        balances.create,
        "customer_balance_transaction",
    ),
    _op(
        "customers.balance_transactions.list",
        "GET customers/*/balance_transactions",
        balances.list_,
        "customer_balance_transaction",
    ),
    _op("payment_intents.create", "POST payment_intents", payment_intents.create, "payment_intent", _TYPES),
    _op("payment_intents.list", "GET payment_intents", payment_intents.list_, "payment_intent"),
    _op("payment_intents.retrieve", "GET payment_intents/*", payment_intents.retrieve, "payment_intent"),
    _op("payment_intents.update", "POST payment_intents/*", payment_intents.update, "payment_intent"),
    _op("payment_intents.confirm", "POST payment_intents/*/confirm", payment_intents.confirm, "payment_intent"),
    _op("payment_intents.cancel", "POST payment_intents/*/cancel", payment_intents.cancel, "payment_intent"),
    _op("setup_intents.create", "POST setup_intents", setup_intents.create, "setup_intent", _TYPES),
    _op("setup_intents.list", "GET setup_intents", setup_intents.list_, "setup_intent"),
    _op("setup_intents.retrieve", "GET setup_intents/*", setup_intents.retrieve, "setup_intent"),
    _op("payment_methods.create", "POST payment_methods", payment_methods.create, "payment_method"),
    _op("payment_methods.list", "GET payment_methods", payment_methods.list_, "payment_method"),
    _op("payment_methods.retrieve", "GET payment_methods/*", payment_methods.retrieve, "payment_method"),
    _op("payment_methods.update", "POST payment_methods/*", payment_methods.update, "payment_method"),
    _op("payment_methods.attach", "POST payment_methods/*/attach", payment_methods.attach, "payment_method"),
    _op("payment_methods.detach", "POST payment_methods/*/detach", payment_methods.detach, "payment_method"),
    _op(
        "balance_transactions.list",
        "GET balance_transactions",
        balance_transactions.list_,
        "balance_transaction",
    ),
    _op(
        "balance_transactions.retrieve",
        "GET balance_transactions/*",
        balance_transactions.retrieve,
        "balance_transaction",
    ),
    _op("charges.list", "GET charges", charges.list_, "charge"),
    _op("charges.retrieve", "GET charges/*", charges.retrieve, "charge"),
    _op("refunds.create", "POST refunds", refunds.create, "refund"),
    _op("refunds.list", "GET refunds", refunds.list_, "refund"),
    _op("refunds.retrieve", "GET refunds/*", refunds.retrieve, "refund"),
    _op("disputes.list", "GET disputes", disputes.list_, "dispute"),
    _op("disputes.retrieve", "GET disputes/*", disputes.retrieve, "dispute"),
    _op("disputes.update", "POST disputes/*", disputes.update, "dispute"),
    _op("disputes.close", "POST disputes/*/close", disputes.close, "dispute"),
    _op("events.list", "GET events", events.list_, "event"),
    _op("events.retrieve", "GET events/*", events.retrieve, "event"),
    _op("invoices.create", "POST invoices", invoices.create, "invoice"),
    _op("invoices.list", "GET invoices", invoices.list_, "invoice"),
    _op("invoices.retrieve", "GET invoices/*", invoices.retrieve, "invoice"),
    _op("invoices.update", "POST invoices/*", invoices.update, "invoice"),
    _op("invoices.delete", "DELETE invoices/*", invoices.delete, "invoice"),
    _op("invoices.finalize_invoice", "POST invoices/*/finalize", invoices.finalize, "invoice"),
    _op("invoices.pay", "POST invoices/*/pay", invoices.pay, "invoice"),
    _op("invoices.void_invoice", "POST invoices/*/void", invoices.void, "invoice"),
    _op("invoices.mark_uncollectible", "POST invoices/*/mark_uncollectible", invoices.mark_uncollectible, "invoice"),
    _op("invoice_items.create", "POST invoiceitems", invoice_items.create, "invoice_item"),
    _op("invoice_items.list", "GET invoiceitems", invoice_items.list_, "invoice_item"),
    _op("invoice_items.retrieve", "GET invoiceitems/*", invoice_items.retrieve, "invoice_item"),
    _op("invoice_items.delete", "DELETE invoiceitems/*", invoice_items.delete, "invoice_item"),
    _op("invoice_payments.list", "GET invoice_payments", invoice_payments.list_, "invoice_payment"),
    _op("invoice_payments.retrieve", "GET invoice_payments/*", invoice_payments.retrieve, "invoice_payment"),
    _op("subscriptions.create", "POST subscriptions", subscriptions.create, "subscription"),
    _op("subscriptions.list", "GET subscriptions", subscriptions.list_, "subscription"),
    _op("subscriptions.retrieve", "GET subscriptions/*", subscriptions.retrieve, "subscription"),
    _op("subscriptions.update", "POST subscriptions/*", subscription_updates.update, "subscription"),
    _op("subscriptions.cancel", "DELETE subscriptions/*", subscriptions.cancel, "subscription"),
    _op(
        "subscription_schedules.create",
        "POST subscription_schedules",
        subscription_schedules.create,
        "subscription_schedule",
    ),
    _op(
        "subscription_schedules.list",
        "GET subscription_schedules",
        subscription_schedules.list_,
        "subscription_schedule",
    ),
    _op(
        "subscription_schedules.retrieve",
        "GET subscription_schedules/*",
        subscription_schedules.retrieve,
        "subscription_schedule",
    ),
    _op(
        "subscription_schedules.update",
        "POST subscription_schedules/*",
        subscription_schedules.update,
        "subscription_schedule",
    ),
    _op(
        "subscription_schedules.release",
        "POST subscription_schedules/*/release",
        subscription_schedules.release,
        "subscription_schedule",
    ),
    _op("products.create", "POST products", catalog.create_product, "product"),
    _op("products.list", "GET products", catalog.list_products, "product"),
    _op("products.retrieve", "GET products/*", catalog.retrieve_product, "product"),
    _op("prices.create", "POST prices", catalog.create_price, "price"),
    _op("prices.list", "GET prices", catalog.list_prices, "price"),
    _op("prices.retrieve", "GET prices/*", catalog.retrieve_price, "price"),
    _op("coupons.create", "POST coupons", coupons.create, "coupon"),
    _op("coupons.retrieve", "GET coupons/*", coupons.retrieve, "coupon"),
    _op("tax_rates.create", "POST tax_rates", tax_rates.create, "tax_rate"),
    _op("tax_rates.list", "GET tax_rates", tax_rates.list_, "tax_rate"),
    _op("tax_rates.retrieve", "GET tax_rates/*", tax_rates.retrieve, "tax_rate"),
    _op(
        "test_helpers.test_clocks.create",
        "POST test_helpers/test_clocks",
        test_clocks.create,
        "test_helpers.test_clock",
    ),
    _op("test_helpers.test_clocks.list", "GET test_helpers/test_clocks", test_clocks.list_, "test_helpers.test_clock"),
    _op(
        "test_helpers.test_clocks.retrieve",
        "GET test_helpers/test_clocks/*",
        test_clocks.retrieve,
        "test_helpers.test_clock",
    ),
    _op(
        "test_helpers.test_clocks.advance",
        "POST test_helpers/test_clocks/*/advance",
        test_clocks.advance,
        "test_helpers.test_clock",
    ),
    _op(
        "test_helpers.test_clocks.delete",
        "DELETE test_helpers/test_clocks/*",
        test_clocks.delete,
        "test_helpers.test_clock",
    ),
    _op("billing_portal.sessions.create", "POST billing_portal/sessions", portal.create, "billing_portal.session"),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}


def match(method: str, path: str) -> tuple[Operation, list[str]] | None:
    """The operation at an address, with the ids in it."""
    steps = path.split("/")
    for operation in OPERATIONS:
        pattern = operation.path.split("/")
        if operation.method != method or len(pattern) != len(steps):
            continue
        if all(wanted in ("*", step) for wanted, step in zip(pattern, steps, strict=True)):
            return operation, [step for wanted, step in zip(pattern, steps, strict=True) if wanted == "*"]
    return None
