"""To whom invoices are made out: what a buyer fills in (NP-48, DF-22)."""

from __future__ import annotations

from lotbook.domain.invoices.tax_ids import described, normal_tax_id
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country` is ISO 3166, upper case."""

    line1: str
    city: str
    postal_code: str
    country: str
    line2: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """`email` is the company's, `receipt_email` where invoices go if elsewhere. `shipping` None: the billing address."""

    name: str
    email: str
    address: Address
    phone: str | None = None
    tax_id: str | None = None
    purchase_order: str | None = None
    receipt_email: str | None = None
    shipping: Address | None = None


def checked(details: BillingDetails) -> BillingDetails:
    """The details with the tax id in its compact form; raises InvalidRequest for one that the country does not have."""
    if details.tax_id is None:
        return details
    country = details.address.country
    compact = normal_tax_id(country, details.tax_id)
    if compact is None:
        raise InvalidRequest.of("tax_id", "tax_id", f"tax_id must be {described(country)}.")
    return replace(details, tax_id=compact)
