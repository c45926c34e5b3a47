"""The entries of one lot are read page by page, inside a bound."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.adapters.dynamo import lot_events
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.values.errors import BrokenInvariant

PLACE = {"pk": {"S": "L#acme#credits"}, "sk": {"S": "lot#a"}}


class Pages:
    """A client whose query has so many pages."""

    def __init__(self, count: int) -> None:
        self.count, self.asked = count, list[dict[str, Any]]()

    def query(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"Items": []} | ({"LastEvaluatedKey": PLACE} if len(self.asked) < self.count else {})


def test_the_last_page_that_is_allowed_is_read() -> None:
    pages = Pages(lot_events.MAX_LOT_PAGES)
    assert DynamoBooks(Table(pages, "lotbook")).lot_entries("acme", "credits", "a") == []
    assert [request.get("ExclusiveStartKey") for request in pages.asked] == [None] + [PLACE] * (
        lot_events.MAX_LOT_PAGES - 1
    )


def test_a_lot_whose_entries_do_not_end_is_an_invariant_that_broke() -> None:
    """Whatever the table answers, a worker does not read for ever."""
    pages = Pages(lot_events.MAX_LOT_PAGES + 1)
    with pytest.raises(BrokenInvariant, match="do not end"):
        DynamoBooks(Table(pages, "lotbook")).lot_entries("acme", "credits", "a")
    assert len(pages.asked) == lot_events.MAX_LOT_PAGES
