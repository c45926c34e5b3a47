"""Products and prices."""

from __future__ import annotations

from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id


def create_product(world: World, params: Readable) -> Doc:
    """`products.create`."""
    return make_product(world, params, active=params.get("active", True))


def make_product(world: World, params: Readable, *, active: bool) -> Doc:
    """A product from `products.create` or an inline `product_data`."""
    product_id = params.get("id") or new_id("prod_", 14)
    if world.find("product", product_id):
        raise invalid(f"Product already exists: {product_id}", param="id", code="resource_already_exists")
    product: Doc = {
        "id": product_id,
        "object": "product",
        "active": active,
        "created": world.now,
        "default_price": None,
        "description": params.get("description") or None,
        "images": params.get("images") or [],
        "livemode": False,
        "marketing_features": [],
        "metadata": metadata(params.get("metadata")),
        "name": params["name"],
        "package_dimensions": None,
        "shippable": params.get("shippable"),
        "statement_descriptor": params.get("statement_descriptor"),
        "tax_code": params.get("tax_code"),
        "type": "service",
        "unit_label": params.get("unit_label"),
        "updated": world.now,
        "url": params.get("url"),
    }
    return world.save(product)


def retrieve_product(world: World, _: Readable, product: str) -> Doc:
    """`products.retrieve`."""
    return world.get("product", product)


def list_products(world: World, params: Readable) -> Doc:
    """`products.list`."""
    ids = params.get("ids")
    wanted = equal(params, "active")
    return page(
        world, "product", params, "/v1/products", keep=lambda doc: wanted(doc) and (not ids or doc["id"] in ids)
    )


def create_price(world: World, params: Readable) -> Doc:
    """`prices.create`."""
    return make_price(world, params, active=params.get("active", True), path="")


def make_price(world: World, params: Readable, *, active: bool, path: str, credits: bool = False) -> Doc:
    """A price from `prices.create` or an inline `price_data` (which Stripe keeps as an inactive price). `credits`: may be negative."""
    product = params.get("product")
    if (product is None) == (params.get("product_data") is None):
        raise invalid("You must specify either `product` or `product_data`.", param=_at(path, "product"))
    if product is None:
        product = make_product(world, params["product_data"], active=active)["id"]
    else:
        world.get("product", product, _at(path, "product"))
    _check_lookup_key(world, params.get("lookup_key"))
    unit_amount = _unit_amount(params, path, credits=credits)
    recurring = params.get("recurring")
    price: Doc = {
        "id": new_id("price_"),
        "object": "price",
        "active": active,
        "billing_scheme": "per_unit",
        "created": world.now,
        "currency": known_currency(params["currency"], _at(path, "currency")),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": params.get("lookup_key"),
        "metadata": metadata(params.get("metadata")),
        "nickname": params.get("nickname"),
        "product": product,
        "recurring": _recurring(recurring) if recurring else None,
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": int(unit_amount) if unit_amount == int(unit_amount) else None,
        "unit_amount_decimal": format(unit_amount, "f"),
    }
    return world.save(price)


def _check_lookup_key(world: World, key: str | None) -> None:
    """Raises StripeError where another price has it."""
    taken = next(world.walk("price", lambda doc: doc["lookup_key"] == key), None) if key else None
    if taken:
        raise invalid(f"A price (`{taken['id']}`) already uses that lookup key.", param="lookup_key")


def _at(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _unit_amount(params: Readable, path: str, *, credits: bool) -> Decimal:
    given = [params[name] for name in ("unit_amount", "unit_amount_decimal") if name in params]
    if len(given) != 1:
        raise invalid(
            "You must specify exactly one of `unit_amount` or `unit_amount_decimal`.", param=_at(path, "unit_amount")
        )
    if given[0] < 0 and not credits:
        raise invalid("Invalid non-negative integer", param=_at(path, "unit_amount"), code="parameter_invalid_integer")
    return Decimal(given[0])


def _recurring(given: Readable) -> Doc:
    count = given.get("interval_count", 1)
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def retrieve_price(world: World, _: Readable, price: str) -> Doc:
    """`prices.retrieve`."""
    return world.get("price", price)


def list_prices(world: World, params: Readable) -> Doc:
    """`prices.list`."""
    keys = params.get("lookup_keys")
    wanted = equal(params, "active", "currency", "product", "type")
    return page(
        world, "price", params, "/v1/prices", keep=lambda doc: wanted(doc) and (not keys or doc["lookup_key"] in keys)
    )
