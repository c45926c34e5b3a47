"""The invoice of an automatic purchase against its row: was this very row paid, to the last minor unit, and by this account (D7, D8)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.auto_charges import fits

if TYPE_CHECKING:
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.purchase import Purchase


def unequal_charge(row: Purchase, facts: AutoCharge, deployment: Deployment) -> tuple[str, ...]:
    """Names of what differs; none for a payment of exactly the row."""
    expected = {
        "app": facts.tag.is_of(deployment),
        "livemode": facts.livemode == deployment.live,
        "account": facts.tag.account_id == row.account_id,
        "purchase": facts.tag.purchase_id == row.purchase_id,
        "amounts": fits(row, facts),
        "received": facts.received_minor >= facts.total_minor,
    }
    return tuple(name for name, holds in expected.items() if not holds)
