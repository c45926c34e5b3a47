"""docs/restore.md, played: a copy of the table at a moment, then burns and purchases that it lacks, then what the page says to do."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from lotbook.domain.values.instants import HOUR, SECOND
from operate.bring_over import Tables, bring_over
from operate.publish_again import Walk, publish_again
from tests.functions.conftest import ACCOUNT, open_account
from tests.operate.drill import Deployment, deployed
from tests.operate.terminal import lotbook

pytestmark = pytest.mark.engine


@pytest.fixture
def live(dynamo_engine: str) -> Iterator[Deployment]:
    with deployed(dynamo_engine) as made:
        open_account(made.api, "acme")
        yield made


def test_op_6_a_restored_table_gets_its_purchases_back_and_only_the_burns_since_are_lost(live: Deployment) -> None:
    live.buy(100)
    live.burn(5)
    waiting = live.order(30)  # ordered before the moment, paid after it
    moment = live.api.clock.instant
    restored = live.restore()
    live.api.clock.instant += 60 * SECOND
    live.pay(waiting)
    live.settle(waiting)
    later = live.buy(40)
    live.burn(7)
    open_account(live.api, "late")
    first = live.buy(20, "late")
    assert (live.available(), live.available("late")) == (10 + 100 - 5 + 30 + 40 - 7, 10 + 20)

    before = live.table
    live.use(restored)
    assert live.available() == 10 + 100 - 5, "as it was at the moment"
    dry = bring_over(restored.client, Tables(before.name, restored.name), dry=True)
    brought = bring_over(restored.client, Tables(before.name, restored.name))
    assert dict(dry.kinds) == dict(brought.kinds) == {"accounts": 1, "orders": 2}
    assert brought.close_again == brought.erase_again == []
    sent = publish_again(Walk(restored.name, moment - HOUR, moment + HOUR), live.stack())
    assert not sent.failed
    found = live.reconcile()
    assert {(each["difference"], each["outcome"]) for each in found["differences"]} == {
        ("paid_but_not_completed", "repaired"),
        ("completed_without_lot", "repaired"),
    }
    assert (found["open"], live.reconcile()["differences"]) == (0, [])

    lost = 7
    assert live.available() == 10 + 100 - 5 + 30 + 40 - 7 + lost
    assert live.available("late") == 10 + 20
    assert set(live.states().values()) == set(live.states("late").values()) == {"completed"}
    assert {waiting["purchase_id"], later["purchase_id"]} <= set(live.states())
    assert first["purchase_id"] in live.states("late")
    assert [live.audit(each).differences for each in ("acme", "late")] == [(), ()]


def test_op_6_without_the_table_before_a_later_purchase_is_named_for_people(live: Deployment) -> None:
    """The table before may be gone: then the money is there, and nobody knows what for but the gateway."""
    restored = live.restore()
    later = live.buy(40)
    live.use(restored)
    found = live.reconcile()
    (stray,) = found["differences"]
    assert (stray["difference"], stray["outcome"], stray["purchase_id"]) == (
        "paid_unknown_purchase",
        "open",
        later["purchase_id"],
    )


def test_op_6_the_streams_work_is_done_once_more_for_what_the_restored_stream_never_brings(live: Deployment) -> None:
    """A restored table's stream begins empty: what the old one had not delivered would never be told."""
    bought = live.buy(100)
    live.burn(5)
    live.use(live.restore())
    moment = live.api.clock.instant
    sent = publish_again(Walk(live.table.name, moment - HOUR, moment + HOUR), live.stack())
    assert (dict(sent.kinds), sent.failed) == ({"entries": 3, "purchases": 1}, [])
    told = [each for each in live.bus.published if each.kind == "purchase.completed"]
    assert [each.detail["purchase_id"] for each in told] == [bought["purchase_id"]]
    ids = {each.announcement_id for each in live.bus.published}
    publish_again(Walk(live.table.name, moment - HOUR, moment + HOUR), live.stack())
    assert {each.announcement_id for each in live.bus.published} == ids, "the same events, under the same ids"
    lines = live.table.client.query(
        TableName=live.table.name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "S#acme#credits"}},
    )
    assert lines["Count"] == 3


def test_op_6_an_account_that_was_closed_or_erased_since_is_named(
    live: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restore brings back what was erased: nobody at the gateway knows of that, and the table before is the last that does."""
    path = {"account_id": "acme"}
    restored = live.restore()
    live.api.call(f"POST {ACCOUNT}/close", {"reason": "asked to"}, path=path).ok()
    live.api.call(f"POST {ACCOUNT}/erase", path=path).ok(202)
    client = live.client("dynamodb")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    assert lotbook("deployment", "bring-over", live.table.name, restored.name, "--dry-run") == 0
    out = capsys.readouterr().out
    assert "Close again (docs/closing-accounts.md): acme\n" in out
    assert "Erase again (docs/closing-accounts.md): acme\n" in out
    assert lotbook("deployment", "bring-over", live.table.name, live.table.name) == 2
