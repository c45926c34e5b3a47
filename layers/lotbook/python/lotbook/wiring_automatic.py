"""Composition root of automatic purchase, beside `wiring.py`: imports of burns stay few until credits are used up."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.domain.values.light_dataclasses import replace
from lotbook.settings import settings

if TYPE_CHECKING:
    from lotbook.usecases.automatic.desk import AutoDesk, ClaimDesk
    from lotbook.usecases.credits.desk import Advance, CreditDesk, Shortage


def burning_desk() -> CreditDesk:
    """The ports of burns: what they lack may be bought automatically."""
    return replace(wiring.credit_desk(), top_up=_top_up)


def _top_up(shortage: Shortage) -> Advance | None:
    from lotbook.usecases.automatic.claim import advance_for  # when credits are used up, not at a cold start

    return advance_for(shortage, desk=claim_desk())


@cache
def claim_desk() -> ClaimDesk:
    """The ports of claims."""
    from lotbook.adapters.dynamo.auto import DynamoClaims
    from lotbook.usecases.automatic.desk import ClaimDesk

    return ClaimDesk(
        accounts=wiring.accounts(),
        policies=wiring.policies(),
        purchases=wiring.purchases(),
        claims=DynamoClaims(wiring.table()),
        history=wiring.auto_history(),
        clock=wiring.clock(),
        entropy=wiring.entropy(),
        is_on=settings().auto_top_up,
    )


@cache
def auto_desk() -> AutoDesk:
    """The ports of the work behind the queue, and of the switch."""
    from lotbook.usecases.automatic.desk import AutoDesk

    return AutoDesk(wiring.sales_desk(), claim_desk())
