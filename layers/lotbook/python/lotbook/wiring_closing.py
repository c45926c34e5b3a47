"""Composition of closing accounts, beside `wiring.py`."""

from __future__ import annotations

from lotbook import wiring
from lotbook.adapters.dynamo.passes import DynamoPasses
from lotbook.usecases.closing.close_account import ClosingDesk


def closing_desk() -> ClosingDesk:
    """The ports of closing."""
    return ClosingDesk(wiring.sales_desk(), DynamoPasses(wiring.table()))
