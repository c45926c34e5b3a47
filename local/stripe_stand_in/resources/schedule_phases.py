"""Phases of a subscription schedule: the one that runs, and the one that follows it at the period's end."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.dues import period_end
from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.periods import boundary
from local.stripe_stand_in.resources.subscription_shape import asked_item, tax_rates
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

ANEW = "phase_start"
PHASES = 2
_BLANK_PHASE = (
    "application_fee_percent", "automatic_tax", "billing_cycle_anchor", "billing_thresholds", "collection_method",
    "default_payment_method", "description", "invoice_settings", "on_behalf_of", "transfer_data", "trial_end",
)  # fmt: skip


def asked_phases(world: World, found: Doc, given: list[Readable]) -> list[Doc]:
    """The phases that an update asks for. Raises StripeError for what would change the running one, prorate or not be charged."""
    subscription = world.get("subscription", found["subscription"])
    if len(given) > PHASES or (len(found["phases"]) == PHASES and found["current_phase"] != span(found["phases"][0])):
        raise unsupported("more phases than the one that runs and the one that follows", "phases")
    first, *rest = given
    runs = _asked_phase(world, subscription, first, "phases[0]", found["current_phase"]["start_date"])
    if _prices(runs) != _prices(found["phases"][0]) or runs["end_date"] != period_end(subscription):
        raise unsupported("another price, or another end, of the phase that runs", "phases[0]")
    if not rest:
        return [runs]
    follows = _asked_phase(world, subscription, rest[0], "phases[1]", runs["end_date"])
    same = _recurring(world, follows) == _recurring(world, runs)
    if not same and follows["billing_cycle_anchor"] != ANEW:
        raise unsupported(f"another interval without billing_cycle_anchor={ANEW}", "phases[1][billing_cycle_anchor]")
    if follows["proration_behavior"] != "none":
        raise unsupported("prorations; send proration_behavior=none", "phases[1][proration_behavior]")
    return [runs, follows]


def _asked_phase(world: World, subscription: Doc, given: Readable, path: str, start: int) -> Doc:
    asked = [asked_item(world, item, f"{path}[items][{place}]") for place, item in enumerate(given["items"])]
    phase = a_phase(subscription, [_asked(item) for item in asked], start)
    if given.get("start_date", start) != start:
        raise invalid(
            "A phase starts where the one before it ends; the first where it began.", param=f"{path}[start_date]"
        )
    if "end_date" in given and "duration" in given:
        raise invalid("You may only specify one of these parameters: end_date, duration.", param=f"{path}[duration]")
    if "duration" in given:
        lasts = given["duration"]
        recurring = {"interval": lasts["interval"], "interval_count": lasts.get("interval_count", 1)}
        phase["end_date"] = boundary(start, recurring, 1)
    else:
        phase["end_date"] = given.get("end_date") or boundary(start, _recurring(world, phase), 1)
    if not isinstance(phase["end_date"], int) or phase["end_date"] <= start:
        raise invalid("A phase ends after it has started.", param=f"{path}[end_date]")
    phase["default_tax_rates"] = tax_rates(world, given.get("default_tax_rates") or None, f"{path}[default_tax_rates]")
    phase["billing_cycle_anchor"] = given.get("billing_cycle_anchor")
    phase["proration_behavior"] = given.get("proration_behavior", "create_prorations")
    return phase


def a_phase(subscription: Doc, items: list[Doc], start: int) -> Doc:
    """A phase without its end and its tax."""
    return {
        **dict.fromkeys(_BLANK_PHASE),
        "add_invoice_items": [],
        "currency": subscription["currency"],
        "discounts": [],
        "items": items,
        "metadata": {},
        "proration_behavior": "create_prorations",
        "start_date": start,
        "trial": False,
    }


def kept_item(item: Doc) -> Doc:
    """A subscription's item as a phase shows it."""
    return _asked({"price": item["price"], "quantity": item["quantity"], "tax_rates": item["tax_rates"]})


def _asked(item: Doc) -> Doc:
    price = item["price"]["id"]
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": {},
        "plan": price,
        "price": price,
        "quantity": item["quantity"],
        "tax_rates": item["tax_rates"],
    }


def _prices(phase: Doc) -> list[tuple[str, int]]:
    return [(item["price"], item["quantity"]) for item in phase["items"]]


def _recurring(world: World, phase: Doc) -> Any:
    return world.get("price", phase["items"][0]["price"])["recurring"]


def span(phase: Doc) -> Doc:
    """From when to when."""
    return {"start_date": phase["start_date"], "end_date": phase["end_date"]}
