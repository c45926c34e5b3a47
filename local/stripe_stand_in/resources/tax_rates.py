"""Tax rates (exclusive or inclusive percentages)."""

from __future__ import annotations

from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/tax_rates"


def create(world: World, params: Readable) -> Doc:
    """`tax_rates.create`."""
    percentage: Decimal = params["percentage"]
    if not 0 <= percentage <= 100 or percentage != percentage.quantize(Decimal("0.0001")):
        raise invalid("Percentages are 0 to 100 with up to 4 decimals.", param="percentage")
    number = int(percentage) if percentage == int(percentage) else float(percentage)
    rate: Doc = {
        "id": new_id("txr_"),
        "object": "tax_rate",
        "active": params.get("active", True),
        "country": params.get("country"),
        "created": world.now,
        "description": params.get("description"),
        "display_name": params["display_name"],
        "effective_percentage": None,
        "flat_amount": None,
        "inclusive": params["inclusive"],
        "jurisdiction": params.get("jurisdiction"),
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "percentage": number,
        "rate_type": "percentage",
        "state": params.get("state"),
        "tax_type": params.get("tax_type"),
        "_percentage": str(percentage),
    }
    return world.save(rate)


def retrieve(world: World, _: Readable, tax_rate: str) -> Doc:
    """`tax_rates.retrieve`."""
    return world.get("tax_rate", tax_rate)


def list_(world: World, params: Readable) -> Doc:
    """`tax_rates.list`."""
    return page(world, "tax_rate", params, URL, keep=equal(params, "active", "inclusive"))
