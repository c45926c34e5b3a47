"""Billing details: to whom invoices are made out (NP-46..48, DF-22). What was typed stays when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lotbook.api.portal.replies import Page
from lotbook.api.rendering.formats import countries
from lotbook.api.requests import schemas
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.domain.values.regions import REGIONS

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.invoices.billing_details import Address, BillingDetails
    from lotbook.domain.values.errors import InvalidRequest
    from lotbook.usecases.accounts.load_account import LoadedAccount


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: `path` is the API's name of it."""

    name: str
    label: str
    path: str
    complete: str  # what browsers fill in by
    is_required: bool = True
    kind: str = "text"


FIELDS = (
    Field("name", "Name", "name", "organization"),
    Field("email", "E-mail", "email", "email", kind="email"),
    Field("phone", "Phone", "phone", "tel", is_required=False, kind="tel"),
    Field("line1", "Address", "address.line1", "address-line1"),
    Field("line2", "Building or floor", "address.line2", "address-line2", is_required=False),
    Field("city", "City", "address.city", "address-level2"),
    Field("state", "State or province", "address.state", "address-level1", is_required=False),
    Field("postal_code", "Postal code", "address.postal_code", "postal-code"),
    Field("country", "Country", "address.country", "country", kind="country"),
    Field("tax_id", "Tax id", "tax_id", "off", is_required=False),
    Field("purchase_order", "PO number", "purchase_order", "off", is_required=False),
    Field("receipt_email", "Send receipts to", "receipt_email", "off", is_required=False, kind="email"),
)


def typed(details: BillingDetails | None) -> dict[str, str]:
    """The form of what is on file."""
    if details is None:
        return {}
    found = {field.name: _found(details, field.path) for field in FIELDS}
    return {name: value for name, value in found.items() if value}


def _found(details: BillingDetails, path: str) -> str:
    value: Any = details
    for part in path.split("."):
        value = getattr(value, part)
    return value or ""


def read(form: Mapping[str, str], on_file: BillingDetails | None) -> BillingDetails:
    """The details that were typed; an address of delivery that is on file stays. Raises InvalidRequest."""
    document: dict[str, Any] = {"address": {}}
    for field in FIELDS:
        value = form.get(field.name, "")
        if value or field.is_required:
            place = document["address"] if field.path.startswith("address.") else document
            place[field.path.rpartition(".")[2]] = value
    if on_file is not None and on_file.shipping is not None:
        document["shipping"] = _document(on_file.shipping)
    return schemas.read(schemas.BillingBody, document).to_details()


def _document(address: Address) -> dict[str, str]:
    named = {name: getattr(address, name) for name in ("line1", "line2", "city", "state", "postal_code", "country")}
    return {name: value for name, value in named.items() if value is not None}


def wrong(refused: InvalidRequest) -> dict[str, str]:
    """What is wrong, by the form's names, beginning with the field's label."""
    by_path = {field.path: field for field in FIELDS}
    found = {}
    for each in refused.data["errors"]:
        field = by_path.get(each["field"])
        if field is not None:
            said = each["message"].removeprefix(f"{field.name} ")
            found[field.name] = f"{field.label} {said}"
    return found


def page(
    filled: Mapping[str, str], loaded: LoadedAccount, visit: Visit, errors: Mapping[str, str] | None = None
) -> Page:
    """The form, or for those who may not buy what is on file."""
    values = {
        "fields": FIELDS,
        "filled": filled,
        "errors": errors or {},
        "countries": known_countries(),
        "country": filled.get("country") or loaded.account.region,
        "is_saved": "saved" in visit.query and not errors,
        "waits": loaded.policy.invoices.billing_details == "required" and not filled,
        "can_buy": is_buyer(loaded.policy, loaded.account.account_id, visit.caller),
    }
    return Page("billing_details.html", loaded, values, status=422 if errors else 200)


@cache
def known_countries() -> tuple[tuple[str, str], ...]:
    """Code and English name, by name."""
    return countries(REGIONS)
