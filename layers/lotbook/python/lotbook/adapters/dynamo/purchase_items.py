"""A purchase as a DynamoDB item and back. Unknown attributes are a newer version's and are left alone; missing ones have defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.billing import details_of
from lotbook.domain.plans.plan_move import PlanMove, Taken
from lotbook.domain.sales.items import (
    AutoPart,
    AutoTopUpItem,
    CustomPaymentItem,
    OrderLine,
    PackItem,
    PlanItem,
    PlanPart,
    PlanRenewalItem,
    RowItem,
    Tax,
    TopUpItem,
)
from lotbook.domain.sales.purchase import Dispute, Failure, GatewayRefs, GivenConsent, Purchase, Settlement
from lotbook.domain.sales.reversals import MoneyBack, OwnRefund, Reversal
from lotbook.domain.values.light_dataclasses import asdict, fields

if TYPE_CHECKING:
    from collections.abc import Mapping

DUE_KIND = "purchase"
MADE_KIND = "made"
_FIELDS = frozenset(field.name for field in fields(Purchase))
_ITEMS: dict[str, type[RowItem]] = {
    "top_up": TopUpItem,
    "pack": PackItem,
    "plan": PlanItem,
    "custom_payment": CustomPaymentItem,
    "plan_renewal": PlanRenewalItem,
    "auto_top_up": AutoTopUpItem,
}
_KINDS = {made: kind for kind, made in _ITEMS.items()}
_PARTS: dict[str, type[Any]] = {
    "tax": Tax,
    "consent": GivenConsent,
    "gateway_refs": GatewayRefs,
    "settlement": Settlement,
    "failure": Failure,
    "dispute": Dispute,
    "plan": PlanPart,
    "auto": AutoPart,
}


def to_values(purchase: Purchase) -> dict[str, Any]:
    """Every attribute but the key. What few rows have is left out where it is not there: a row of a renewal is close to a write unit."""
    values = {**asdict(purchase), "item": {"kind": _KINDS[type(purchase.item)], **asdict(purchase.item)}}
    if purchase.gateway_refs.number is None:
        del values["gateway_refs"]["number"]
    return values if purchase.money_back else {name: each for name, each in values.items() if name != "money_back"}


def due(purchase: Purchase) -> dict[str, Any]:
    """The attributes that put it into the due index; once it waits for nothing, at the instant it was made (keys.py)."""
    if purchase.check_at is None:
        return {"dp": keys.due_shard(MADE_KIND, purchase.purchase_id), "du": purchase.created_at}
    return {"dp": keys.due_shard(DUE_KIND, purchase.purchase_id), "du": purchase.check_at}


def from_values(values: Mapping[str, Any]) -> Purchase:
    """The purchase of an item's values."""
    known = {name: value for name, value in values.items() if name in _FIELDS}
    for name, part in _PARTS.items():
        known[name] = _part(part, known.get(name))
    known["gateway_refs"] = known["gateway_refs"] or GatewayRefs()
    known["billing"] = details_of(known["billing"]) if known.get("billing") else None
    known["move"] = _move(known.get("move"))
    known["period"] = tuple(known["period"]) if known.get("period") else None
    known["item"] = _item(known["item"])
    known["lines"] = tuple(_part(OrderLine, line) for line in known["lines"])
    known["reversal"] = _reversal(known.get("reversal")) or Reversal()
    known["reversal_next"] = _reversal(known.get("reversal_next"))
    known["own_refunds"] = tuple(_part(OwnRefund, own) for own in known.get("own_refunds", ()))
    known["money_back"] = tuple(_part(MoneyBack, each) for each in known.get("money_back", ()))
    known["companions"] = tuple((unit, credits) for unit, credits in known["companions"])
    return Purchase(**known)


def _reversal(values: Mapping[str, Any] | None) -> Reversal | None:
    if values is None:
        return None
    clawed = tuple((unit, credits) for unit, credits in values["clawed"])
    made: Reversal = _part(Reversal, {**values, "clawed": clawed})
    return made


def _move(values: Mapping[str, Any] | None) -> PlanMove | None:
    if values is None:
        return None
    lists = {
        name: tuple(_part(Taken, taken) for taken in values.get(name, ()))
        for name in ("converted", "to_come", "carried")
    }
    made: PlanMove = _part(PlanMove, {**values, **lists})
    return made


def _item(values: Mapping[str, Any]) -> RowItem:
    if values["kind"] not in _ITEMS:
        formats.refuse("item of a purchase", str(values["kind"]))
    made: RowItem = _part(_ITEMS[values["kind"]], {name: value for name, value in values.items() if name != "kind"})
    return made


def _part(part: type[Any], values: Mapping[str, Any] | None) -> Any:
    if values is None:
        return None
    known = {field.name for field in fields(part)}
    return part(**{name: value for name, value in values.items() if name in known})
