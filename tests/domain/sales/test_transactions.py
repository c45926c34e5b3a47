"""Rows of Billing & Transactions (NP-43..45, DF-23)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.domain.sales.items import CustomPaymentItem, Item, OrderLine, PackItem, PlanItem, TopUpItem
from lotbook.domain.sales.purchase import new_purchase_id
from lotbook.domain.sales.transactions import PurchaseFilter, kind_of, recheck_offered, title_of, type_in_words
from lotbook.domain.values import instants
from tests.fakes.purchases import ORDERED, a_purchase
from tests.fakes.samples import published

PICS = published("9pic").policy


@pytest.mark.parametrize(
    ("item", "title", "kind"),
    [
        (TopUpItem(1_000), "Credits", "top_up"),
        (PackItem("credits-2000"), "Credits", "top_up"),
        (PlanItem("pro"), "Pro Subscription", "plan"),
        (CustomPaymentItem(5_000, "x"), "Custom Payment", "custom_payment"),
    ],
    ids=str,
)
def test_np_45_a_row_says_its_type_in_words(item: Item, title: str, kind: str) -> None:
    assert title_of(PICS, item) == title
    assert kind_of(item) == kind
    assert type_in_words(a_purchase(item=item, title=title)) == title


def test_np_45_rows_from_before_titles_were_kept_have_a_type_too() -> None:
    line = OrderLine("Pro Subscription, 365 days", 1, Decimal(200), 20_000)
    assert type_in_words(a_purchase()) == "Credits"
    assert type_in_words(a_purchase(item=CustomPaymentItem(1, "x"))) == "Custom Payment"
    assert type_in_words(a_purchase(item=PlanItem("pro"), lines=(line,))) == "Pro Subscription, 365 days"


@pytest.mark.parametrize(
    ("state", "after", "offered"),
    [
        ("pending", 15 * instants.MINUTE - 1, False),  # normal for minutes
        ("pending", 15 * instants.MINUTE, True),
        ("processing", instants.DAY, True),
        ("completed", instants.DAY, False),
        ("failed", instants.DAY, False),
        ("abandoned", instants.DAY, False),
    ],
)
def test_np_43_np_44_recheck_is_offered_on_what_waits_longer_than_the_policy_says(
    state: str, after: int, offered: bool
) -> None:
    assert recheck_offered(a_purchase(state=state), ORDERED + after) is offered


@given(st.integers(0, 2**48), st.integers(-1, 1), st.binary(min_size=10, max_size=10))
def test_df_23_the_ids_of_a_time_lie_between_the_bounds_of_its_filter(at: int, step: int, entropy: bytes) -> None:
    """Half-open: `from` belongs to it, `to` does not."""
    made = max(0, at + step)
    row = a_purchase(created_at=made, purchase_id=new_purchase_id(made, entropy))
    after, before = PurchaseFilter(since=at), PurchaseFilter(before=at)
    assert after.is_past(row.purchase_id) == (made < at) == (not after.matches(row, "top_up"))
    below = before.start(None)
    assert below is not None
    assert (row.purchase_id < below) == (made < at) == before.matches(row, "top_up")


def test_df_23_a_cursor_and_a_bound_the_older_one_counts() -> None:
    old, new = new_purchase_id(1_000, bytes(10)), new_purchase_id(9_000, bytes(10))
    wanted = PurchaseFilter(before=5_000)
    assert wanted.start(old) == old
    assert wanted.start(new) == wanted.start(None)
    assert PurchaseFilter().start(None) is None


def test_df_23_states_and_kinds_are_matched() -> None:
    row = a_purchase(state="failed")
    assert PurchaseFilter().matches(row, "top_up")
    assert not PurchaseFilter(states=frozenset({"completed"})).matches(row, "top_up")
    assert PurchaseFilter(states=frozenset({"completed", "failed"})).matches(row, "top_up")
    assert not PurchaseFilter(kinds=frozenset({"plan"})).matches(row, "top_up")
