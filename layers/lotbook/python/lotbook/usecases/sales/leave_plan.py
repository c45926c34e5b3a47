"""What a change of plan does to lots: what is left of the old plan's goes, and is carried on where the order said so (GC-07).

Every step is done once by its name: lots by their ids, what is taken and what comes back by the move's number. How much was
left is what the ledger says was taken, so every attempt carries over the same. The entry of what is taken refers to the lot
in which it goes on, so that money which goes back later finds it (`money_back/plan_credits`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_changes import (
    CARRIED,
    carried_lot,
    carried_lot_ids,
    lots_entered,
    lots_left,
    onward_lot_id,
)
from lotbook.domain.accounts.terms import number_of
from lotbook.domain.credits import ledger
from lotbook.domain.credits.orders import ClawBack, Restore
from lotbook.domain.plans.plan_move import CONVERTED, PLAN_CHANGE
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.credits.lots import claw_back, grant_lot, restore_lot

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.terms import Move, PlanStanding
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.plans.plan_move import PlanMove
    from lotbook.domain.policy.document import Policy
    from lotbook.usecases.credits.desk import CreditDesk

REASON = PLAN_CHANGE


@dataclass(frozen=True, slots=True)
class PolicyPair:
    """The account's policy under the plan that it left, and under the one that it took (X-33)."""

    was: Policy
    became: Policy


@dataclass(frozen=True, slots=True)
class Leaving:
    """One move of an account from plan to plan. `order`: what the new plan's order froze of it; None for a term's.

    `carried_to`: when carried credits end; None: with the new plan's first credit period.
    """

    account: Account
    move: Move
    policies: PolicyPair
    desk: CreditDesk
    order: PlanMove | None = None
    carried_to: int | None = None

    def take_converted(self) -> None:
        """The very credits that became money off the price, whether or not they were burned since (MK-40). Raises Unavailable."""
        for each in self.order.converted_at(self.move.at) if self.order else ():
            claim = f"{ledger.CONVERTED_CLAIM}{self.move.became.purchase_id}"
            order = ClawBack(each.lot_id, claim, each.credits, reason=CONVERTED)
            claw_back(self.account.account_id, each.unit, order, desk=self.desk)

    def run(self) -> None:
        """Take the old plan's lots, give back what is to come back, carry on the rest. Raises Unavailable."""
        left = 0
        for lot in lots_left(self.policies.was, self.account, self.move, self.policies.became):
            if lot.kind == "plan" and self._stays():
                continue
            # A period that nobody has looked into has its lots all the same, and a renewal that comes late adds none.
            grant_lot(self.account.account_id, lot, desk=self.desk)
            taken = self._taken(lot)
            left += taken if lot.kind == "plan" else 0
        carried = () if self._stays() else self._carried(self.move.was)
        brought = {lot.lot_id: self._taken(lot) for lot in carried}
        on = self._undone(brought) if self.move.undoes else self._changed(left + sum(brought.values()))
        on += self.order.carried_to_come(self.move.at) if self.order else 0
        onward = carried_lot(self.policies.became, self.account, self.move, on)
        if onward is not None and self.carried_to is not None:
            onward = replace(onward, expires_at=self.carried_to)
        if onward is not None:
            grant_lot(self.account.account_id, onward, desk=self.desk)

    def _stays(self) -> bool:
        """Where credits became money, the price took what it needed: the others keep their own expiry (X-20)."""
        return self.order is not None and self.order.plan_credits == "convert"

    def _undone(self, brought: dict[str, int]) -> int:
        """The old plan's money has gone back: the plan before it has its present lots again, as they were taken from it.

        Where they had been carried on, no more comes back than is left there now (`brought`, by lot). Answers what of it is
        none of that plan's: it came from another one, whose payment we heard of later.
        """
        rest = sum(brought.values())
        for lot in [
            *lots_entered(self.policies.became, self.account, self.move, self.policies.was),
            *self._carried(self.move.became),
        ]:
            back, went_on = self._taken_last(lot)
            if lot.kind == "plan" and (brought or went_on):
                back = min(back, rest)
                rest -= back
            self._give_back(lot, back)
        first = next(iter(carried_lot_ids(self.account, self.policies.became.units[0], self.move.was)), "")
        # That one came from the plan before. What nothing takes back of it has died there, unless it never was there.
        return rest if self.move.is_late else min(rest, sum(brought.values()) - brought.get(first, 0))

    def _changed(self, carried: int) -> int:
        """Another plan, or one that comes back, with its own lots and what had been `carried` on to it, as far as it is left."""
        for lot in lots_entered(self.policies.became, self.account, self.move, self.policies.was):
            taken, went_on = self._taken_last(lot)
            self._give_back(lot, 0 if went_on else taken)  # what went on is there still, or was spent there
        rest = carried
        for lot in self._carried(self.move.became):
            back = min(self._taken_last(lot)[0], rest)
            rest -= back
            self._give_back(lot, back)
        return rest

    def _give_back(self, lot: Lot, credits: int) -> None:
        if credits:
            order = Restore(lot.lot_id, self.move.claim, credits, reason=REASON)
            restore_lot(self.account.account_id, lot.unit, order, desk=self.desk)

    def _taken_last(self, lot: Lot) -> tuple[int, bool]:
        """What the move that left this lot took of it, as shortfall too, and no move has given back since; and whether it went on.

        What earlier ones took and did not give back went elsewhere: it was carried on, and spent there.
        """
        entries = self.desk.books.lot_entries(self.account.account_id, lot.unit, lot.lot_id)
        ours = [(number_of(entry.name.rpartition("#")[2]), entry) for entry in entries if entry.reason == REASON]
        taken, went_on = 0, False
        for number, entry in sorted(ours, key=lambda each: each[0]):
            if number < self.move.number:
                is_claw = entry.kind == "clawed_back"
                taken = entry.requested if is_claw else taken - entry.requested
                went_on = entry.reference is not None if is_claw else went_on
        return taken, went_on

    def _carried(self, standing: PlanStanding) -> list[Lot]:
        """The lots that carried credits over into this standing."""
        unit = self.policies.became.units[0]
        names = [ledger.granted_name(lot_id) for lot_id in carried_lot_ids(self.account, unit, standing)]
        found = self.desk.books.entries(self.account.account_id, unit, names) if names else {}
        return [entry.lot for name in names if (entry := found.get(name)) is not None and entry.lot is not None]

    def _taken(self, lot: Lot) -> int:
        """What was left of the lot, now gone; nothing that was burned or is held, unless the old plan's money has gone back.

        What had been carried over into the old plan is none of that plan's.
        """
        owes = self.move.undoes and lot.reason != CARRIED
        onward = None if owes or lot.kind != "plan" else self._onward(lot)
        claim = self.move.claim
        order = ClawBack(lot.lot_id, claim, lot.credits, reference=onward, reason=REASON, unused_only=not owes)
        return claw_back(self.account.account_id, lot.unit, order, desk=self.desk).removed

    def _onward(self, lot: Lot) -> str | None:
        """The lot in which its credits go on: the one in which they went on to this plan before, if there is one."""
        before = {each.lot_id for each in self._carried(self.move.became)} if not self.move.undoes else set()
        entries = self.desk.books.lot_entries(self.account.account_id, lot.unit, lot.lot_id) if before else ()
        known = [entry.reference for entry in entries if entry.reference in before]
        return known[-1] if known else onward_lot_id(self.account, lot.unit, self.move)
