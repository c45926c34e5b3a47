"""Policy documents: what they say about changes of plan and about renewals, and which of it is refused."""

from __future__ import annotations

import pytest

from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.policy.stored import read_policy
from tests.fakes.policy_documents import changed, document, errors_of

MUTATIONS: list[tuple[str, str, object, str, str]] = [
    # policy, path, value, what is found, part of what is allowed
    ("insurestack", "plan_change.upgrade.resets_cycle", False, "false", "without a new anchor"),
    ("insurestack", "plan_change.downgrade.plan_credits", "carry", '"carry"', "carry only with when: now"),
    ("insurestack", "plan_change.downgrade.purchased_credits", "carry", '"carry"', "carry only with when: now"),
    ("insurestack", "plan_change.downgrade.carried_until", "never", '"never"', "'billing_period_end'"),
    ("insurestack", "plan_change.upgrade.companions", "stay", '"stay"', "'follow'"),
    ("insurestack", "plan_change.renewal.grace_days", -1, "-1", "0 to 366"),
    ("insurestack", "plan_change.renewal.grace_days", 367, "367", "0 to 366"),
    ("insurestack", "plan_change.renewal.ends_after_days", 6, "6", "from grace_days (7) to 366"),
    ("insurestack", "plan_change.renewal.ends_after_days", 367, "367", "from grace_days (7) to 366"),
    ("insurestack", "plan_change.renewal.during_grace", "stop", '"stop"', "'freeze'"),
    ("make", "plan_change.downgrade.unused_of", "credit_period", '"credit_period"', "months of core-10k-annual"),
    ("make", "plan_change.downgrade.plan_credits", "forfeit", '"forfeit"', "months of core-10k-annual"),
    ("make", "plan_change.downgrade.when", "period_end", '"carry"', "nothing is left to be carried"),
    ("make", "plan_change.upgrade.convert.price", "paid", '"paid"', "'lower_of_paid_and_plan'"),
]
# Where the finding is somewhere else than the change.
ELSEWHERE = {"plan_change.downgrade.when": "plan_change.downgrade.plan_credits"}


@pytest.mark.parametrize(("name", "path", "value", "found", "allowed"), MUTATIONS)
def test_what_would_lose_or_prorate_paid_credits_is_refused_with_path_found_and_allowed(
    name: str, path: str, value: object, found: str, allowed: str
) -> None:
    errors = errors_of(changed(name, path, value))
    told = errors[ELSEWHERE.get(path, path)]
    assert told["found"] == found
    assert allowed in told["allowed"]


def test_x_26_a_grace_that_ends_with_the_plan_and_none_at_all_are_policies_too() -> None:
    for days in ({"grace_days": 0, "ends_after_days": 0}, {"grace_days": 366, "ends_after_days": 366}):
        assert parse_policy(changed("insurestack", "plan_change.renewal", days)).plan_change.renewal.grace_days >= 0


@pytest.mark.parametrize("interval", ["month", "year"])
def test_plans_1_7_no_plan_renews_in_rupees_and_nothing_is_bought_by_itself_there(interval: str) -> None:
    """India's cards need a mandate and a notice before each charge, which nobody sends yet; a term is paid once."""
    made = changed("9pic", "plans.1.interval", interval)
    del made["plans"][1]["term_days"]
    assert "mandate" in errors_of(made)["plans.1.prices_minor.inr"]["allowed"]
    assert "mandate" in errors_of(changed("9pic", "auto_top_up", {"credits": 1_000}))["auto_top_up"]["allowed"]
    parse_policy(document("9pic"))


def test_x_22_a_move_down_now_beside_months_paid_ahead_is_refused_only_where_they_would_be_lost() -> None:
    """A year whose credits all come at once has no months to come."""
    made = changed("make", "plan_change.downgrade.unused_of", "credit_period")
    for plan in made["plans"]:
        if plan["interval"] == "year" and "prices_minor" in plan:
            plan["credit_period_months"] = 12
    parse_policy(made)


def test_a_version_from_before_plans_renewed_is_read_with_what_it_meant_then() -> None:
    older = document("make")
    older["plan_change"] = {
        "upgrade": {"plan_credits": "convert", "purchased_credits": "convert", "resets_cycle": True},
        "downgrade": {"when": "now", "plan_credits": "carry", "to_free_when": "period_end"},
        "cancellation": {"when": "period_end", "resumable": False},
    }
    read = read_policy(older).plan_change
    assert (read.upgrade.unused_of, read.upgrade.companions, read.upgrade.convert.rest) == (
        "credit_period",
        "follow",
        "keep",
    )
    assert (read.downgrade.purchased_credits, read.downgrade.carried_until) == ("keep", "credit_period_end")
    renewal = read.renewal
    assert (renewal.grace_days, renewal.during_grace, renewal.after_grace, renewal.ends_after_days) == (
        7,
        "spend",
        "pause",
        30,
    )
