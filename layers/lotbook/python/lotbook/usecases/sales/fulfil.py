"""What a settled purchase brings: the plan, the lots, and what follows from a plan. Each once, whoever asks and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pinned import pinned
from lotbook.domain.sales.billing import with_snapshot
from lotbook.domain.sales.paid_twice import is_paid_twice, with_paid_twice
from lotbook.domain.sales.purchase import lots_of, with_completion
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.alarms import alarm
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.sales.after_closing import hear_of_late_money
from lotbook.usecases.sales.change_plan import begin_plan
from lotbook.usecases.sales.close_other_plans import close_other_plans, mark_twins
from lotbook.usecases.sales.end_other_subscriptions import end_other_subscriptions, void_replaced
from lotbook.usecases.sales.running_period import hear_of_running_period

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


@dataclass(frozen=True, slots=True)
class Settling:
    """A purchase on its way, the policy version that it was ordered under, and its account: loaded once, handed on."""

    purchase: Purchase
    policy: Policy
    account: Account
    desk: SalesDesk

    def saved(self, purchase: Purchase) -> Settling:
        """With the purchase as it is now, written where it changed. Raises Conflict."""
        return self if purchase == self.purchase else replace(self, purchase=self.desk.purchases.save(purchase))


def loaded(purchase: Purchase, *, desk: SalesDesk) -> Settling:
    """What the settling of a purchase needs. Raises AccountNotFound."""
    account, policy = desk.account(purchase.account_id).account, desk.policy_of(purchase)
    if purchase.plan is None and account.plan_renews and account.plan_id == purchase.plan_id:
        own = desk.policies.version(account.policy_id, account.plan_policy_version)
        policy = (
            policy if own is None else pinned(policy, own.policy, account.plan_id)
        )  # validity as it was bought
    return Settling(purchase, policy, account, desk)


def quarantined(case: Settling, marked: Purchase, reference: str | None, fields: str) -> Settling:
    """Money that does not match the order grants nothing and rings once; people look into it (D8)."""
    if marked != case.purchase:
        alarm(
            "payment_mismatch",
            account_id=marked.account_id,
            purchase_id=marked.purchase_id,
            session=reference,
            fields=fields,
        )
    return case.saved(marked)


def deliver(case: Settling) -> Account:
    """Bring what the settlement stands for, the plan and the lots, each once, whoever asks and how often."""
    purchase, desk, account = case.purchase, case.desk, case.account
    if purchase.plan is not None:
        account = begin_plan(purchase, case.policy, desk=desk)
    # A purchase renews nothing: the book's renewal instant stays where the period's own grant has put it.
    for lot in lots_of(purchase, case.policy.rank("purchased")):
        grant_lot(purchase.account_id, lot, desk=desk.credits)
    return account


def completed(case: Settling) -> Purchase:
    """The purchase once everything that it brings is there. Raises Conflict, Unavailable."""
    purchase, desk = case.purchase, case.desk
    if purchase.renews:  # it replaces the running period of the plan before, which would be void as unpaid
        hear_of_running_period(desk.account(purchase.account_id), desk=desk)
    account = deliver(case)
    if purchase.plan is not None:
        mark_twins(account, purchase, desk=desk)
        close_other_plans(purchase, desk=desk)
    if purchase.renews:
        void_replaced(account, desk=desk)
        end_other_subscriptions(account, desk=desk)
    desk.follow_pauses(purchase.account_id)
    hear_of_late_money(case.account, purchase.purchase_id, desk=desk)
    # The gateway makes its invoice of this payment: what it is made out to is kept from here on (NP-47).
    on_file = desk.billing.get(purchase.account_id)
    now = desk.clock.now()
    done = with_snapshot(with_completion(purchase, now), on_file)
    return desk.purchases.save(with_paid_twice(done, now) if is_paid_twice(account, purchase.purchase_id) else done)
