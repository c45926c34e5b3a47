"""NP-53: a plan that ends is said so many days before, once, and only if it is true then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.plan_ends import ends_soon, plan_end_of
from lotbook.domain.accounts.subscriptions import Subscription
from lotbook.domain.news.announcements import AccountWritten
from lotbook.domain.policy.document import Policy
from lotbook.domain.values.instants import DAY
from lotbook.usecases.accounts.read_account import AccountView, read_account
from lotbook.usecases.news.announce_expiring import notices_due
from lotbook.usecases.news.deliver_changes import deliver_changes
from tests.fakes.accounts import FakeAccounts, FakePolicies
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.fakes.outbox import World
from tests.fakes.samples import account_on, instant, published

BOUGHT, ENDS = instant("2027-03-01T10:00:00Z"), instant("2028-02-29T10:00:00Z")
FROM = instant("2028-01-30T10:00:00Z")


def on_pro(ends_at: int = ENDS) -> Account:
    """An account of 9Pic that has bought Pro."""
    account = replace(account_on("9pic", "pro"), anchor=BOUGHT, plan_billing="stripe")
    return replace(account, plan_purchase_id="pur_1", plan_ends_at=ends_at)


def subscriber(cancel_at: int | None) -> tuple[Policy, Account]:
    """An account on a plan that renews, cancelled or not, under a policy that says a plan's end a week before."""
    policy = published("gocontent").policy
    record = Subscription("sub_1", "si_1", "starter", 1, "price_1", 4_000, BOUGHT, "pur_1", cancel_at=cancel_at)
    account = replace(account_on("gocontent", "starter"), anchor=BOUGHT, plan_billing="stripe", plan_renews=True)
    told = replace(policy, alerts=replace(policy.alerts, term_ends_within_days=7))
    return told, replace(account, subscription=record)


class Ends:
    """A world with one account, its notices and its clock."""

    def __init__(self, account: Account, policy: Policy) -> None:
        self.world = World(account=account)
        self.accounts, self.policies = FakeAccounts(account), FakePolicies(policy)
        self.outlets = replace(self.world.outlets, accounts=self.accounts, policies=self.policies)

    @property
    def view(self) -> AccountView:
        """The account as its holder sees it now."""
        desk = credit_desk(FakeBooks(), self.world.clock, lambda _: None)
        return read_account("acme", accounts=self.accounts, policies=self.policies, desk=desk)

    def written(self, before: Account, after: Account) -> None:
        """The stream brings a write of the account."""
        self.accounts.save(replace(after, version=self.accounts.get("acme").version))
        assert (
            deliver_changes({"1": AccountWritten(before, after)}, statement=self.world.statement, outlets=self.outlets)
            == {}
        )

    def at(self, now: int) -> list[tuple[object, object]]:
        """The schedule runs then: what was said by then, as plan and end."""
        self.world.clock.instant = now
        work = notices_due(due=self.world.notices, outlets=self.outlets)
        for item in list(work.items):
            work.settle(item)
        return [(each.detail["plan_id"], each.detail["plan_ends_at"]) for each in self.world.bus.of("plan.ending")]


def of_9pic() -> Ends:
    ends = Ends(on_pro(), published("9pic").policy)
    ends.written(account_on("9pic", "payg"), on_pro())
    return ends


def test_np_53_w15_it_is_said_thirty_days_before_from_the_very_instant() -> None:
    policy = published("9pic").policy
    end = plan_end_of(policy, on_pro())
    assert end is not None
    assert (end.said_from, end.ends_at) == (FROM, ENDS)
    assert [ends_soon(policy, on_pro(), at) for at in (FROM - 1_000, FROM, ENDS - 1_000)] == [False, True, True]


def test_np_53_the_event_comes_when_its_time_has_come_and_once() -> None:
    ends = of_9pic()
    assert ends.at(FROM - 1_000) == []
    assert ends.at(FROM) == [("pro", "2028-02-29T10:00:00Z")]
    assert ends.at(FROM + DAY) == [("pro", "2028-02-29T10:00:00Z")]
    assert len(ends.world.bus.published) == len({each.announcement_id for each in ends.world.bus.published})
    assert ends.world.notices.kept == {}


def test_np_53_another_write_of_the_account_says_nothing_again() -> None:
    ends = of_9pic()
    ends.at(FROM)
    ends.written(on_pro(), replace(on_pro(), email="new@acme.example"))
    assert ends.world.notices.kept == {}


def test_np_53_a_plan_that_was_left_meanwhile_is_not_said_to_end() -> None:
    ends = of_9pic()
    ends.written(on_pro(), account_on("9pic", "payg"))
    assert ends.at(FROM) == []
    assert ends.world.notices.kept == {}


def test_np_53_a_schedule_that_comes_after_the_end_says_nothing() -> None:
    assert of_9pic().at(ENDS) == []


def test_gc_21_gc_22_a_cancelled_plan_ends_and_a_resumed_one_does_not() -> None:
    ends_at = instant("2027-05-01T10:00:00Z")
    policy, going = subscriber(None)
    _, cancelled = subscriber(ends_at)
    for resumed, told in ((False, [("starter", "2027-05-01T10:00:00Z")]), (True, [])):
        ends = Ends(going, policy)
        ends.written(going, cancelled)
        if resumed:
            ends.written(cancelled, going)
        assert ends.at(ends_at - 7 * DAY) == told


def test_a_policy_without_days_says_nothing_beforehand() -> None:
    policy, cancelled = subscriber(BOUGHT + DAY)
    silent = replace(policy, alerts=replace(policy.alerts, term_ends_within_days=None))
    assert plan_end_of(silent, cancelled) is None
    assert not ends_soon(silent, cancelled, BOUGHT)


@pytest.mark.parametrize(
    ("plan_id", "unlocked"),
    [("pro", ()), ("team", ("unlimited_members", "permission_management"))],
)
def test_is_20_is_21_the_account_shows_what_its_plan_unlocks(plan_id: str, unlocked: tuple[str, ...]) -> None:
    ends = Ends(account_on("insurestack", plan_id), published("insurestack").policy)
    assert ends.view.entitlements == unlocked


def test_np_53_the_account_shows_that_its_plan_ends_soon_and_what_the_plan_after_it_unlocks() -> None:
    ends = Ends(on_pro(), published("9pic").policy)
    seen = []
    for at in (FROM - 1_000, FROM, ENDS):
        ends.world.clock.instant = at
        seen.append((ends.view.account.plan_id, ends.view.plan_ends_soon))
    assert seen == [("pro", False), ("pro", True), ("payg", False)]
