"""What makes two requests the same order: a digest of the named fields of the item and of what goes with it (D3).

Absent fields are left out, so a deployment that adds an optional one refuses no retry that is under way.
"""

from __future__ import annotations

from lotbook.domain.sales.items import CustomPaymentItem, Item, PackItem, PlanItem, TopUpItem
from lotbook.domain.values import ids


def fields_of(item: Item) -> dict[str, str | int | None]:
    """The item's fields under their names in a request."""
    match item:
        case TopUpItem(credits):
            return {"kind": "top_up", "credits": credits}
        case PackItem(pack_id):
            return {"kind": "pack", "pack_id": pack_id}
        case PlanItem(plan_id, credits, pack_id):
            return {"kind": "plan", "plan_id": plan_id, "credits": credits, "pack_id": pack_id}
        case CustomPaymentItem(amount_minor, remark):
            return {"kind": "custom_payment", "amount_minor": amount_minor, "remark": remark}


def digest_of(item: Item, **asked: str | bool | None) -> str:
    """Equal for equal orders. `asked` is what goes with the item; what is None or False is absent."""
    said = {name: value or None for name, value in asked.items()}
    return ids.fingerprint(ids.canonical(item=ids.canonical(**fields_of(item)), **said))


def old_digest_of(item: Item, *asked: str | bool | None) -> str:
    """As it was before fields had names: the text of a Python tuple. Kept keys hold it."""
    name, fields = type(item).__name__, {**fields_of(item)}
    del fields["kind"]
    told = ", ".join(f"{field}={value!r}" for field, value in fields.items())
    return ids.fingerprint(f"({name}({told}), {', '.join(repr(each) for each in asked)})")
