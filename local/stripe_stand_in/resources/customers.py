"""Customers and the payment methods saved with them."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/customers"
MAX_ON_A_CLOCK = 3
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_PLAIN = ("description", "email", "name", "phone", "tax_exempt")


def create(world: World, params: Readable) -> Doc:
    """`customers.create`, living by a test clock if one is given."""
    clock = params.get("test_clock")
    if clock:
        world.get("test_helpers.test_clock", clock, "test_clock")
        if sum(1 for _ in world.walk("customer", lambda doc: doc["test_clock"] == clock)) >= MAX_ON_A_CLOCK:
            raise invalid(f"A test clock can have up to {MAX_ON_A_CLOCK} customers.", param="test_clock")
    return make_customer(world, params, clock)


def make_customer(world: World, params: Readable, clock: str | None = None) -> Doc:
    """A new customer, announced."""
    customer: Doc = {
        "id": new_id("cus_", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": world.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("", 8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": clock,
    }
    _apply(world, customer, params)
    world.save(customer)
    world.emit("customer.created", customer)
    return customer


def _apply(world: World, customer: Doc, params: Readable) -> None:
    for name in _PLAIN:
        if name in params:
            customer[name] = params[name] or None
    if "address" in params:
        customer["address"] = address(params["address"])
    if "shipping" in params:
        customer["shipping"] = _shipping(params["shipping"])
    if "preferred_locales" in params:
        customer["preferred_locales"] = params["preferred_locales"]
    if "metadata" in params:
        customer["metadata"] = metadata(params["metadata"], customer["metadata"])
    settings = params.get("invoice_settings") or {}
    if "custom_fields" in settings:
        customer["invoice_settings"]["custom_fields"] = shown_fields(settings["custom_fields"])
    default = settings.get("default_payment_method")
    if default is not None:
        if default:
            _own_method(world, customer["id"], default)
        customer["invoice_settings"]["default_payment_method"] = default or None


def address(given: Any) -> Doc | None:
    """A whole address object."""
    return {name: given.get(name) for name in ADDRESS} if given else None


def shown_fields(given: Any) -> list[Doc] | None:
    """The custom fields that invoices show."""
    return [{"name": each["name"], "value": each["value"]} for each in given or []] or None


def _shipping(given: Any) -> Doc | None:
    if not given:
        return None
    return {"name": given.get("name"), "phone": given.get("phone"), "address": address(given.get("address"))}


def _own_method(world: World, customer: str, method: str) -> None:
    found = world.get("payment_method", method, "invoice_settings[default_payment_method]")
    if found["customer"] != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {method}. The payment method must be attached to the customer.",
            param="invoice_settings[default_payment_method]",
            code="resource_missing",
        )


def retrieve(world: World, _: Readable, customer: str) -> Doc:
    """`customers.retrieve`; a deleted one answers `deleted: true`."""
    found = world.get("customer", customer)
    return {"id": customer, "object": "customer", "deleted": True} if found.get("_deleted") else found


def update(world: World, params: Readable, customer: str) -> Doc:
    """`customers.update`."""
    found = living(world, customer, "id")
    _apply(world, found, params)
    return world.change("customer.updated", found)


def living(world: World, customer: str, param: str = "customer") -> Doc:
    """A customer that was not deleted. Raises `resource_missing`."""
    found = world.get("customer", customer, param)
    if found.get("_deleted"):
        raise invalid(
            f"No such customer: '{customer}'",
            param=param,
            code="resource_missing",
            status=404 if param == "id" else 400,
        )
    return found


def list_(world: World, params: Readable) -> Doc:
    """`customers.list`: those of a test clock only when that clock is named."""
    wanted, clock = equal(params, "email"), params.get("test_clock")

    def keep(customer: Doc) -> bool:
        return wanted(customer) and customer["test_clock"] == clock and not customer.get("_deleted")

    return page(world, "customer", params, URL, keep=keep)


def list_payment_methods(world: World, params: Readable, customer: str) -> Doc:
    """`customers.payment_methods.list`."""
    living(world, customer, "id")
    wanted = equal(params, "type")
    url = f"{URL}/{customer}/payment_methods"
    return page(world, "payment_method", params, url, keep=lambda doc: doc["customer"] == customer and wanted(doc))


def retrieve_payment_method(world: World, _: Readable, customer: str, payment_method: str) -> Doc:
    """`customers.payment_methods.retrieve`."""
    found = world.get("payment_method", payment_method)
    if found["customer"] != customer:
        raise invalid(f"No such PaymentMethod: '{payment_method}'", param="id", code="resource_missing", status=404)
    return found
