"""The invoice of an automatic purchase against its row: was this very row paid, to the last minor unit, and by this account (D7, D8)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.auto_charges import fits
from lotbook.domain.sales.purchase import Failure
from lotbook.domain.sales.verdicts import failure_of

if TYPE_CHECKING:
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.purchase import Purchase

ASKS_BUYER = Failure("authentication_required", "The bank asks for authentication.")


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


def failure_on_page(facts: AutoCharge) -> Failure:
    """What a row tells of a page that is its buyer's to pay: the bank's wish, or what the last card there was refused with."""
    code = facts.decline_code
    return ASKS_BUYER if code == ASKS_BUYER.code else failure_of(code) or ASKS_BUYER
