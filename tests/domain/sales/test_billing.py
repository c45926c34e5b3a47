"""Billing details, and which of them an invoice keeps (NP-46..48, DF-22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.invoices.billing_details import checked
from lotbook.domain.sales.billing import BillingRecord, billed_to, invoice_state, with_details, with_snapshot
from lotbook.domain.values.errors import InvalidRequest
from tests.fakes.billing import HOME, details
from tests.fakes.purchases import a_purchase

FIRST, SECOND = details(), details(name="Acme Ltd.")


def record(*filled: object, at: int = 10) -> BillingRecord:
    found: BillingRecord | None = None
    for number, each in enumerate(filled):
        found = with_details(found, "acme", each, actor="ann", now=at + number)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_np_47_an_invoice_keeps_the_details_of_its_completion() -> None:
    bought = with_snapshot(a_purchase(state="completed"), record(FIRST))
    assert billed_to(bought, record(FIRST, SECOND)) == FIRST
    assert billed_to(bought, None) == FIRST


def test_np_47_an_invoice_made_without_details_stays_without() -> None:
    bought = with_snapshot(a_purchase(state="completed"), None)
    assert billed_to(bought, record(FIRST)) is None
    assert invoice_state(bought, None) == "available"


def test_np_46_an_invoice_that_waits_is_released_by_the_first_details_and_keeps_them() -> None:
    bought = with_snapshot(a_purchase(state="completed", invoice_waits=True), None)
    assert invoice_state(bought, None) == "waiting_for_billing"
    assert invoice_state(bought, record(FIRST)) == "available"
    assert billed_to(bought, record(FIRST)) == FIRST
    assert billed_to(bought, record(FIRST, SECOND, FIRST, SECOND)) == FIRST


@pytest.mark.parametrize(
    ("state", "invoice"),
    [
        ("pending", "none"),
        ("processing", "none"),
        ("failed", "none"),
        ("abandoned", "none"),
        ("completed", "available"),
        ("partially_refunded", "available"),
        ("refunded", "available"),
        ("disputed", "available"),
    ],
)
def test_np_44_an_invoice_is_offered_on_what_was_completed_only(state: str, invoice: str) -> None:
    assert invoice_state(a_purchase(state=state), record(FIRST)) == invoice


def test_np_48_the_same_details_again_change_nothing() -> None:
    found = record(FIRST)
    assert with_details(found, "acme", details(), actor="bob", now=99) is found
    changed = with_details(found, "acme", SECOND, actor="bob", now=99)
    assert (changed.edition, changed.actor, changed.updated_at, changed.first_at) == (2, "bob", 99, 10)


def test_np_48_a_tax_id_is_held_to_the_country_of_the_address() -> None:
    assert checked(details(tax_id="12-3456789")).tax_id == "123456789"
    assert checked(details()).tax_id is None
    with pytest.raises(InvalidRequest) as refused:
        checked(details(tax_id="27AAPFU0939F1ZV"))
    assert refused.value.data["errors"][0]["field"] == "tax_id"
    india = replace(HOME, country="IN")
    assert checked(details(tax_id="27AAPFU0939F1ZV", address=india)).tax_id == "27AAPFU0939F1ZV"
