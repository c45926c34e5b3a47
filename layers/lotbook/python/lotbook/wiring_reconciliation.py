"""Composition of reconciliation, beside `wiring.py`."""

from __future__ import annotations

from functools import cache

from lotbook import wiring
from lotbook.adapters.dynamo.made import DynamoPurchaseLists
from lotbook.adapters.stripe.lists import StripeLists
from lotbook.usecases.reconciliation.reconcile import Reconciliation


@cache
def reconciliation() -> Reconciliation:
    """The ports of reconciliation."""
    lists = StripeLists(wiring.gateway_calls(), wiring.deployment())
    return Reconciliation(
        sales=wiring.sales_desk(),
        gateway=lists,
        made=DynamoPurchaseLists(wiring.table()),
        journal=wiring.reconciliation_journal(),
    )
