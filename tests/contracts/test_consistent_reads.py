"""T25: what decides is read strongly consistent. An old answer would hide a burn, or give a key away twice."""

from __future__ import annotations

from typing import Any

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table


class Listening:
    """A client that answers nothing, and notes what it is asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> dict[str, Any]:
            self.requests.append((operation, request))
            return {"Items": [], "Responses": {}}

        return call


def test_t25_all_reads_of_ledger_and_book_are_consistent() -> None:
    """T25; and a method that reads in another way is noticed here."""
    client = Listening()
    books = DynamoBooks(Table(client, "lotbook"))
    assert books.get("acc", "credits") is None
    assert books.entry("acc", "credits", "k") is None
    assert books.entries("acc", "credits", ["k", "lot#a"]) == {}
    assert books.lot_entries("acc", "credits", "a") == []
    assert books.entries_of_lots("acc", "credits", ["a", "b"]) == {"a": [], "b": []}
    assert [operation for operation, _ in client.requests] == [
        "get_item",
        "get_item",
        "batch_get_item",
        "query",
        "query",
    ]
    for operation, request in client.requests:
        asked = request["RequestItems"]["lotbook"] if operation == "batch_get_item" else request
        assert asked["ConsistentRead"] is True
        assert "IndexName" not in asked
