"""A comparison that takes several runs: what one has compared, the next asks nobody about (S4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.values import instants
from lotbook.domain.values.newer_format import NewerFormat
from lotbook.usecases.reconciliation.reconcile import MAX_SILENT_IN_A_ROW
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


def test_s1_what_a_newer_release_has_written_is_named_and_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """In however many accounts: it is no store that answers nobody (decision 112)."""
    office = Office(100)
    for number in range(MAX_SILENT_IN_A_ROW + 2):
        office.paid(f"key-{number}")
    for number, (session, facts) in enumerate(list(office.desk.gateway.sessions.items())):
        office.desk.gateway.sessions[session] = replace(facts, tag=replace(facts.tag, account_id=f"acme-{number}"))

    def newer(*_: object) -> None:
        raise NewerFormat

    monkeypatch.setattr(office.desk.purchases, "get", newer)
    run = office.run()
    assert not run.more
    assert len({failure.name for failure in run.failures}) > MAX_SILENT_IN_A_ROW
