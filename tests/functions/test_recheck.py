"""Recheck over whole events: the button, and the schedule."""

from __future__ import annotations

from typing import Any

import pytest

from functions.recheck import app
from lotbook import wiring
from lotbook.domain.sales.gateway import EventHint, Tag
from lotbook.domain.values.errors import Unavailable
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Answer, Api, key_with, member, open_account

RECHECK = f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck"
SCHEDULE = {"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event"}
MINUTE = 60_000


def swept(checked: int, decided: int, followed: int = 0, more: bool = False) -> dict[str, Any]:
    """What a run without a failure answers."""
    return {"checked": checked, "decided": decided, "followed": followed, "closings": 0, "more": more, "failed": []}


class Context:
    """Lambda's, with time to spare."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:lotbook-test-sweep"

    def __init__(self, left: int = 120_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    open_account(api, "acme")
    return fake


def bought(api: Api, key: str = "k") -> dict[str, Any]:
    item = {"kind": "top_up", "credits": 30}
    path = {"account_id": "acme"}
    row: dict[str, Any] = api.call(f"POST {ACCOUNT}/purchases", {"item": item}, member("acme"), key, path).ok(201)
    return row


def press(api: Api, row: dict[str, Any], caller: Any = None, **path: str) -> Answer:
    where = {"account_id": "acme", "purchase_id": row["purchase_id"]} | path
    return api.call(RECHECK, caller=caller or member("acme"), path=where)


def purchased(api: Api) -> int:
    lots = api.call(f"GET {ACCOUNT}/balance", path={"account_id": "acme"}).ok()["lots"]
    return sum(lot["remaining"] for lot in lots if lot["kind"] == "purchased")


def test_np_29_recheck_answers_the_completed_purchase_with_its_lot(api: Api, gateway: FakeGateway) -> None:
    """D9: charged, but no webhook."""
    row = bought(api)
    assert press(api, row).ok()["state"] == "pending"
    gateway.pay(next(iter(gateway.sessions)))
    answers = [press(api, row).ok() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["state"] == "completed"
    assert answers[0]["lot_id"]
    assert purchased(api) == 30


def test_np_31_without_an_answer_of_the_gateway_it_is_503_and_stays_pending(api: Api, gateway: FakeGateway) -> None:
    row = bought(api)
    gateway.pay(next(iter(gateway.sessions)))
    gateway.later = {"checkout": ["before"]}
    press(api, row).problem(503, "unavailable")
    assert purchased(api) == 0
    assert press(api, row).ok()["state"] == "completed"


def test_is_31_np_01_the_button_is_for_buyers(api: Api, gateway: FakeGateway) -> None:
    row = bought(api)
    press(api, row, member("acme", "operator")).problem(403, "forbidden")
    press(api, row, key_with("read")).problem(403, "forbidden")
    assert press(api, row, key_with("purchases:write")).status == 200


def test_is_30_d_40_other_accounts_and_purchases_are_404(api: Api, gateway: FakeGateway) -> None:
    """D40."""
    row = bought(api)
    press(api, row, member("other")).problem(404, "account_not_found")
    press(api, row, account_id="nobody", caller=key_with("purchases:write")).problem(404, "account_not_found")
    for purchase_id in ("pur_0000000000zzzzzzzzzzzzzzzz", "x", "%20"):
        press(api, row, purchase_id=purchase_id).problem(404, "purchase_not_found")


def test_np_43_d_09_the_schedule_finishes_what_nobody_asked_about(api: Api, gateway: FakeGateway) -> None:
    """D9."""
    bought(api)
    bought(api, "other")
    gateway.pay(next(iter(gateway.sessions)))
    assert app.handler(SCHEDULE, Context()) == swept(0, 0)
    api.clock.instant += 15 * MINUTE
    assert app.handler(SCHEDULE, Context()) == swept(2, 1)
    assert purchased(api) == 30
    api.clock.instant += 24 * 60 * MINUTE
    assert app.handler(SCHEDULE, Context()) == swept(1, 1)
    assert app.handler(SCHEDULE, Context()) == swept(0, 0)
    rows = api.call(f"GET {ACCOUNT}/purchases", path={"account_id": "acme"}).ok()["purchases"]
    assert sorted(row["state"] for row in rows) == ["abandoned", "completed"]


def test_d_31_only_a_run_writes_the_line_that_says_that_the_schedule_lives(
    api: Api, gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    """D31: the template's alarm counts this line, for buyers invoke the function, too."""
    press(api, bought(api)).ok()
    assert '"job":"recheck"' not in capsys.readouterr().out
    app.handler(SCHEDULE, Context())
    assert '"job":"recheck"' in capsys.readouterr().out


def test_a_run_without_time_goes_on_by_itself_and_one_without_a_gateway_raises(
    api: Api, gateway: FakeGateway, begun: list[tuple[str, dict[str, Any]]]
) -> None:
    """The schedule's retry and alarm see it; nothing is swallowed."""
    bought(api)
    api.clock.instant += 15 * MINUTE
    assert app.handler(SCHEDULE, Context(left=1_000)) == swept(0, 0, more=True)
    assert [event["chain"]["number"] for _, event in begun] == [2]
    gateway.later = {"checkout": ["before"]}
    with pytest.raises(ExceptionGroup, match="of account acme") as failed:
        app.handler(SCHEDULE, Context())
    assert isinstance(failed.value.exceptions[0], Unavailable)


def test_s4_one_purchase_that_raises_anything_is_named_and_keeps_no_other_from_its_look(
    api: Api, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4: the run had no catch at all and ended at the first such purchase. It rings once, and says so in its answers after."""
    rows = [bought(api, key) for key in ("a", "b")]
    for session in list(gateway.sessions):
        gateway.pay(session)
    poisoned = next(name for name, facts in gateway.sessions.items() if facts.reference == rows[0]["purchase_id"])
    checkout = gateway.checkout
    monkeypatch.setattr(gateway, "checkout", lambda name: {}[name] if name == poisoned else checkout(name))
    api.clock.instant += 15 * MINUTE
    with pytest.raises(ExceptionGroup, match=f"1 could not be done: purchase {rows[0]['purchase_id']} of account acme"):
        app.handler(SCHEDULE, Context())
    assert purchased(api) == 30
    api.clock.instant += 5 * MINUTE
    name = {"what": "purchase", "account_id": "acme", "name": rows[0]["purchase_id"]}
    assert app.handler(SCHEDULE, Context())["failed"] == [{**name, "times": 2, "error": "KeyError"}]


def test_x_18_d_09_the_schedule_hears_of_money_back_from_the_gateways_own_list(api: Api, gateway: FakeGateway) -> None:
    """X-18, D9: a refund and a dispute whose events nobody acknowledged; one that is not ours among them."""
    rows = [bought(api, key) for key in ("a", "b")]
    for session in list(gateway.sessions):
        gateway.pay(session)
    for row in rows:
        press(api, row).ok()
    assert purchased(api) == 60
    first, second = (row["gateway_refs"]["payment_intent"] for row in (press(api, row).ok() for row in rows))
    gateway.send_back(first)
    gateway.dispute(second)
    told = {
        "charge.refunded": first,
        "refund.created": first,
        "charge.dispute.created": second,
        "refund.updated": "pi_x",
    }
    gateway.unheard = [
        EventHint(f"evt_{kind}", kind, False, None, "refund", "id", payment, Tag()) for kind, payment in told.items()
    ]
    assert app.handler(SCHEDULE, Context()) == swept(0, 0, followed=2)
    assert [press(api, row).ok()["state"] for row in rows] == ["refunded", "disputed"]
    assert purchased(api) == 30, "the refunded are gone, the disputed are there and frozen"
    assert app.handler(SCHEDULE, Context()) == swept(0, 0), (
        "an event is followed once, however long it stays in the list"
    )


def test_d_31_a_late_payment_without_a_purchase_is_kept_and_stops_no_run(api: Api, gateway: FakeGateway) -> None:
    """D31: the schedule hears of it from the gateway's list in every run; it may keep it, and does the rest of its work."""
    tag = Tag("lotbook", wiring.deployment().stage, "acme", "pur_0000000000zzzzzzzzzzzzzzzz")
    late = "checkout.session.async_payment_succeeded"
    gateway.unheard = [EventHint("evt_1", late, False, None, "checkout.session", "cs_x", "pi_x", tag)]
    with pytest.raises(ExceptionGroup, match="undelivered pi_x#1 of account acme"):
        app.handler(SCHEDULE, Context())
    api.clock.instant += 5 * MINUTE
    assert [each["name"] for each in app.handler(SCHEDULE, Context())["failed"]] == ["pi_x#1"]
    assert wiring.reconciliation_journal().stray("pi_x")
