"""What became of money that no purchase explains: notes are added, nothing is taken away.

Pure. The stray itself stays as it was found; whether people still have to look at it is what its newest note says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.differences import Difference, DifferenceKind, Stray
from lotbook.domain.sales.purchase import SETTLED, Purchase
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.money_back.followed import MoneyBackFacts

RECONCILIATION = "reconciliation"  # the actor of notes that no person wrote
TURNED_UP = "Its purchase turned up and has its credits."
WENT_BACK = "All of it was refunded at the gateway."
MAX_ACTOR_CHARACTERS = 100
MAX_TEXT_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody found out about a stray, or did about it. `closes`: nobody has to look any more; a later one may say other."""

    actor: str
    text: str
    closes: bool


@dataclass(frozen=True, slots=True)
class StrayNote:
    """A remark as it is kept, with its stray and its instant."""

    stray: str
    at: int
    actor: str
    text: str
    closes: bool


@dataclass(frozen=True, slots=True)
class StrayCase:
    """A stray with its notes, oldest first."""

    stray: Stray
    notes: tuple[StrayNote, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether people have to look: nobody closed it, or it was opened again."""
        return not (self.notes and self.notes[-1].closes)


def explains(order: Purchase, stray: Stray) -> bool:
    """Whether this very money paid for the order, which has its credits. What the stray does not know cannot differ."""
    refs = order.gateway_refs
    same = stray.session in (None, refs.checkout_session) and stray.payment_intent in (None, refs.payment_intent)
    return same and order.state in SETTLED


def is_back(facts: MoneyBackFacts) -> bool:
    """Whether the whole payment was refunded; what is only on its way may still fail."""
    back = sum(each.amount_minor for each in facts.refunds if each.state == "succeeded")
    return 0 < facts.charged_minor <= back


def of_stray(stray: Stray, order: Purchase | None) -> list[Difference]:
    """An open stray against the purchase that it names (D5, D6): nobody's, somebody's second payment, or one to be settled."""
    reference = stray.session or stray.payment_intent or stray.name
    if order is None:
        return [Difference("paid_unknown_purchase", stray.account_id, stray.purchase_id, reference)]
    if explains(order, stray):
        return []
    own = order.gateway_refs.checkout_session
    other = order.state in SETTLED or (stray.session is not None and own not in (None, stray.session))
    kind: DifferenceKind = "paid_twice" if other else "paid_but_not_completed"
    return [Difference(kind, order.account_id, order.purchase_id, reference)]
