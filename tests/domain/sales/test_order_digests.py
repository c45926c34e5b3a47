"""A digest of named fields: a deployment that adds an optional field refuses no retry, and what was written before still counts."""

from __future__ import annotations

import pytest

from lotbook.domain.sales.items import CustomPaymentItem, Item, PackItem, PlanItem, TopUpItem
from lotbook.domain.sales.order_digests import digest_of, old_digest_of
from lotbook.usecases.accounts.open_account import OpenAccount
from lotbook.usecases.sales.freeze_order import PurchaseRequest

# Written by version 0 of the product, from Python's text of a tuple and of a dataclass.
WRITTEN: tuple[tuple[Item, str], ...] = (
    (TopUpItem(1_000), "k1n2q1ydjjemearwr1abk07b"),
    (PackItem("p1"), "hqat08wzpyb6wtzyk72g35fc"),
    (PlanItem("pro", None, "p1"), "9he3yczwxm3gjm4bb1812wgz"),
    (CustomPaymentItem(500, 'it\'s "x"'), "yv8gw91zr8g7966y7b4se4dd"),
)


@pytest.mark.parametrize(("item", "written"), WRITTEN)
def test_d_03_a_key_that_was_used_before_fields_had_names_still_stands_for_its_body(item: Item, written: str) -> None:
    request = PurchaseRequest("acme", item, "2025-01", "https://a.example/ok", None, save_payment_method=True)
    assert old_digest_of(item, "2025-01", "https://a.example/ok", None, True) == written
    assert request.has_digest(written)
    assert request.has_digest(request.digest)
    assert request.digest != written
    other = PurchaseRequest("acme", item, "2025-02", "https://a.example/ok", None, save_payment_method=True)
    assert not other.has_digest(written)
    assert not other.has_digest(request.digest)


def test_d_03_a_field_that_is_absent_changes_no_digest() -> None:
    """What an optional field of tomorrow is to a request of today."""
    item = PlanItem("pro")
    assert digest_of(item, success_url=None) == digest_of(item, success_url=None, gift_to=None, is_gift=False)
    assert digest_of(item, success_url=None) != digest_of(item, success_url=None, gift_to="bob")
    assert digest_of(PlanItem("pro", 5)) != digest_of(PlanItem("pro")) != digest_of(PackItem("pro"))


def test_d_03_an_account_that_was_opened_before_fields_had_names_is_found_by_the_same_body() -> None:
    command = OpenAccount("acme", "9pic", "US", "a@b.example")
    assert command.has_digest("vnad346vhfvzax6rfa0jgnye")
    assert command.has_digest(command.digest)
    assert not OpenAccount("acme", "9pic", "US", "a@c.example").has_digest("vnad346vhfvzax6rfa0jgnye")
