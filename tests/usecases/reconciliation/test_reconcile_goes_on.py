"""A comparison that takes several runs: what one has compared, the next asks nobody about (S4)."""

from __future__ import annotations

import pytest

from lotbook.domain.values import instants
from tests.fakes.office import Office


@pytest.mark.parametrize("pages", [1, 2, 3, 5, 7, 9])
def test_s4_a_run_that_had_to_stop_asks_the_gateway_nothing_twice(pages: int) -> None:
    """`seen` lived in one run: the next one asked the gateway for each settled purchase, and never caught up."""
    office = Office()
    for number in range(7):
        office.settled(f"key-{number}")
    runs = 1
    while office.run(max_pages=pages).more:
        runs += 1
    assert runs > 1
    lists = {"checkouts", "plan_invoices", "auto_invoices", "subscriptions", "refunds", "disputes"}
    assert set(office.lists.asked) == lists


def test_s4_what_another_run_has_seen_does_not_count_for_the_next_days_run() -> None:
    """Each day compares the last three anew: what changed since yesterday is seen."""
    office = Office(100)
    session = office.settled("key-1")
    office.run(max_pages=1)
    assert office.run().shown == ()
    office.desk.clock.instant += instants.DAY
    office.lists.unlisted |= {session}
    assert office.run().shown == ()
    assert session in office.lists.asked
