"""Reconciliation over whole events: the schedule's, and one that names a period; on the table and a gateway in memory."""

from __future__ import annotations

from typing import Any

import pytest

from functions.reconcile import app
from lotbook import wiring, wiring_reconciliation
from lotbook.adapters.dynamo.made import DynamoPurchaseLists
from lotbook.domain.sales.gateway import PaymentFacts
from lotbook.domain.values.errors import InvalidRequest, Unavailable
from lotbook.usecases.reconciliation.reconcile import Reconciliation
from tests.fakes.purchases import FakeGateway
from tests.fakes.reconciliation import FakeLists
from tests.functions.conftest import Api, open_account
from tests.functions.test_recheck import Context, bought, press, purchased

SCHEDULE = {"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    open_account(api, "acme")
    lists = FakeLists(fake, 100)

    def ports() -> Reconciliation:
        journal = wiring.reconciliation_journal()
        return Reconciliation(wiring.sales_desk(), lists, DynamoPurchaseLists(wiring.table()), journal)

    monkeypatch.setattr(wiring_reconciliation, "reconciliation", ports)
    return fake


def run(**asked: str) -> dict[str, Any]:
    return app.handler({**SCHEDULE, **asked}, Context(900_000))


def test_d_09_the_daily_run_completes_what_everybody_missed_and_says_so(api: Api, gateway: FakeGateway) -> None:
    """D9, D5."""
    row = bought(api)
    gateway.pay(next(iter(gateway.sessions)))
    found = run()
    assert (found["repaired"], found["open"], found["more"]) == (1, 0, False)
    assert found["compared"] == {
        "checkouts": 1,
        "plan_invoices": 0,
        "auto_invoices": 0,
        "subscriptions": 0,
        "refunds": 0,
        "disputes": 0,
        "purchases": 1,
        "strays": 0,
    }
    assert found["differences"] == [
        {
            "difference": "paid_but_not_completed",
            "severity": "critical",
            "outcome": "repaired",
            "repair": "settle",
            "account_id": "acme",
            "purchase_id": row["purchase_id"],
            "reference": next(iter(gateway.sessions)),
            "fields": [],
        }
    ]
    assert purchased(api) == 30
    assert run()["differences"] == []


def test_np_29_a_purchase_that_recheck_completed_is_no_difference(api: Api, gateway: FakeGateway) -> None:
    row = bought(api)
    gateway.pay(next(iter(gateway.sessions)))
    press(api, row).ok()
    assert run()["differences"] == []


def test_a_period_that_somebody_names_is_compared_as_named(api: Api, gateway: FakeGateway) -> None:
    bought(api)
    found = run(**{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"})
    assert (found["from"], found["to"]) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert found["compared"]["purchases"] == 0


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"from": "yesterday", "to": "2026-01-02T00:00:00Z"}, ValueError),
        ({"from": "2026-01-02T00:00:00Z"}, KeyError),
        ({"from": "2026-01-02T00:00:00", "to": "2026-01-03T00:00:00"}, ValueError),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, InvalidRequest),
    ],
)
def test_what_is_no_period_fails_loudly(
    api: Api, gateway: FakeGateway, asked: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(**asked)


def test_a_gateway_that_does_not_answer_fails_the_run_and_the_next_goes_on(api: Api, gateway: FakeGateway) -> None:
    bought(api)
    gateway.pay(next(iter(gateway.sessions)))
    wiring_reconciliation.reconciliation().gateway.fails = 1  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        run()
    assert run()["repaired"] == 1


def test_d_08_the_answer_and_the_log_hold_no_amount_and_no_address(
    api: Api, gateway: FakeGateway, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """D8."""
    bought(api)
    session = next(iter(gateway.sessions))
    gateway.pay(session, payment=PaymentFacts("pi_1", "succeeded", "usd", 123_456, None))
    found = run()
    assert [(each["difference"], each["outcome"], each["fields"]) for each in found["differences"]] == [
        ("amount_mismatch", "open", ["payment"])
    ]
    said = str(found) + "".join(capsys.readouterr()) + caplog.text
    assert "reconciliation_difference" in caplog.text
    for secret in ("123456", "a@b.example"):
        assert secret not in said
    assert purchased(api) == 0
