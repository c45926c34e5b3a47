"""What is said of a plan that renews, read off every write of its account: each thing once, under an id that does not change."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.news.announcements import Announcement
from lotbook.domain.news.plan_news import of_account
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.values.instants import from_text, to_text
from lotbook.usecases.plans.cancel import cancel, resume
from lotbook.usecases.plans.change import change_plan
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from tests.fakes.renewing import RenewingDesk
from tests.fakes.samples import member

OWNER = member("owner")
ENDS = "2027-02-28T12:00:00"


class Told(RenewingDesk):
    """A desk that keeps every state of its account."""

    def __init__(self, policy: str = "gocontent") -> None:
        super().__init__(policy)
        self.written: list[Account] = [self.account]
        save = self.accounts.save

        def saved(account: Account) -> Account:
            after = save(account)
            self.written.append(after)
            return after

        self.accounts.save = saved  # type: ignore[method-assign]
        self.wishes = itertools.count(1)

    def change(self, plan_id: str) -> None:
        request = PurchaseRequest("acme", PlanItem(plan_id))
        change_plan(request, f"change-{next(self.wishes)}", OWNER, desk=self.sales)

    def told(self) -> list[Announcement]:
        """All that was said so far, each thing by one write alone; a write that is delivered again says it again."""
        found: list[Announcement] = []
        for before, after in itertools.pairwise(self.written):
            said = of_account(before, after, self.clock.now())
            assert of_account(before, after, self.clock.now()) == said
            found += said
        assert len({each.announcement_id for each in found}) == len(found)
        return found

    def kinds(self) -> list[str]:
        return [each.kind for each in self.told()]

    def detail(self, kind: str) -> dict[str, Any]:
        (found,) = [each for each in self.told() if each.kind == kind]
        return dict(found.detail)

    def decline(self) -> None:
        (sub,) = self.gateway.plans.subs.values()
        self.gateway.let_card(sub.card or "", "insufficient_funds")


@pytest.fixture
def desk() -> Told:
    made = Told()
    made.subscribe("starter")
    return made


def test_a_first_plan_is_a_change_and_no_renewal(desk: Told) -> None:
    assert desk.kinds() == ["plan.changed"]
    assert desk.detail("plan.changed")["previous_plan_id"] == "none"


def test_x10_a_renewal_is_said_once_it_is_paid_with_its_row_and_period(desk: Told) -> None:
    desk.go_to(ENDS)
    desk.renew()
    assert desk.kinds() == ["plan.changed"], "spendable, and not paid yet"
    desk.go_to("2027-02-28T13:30:00")
    desk.settle_renewals()
    desk.settle_renewals()
    assert desk.kinds() == ["plan.changed", "plan.renewed"]
    (row,) = desk.renewals()
    period = {"start": f"{ENDS}Z", "end": "2027-03-31T12:00:00Z"}
    assert desk.detail("plan.renewed") == {"plan_id": "starter", "purchase_id": row.purchase_id, "period": period}


def test_x26_a_failed_renewal_is_said_once_then_paid_or_the_plan_is_over(desk: Told) -> None:
    desk.decline()
    desk.go_to("2027-02-28T13:30:00")
    desk.renew()
    desk.settle_renewals()
    desk.go_to("2027-03-03T12:00:00")
    desk.settle_renewals()
    (row,) = desk.renewals()
    told = {"plan_id": "starter", "purchase_id": row.purchase_id, "period_start": f"{ENDS}Z"}
    assert desk.detail("plan.renewal_failed") == told
    desk.go_to("2027-03-30T12:00:00")
    desk.renew()
    assert desk.kinds() == ["plan.changed", "plan.renewal_failed", "plan.ended"]
    (ended,) = [each for each in desk.told() if each.kind == "plan.ended"]
    assert to_text(ended.at) == "2027-03-30T12:00:00Z"
    assert ended.detail == {"plan_id": "starter", "reason": "unpaid", "current_plan_id": "none"}


def test_gc21_gc22_each_cancellation_and_each_return_is_said_and_the_end_as_of_its_instant(desk: Told) -> None:
    for _ in range(2):
        cancel("acme", OWNER, desk=desk.sales)
        resume("acme", OWNER, desk=desk.sales)
    cancel("acme", OWNER, desk=desk.sales)
    both = ["plan.canceled", "plan.resumed"]
    assert desk.kinds() == ["plan.changed", *both, *both, "plan.canceled"]
    assert [each.detail for each in desk.told() if each.kind == "plan.canceled"] == [
        {"plan_id": "starter", "cancel_at": f"{ENDS}Z"}
    ] * 3
    desk.go_to("2027-03-05T12:00:00")
    desk.renew()
    assert desk.kinds()[-1] == "plan.ended"
    (ended,) = [each for each in desk.told() if each.kind == "plan.ended"]
    assert (ended.at, ended.detail["reason"]) == (from_text(f"{ENDS}Z"), "canceled")


def test_a_plan_that_is_cancelled_while_unpaid_ended_for_that(desk: Told) -> None:
    desk.decline()
    desk.go_to("2027-02-28T13:30:00")
    desk.renew()
    desk.settle_renewals()
    cancel("acme", OWNER, desk=desk.sales)
    assert [kind for kind in desk.kinds() if kind != "plan.changed"] == ["plan.renewal_failed", "plan.ended"]
    assert desk.detail("plan.ended")["reason"] == "unpaid"


def test_is58_a_change_that_waited_is_said_when_it_has_begun_as_of_its_instant(desk: Told) -> None:
    desk.change("growth")
    desk.change("starter")
    assert desk.kinds() == ["plan.changed"] * 2, "the wish is no change"
    desk.go_to("2027-03-02T12:00:00")
    desk.renew()
    last = desk.told()[-1]
    assert (desk.kinds(), to_text(last.at)) == (["plan.changed"] * 3, f"{ENDS}Z")
    (row,) = desk.renewals()
    assert last.detail == {
        "plan_id": "starter",
        "previous_plan_id": "growth",
        "purchase_id": row.purchase_id,
        "plan_ends_at": None,
    }


def test_an_upgrade_of_a_cancelled_plan_is_a_change_not_a_return(desk: Told) -> None:
    cancel("acme", OWNER, desk=desk.sales)
    desk.change("growth")
    assert desk.kinds() == ["plan.changed", "plan.canceled", "plan.changed"]
