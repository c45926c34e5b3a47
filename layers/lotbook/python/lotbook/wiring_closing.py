"""Composition of closing accounts, beside `wiring.py`."""

from __future__ import annotations

from lotbook import wiring
from lotbook.adapters.dynamo.erasures import DynamoErasures
from lotbook.adapters.dynamo.passes import DynamoPasses
from lotbook.usecases.closing.close_account import ClosingDesk
from lotbook.usecases.closing.closings_due import EndingDesk
from lotbook.usecases.closing.erase_account import ErasingDesk


def closing_desk() -> ClosingDesk:
    """The ports of closing."""
    return ClosingDesk(wiring.sales_desk(), DynamoPasses(wiring.table()))


def ending_desk() -> EndingDesk:
    """The ports of the schedule that finishes closings, and erases."""
    erasing = ErasingDesk(wiring.sales_desk(), DynamoErasures(wiring.table()), wiring.units_of())
    return EndingDesk(closing_desk(), erasing)
