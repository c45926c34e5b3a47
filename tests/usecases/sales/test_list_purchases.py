"""Purchases newest first, all or filtered, in pages that leave nothing out and read within a bound (NP-45, DF-23)."""

from __future__ import annotations

from itertools import islice

import pytest

from lotbook.domain.sales.items import CustomPaymentItem
from lotbook.domain.sales.purchase import Purchase, new_purchase_id
from lotbook.domain.sales.transactions import PurchaseFilter
from lotbook.usecases.sales import list_purchases as module
from lotbook.usecases.sales.list_purchases import list_purchases
from tests.fakes.purchases import FakePurchases, a_purchase

START = 1_000_000


class Counted(FakePurchases):
    """Counts the rows that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[Purchase], str | None]:
        rows, after = super().page(account_id, limit, after)
        self.read += len(rows)
        return rows, after


@pytest.fixture
def store() -> Counted:
    """250 purchases, one a second; every tenth is completed, every fiftieth a custom payment."""
    made = Counted()
    for number in range(250):
        at = START + number * 1_000
        row = a_purchase(
            purchase_id=new_purchase_id(at, bytes([number]) * 10),
            created_at=at,
            state="pending" if number % 10 else "completed",
        )
        if number % 50 == 0:
            row = a_purchase(
                purchase_id=row.purchase_id, created_at=at, state="completed", item=CustomPaymentItem(1, "x")
            )
        made.rows["acme", row.purchase_id] = row
    return made


def walked(store: Counted, wanted: PurchaseFilter | None, limit: int = 7) -> list[int]:
    """The numbers of all rows over all pages."""
    found: list[int] = []
    after = None
    for _ in range(300):
        page = list_purchases("acme", limit, after, purchases=store, wanted=wanted)
        assert len(page.purchases) <= limit
        found += [(row.created_at - START) // 1_000 for row in page.purchases]
        after = page.next_after
        if after is None:
            return found
    raise AssertionError("the list does not end")


def test_np_45_newest_first_and_every_one_once(store: Counted) -> None:
    assert walked(store, None) == list(range(249, -1, -1))
    assert store.read == 250


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (PurchaseFilter(states=frozenset({"completed"})), list(range(240, -1, -10))),
        (PurchaseFilter(kinds=frozenset({"custom_payment"})), [200, 150, 100, 50, 0]),
        (PurchaseFilter(states=frozenset({"completed"}), kinds=frozenset({"top_up"}), since=START + 200_000), [240, 230, 220, 210]),
        (PurchaseFilter(since=START + 10_000, before=START + 13_000), [12, 11, 10]),
        (PurchaseFilter(before=START), []),
        (PurchaseFilter(since=START + 250_000), []),
        (PurchaseFilter(since=START + 13_000, before=START + 10_000), []),
        (PurchaseFilter(states=frozenset({"disputed"})), []),
        (PurchaseFilter(kinds=frozenset({"top_up", "custom_payment"})), list(range(249, -1, -1))),
    ],
)  # fmt: skip
@pytest.mark.parametrize("limit", [1, 7, 25, 100, 1_000])
def test_df_23_filters_find_exactly_what_matches_over_all_pages(
    store: Counted, wanted: PurchaseFilter, expected: list[int], limit: int
) -> None:
    assert walked(store, wanted, limit) == expected


def test_df_23_dates_are_looked_up_not_filtered(store: Counted) -> None:
    wanted = PurchaseFilter(since=START + 10_000, before=START + 13_000)
    assert walked(store, wanted, limit=100) == [12, 11, 10]
    assert store.read <= module.PAGE_ROWS


def test_bounds_a_filter_that_matches_little_reads_a_bounded_number_of_rows(
    store: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_ROWS", 10)
    monkeypatch.setattr(module, "MAX_ROWS_READ", 30)
    page = list_purchases("acme", 5, None, purchases=store, wanted=PurchaseFilter(states=frozenset({"disputed"})))
    assert (page.purchases, store.read) == ((), 30)
    assert page.next_after is not None
    assert len(list(islice(walked(store, PurchaseFilter(states=frozenset({"completed"}))), 100))) == 25
