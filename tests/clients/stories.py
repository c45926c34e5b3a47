"""The stories of `stories.json` as the Python clients play them; `typescript/stories.ts` plays the same. Each has an account of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import lotbook_client as lotbook
from lotbook_client.bodies import BatchItemBody
from tests.clients import proxy
from tests.clients.stage import Stage

EXPECTED: dict[str, Any] = {
    story["name"]: story["outcome"]
    for story in json.loads(Path(__file__).with_name("stories.json").read_text(encoding="utf-8"))
}
Story = Callable[[Stage], Awaitable[dict[str, Any]]]
STORIES: dict[str, Story] = {}
TRIES = 200


def story(play: Story) -> Story:
    STORIES[play.__name__] = play
    return play


@story
async def buy_and_burn(s: Stage) -> dict[str, Any]:
    await s.opened()
    free = (await s.balance()).available
    order = await s.of(s.client.create_purchase(s.account, {"kind": "top_up", "credits": 30}))
    s.pay(order.checkout_url)
    for _ in range(TRIES):
        bought = await s.of(s.client.recheck_purchase(s.account, order.purchase_id))
        if bought.state == "completed":
            break
    price = bought.lines[0].unit_price
    assert isinstance(price, Decimal)
    assert isinstance(bought.created_at, datetime)
    assert bought.created_at.tzinfo is not None
    available = (await s.balance()).available
    burned = await s.of(s.client.consume_credits(s.account, 12))
    return {
        "free": free,
        "state": bought.state,
        "item": {"kind": bought.item.kind, "credits": bought.item.credits},
        "total_minor": bought.total_minor,
        "unit_price": str(price),
        "available": available,
        "burned": [draw.credits for draw in burned.draws],
        "left": burned.available,
    }


@story
async def a_key_burns_once_and_a_made_one_is_new_each_time(s: Stage) -> dict[str, Any]:
    await s.opened()
    burns = [await s.of(s.client.consume_credits(s.account, 4, idempotency_key="job-1")) for _ in range(2)]
    made = [await s.of(s.client.consume_credits(s.account, 1)) for _ in range(2)]
    return {
        "replayed": [each.replayed for each in burns],
        "same": burns[0] == burns[1],
        "made": [each.replayed for each in made],
        "available": made[-1].available,
    }


@story
async def a_batch_is_many_burns_or_one(s: Stage) -> dict[str, Any]:
    await s.opened()
    rows: list[BatchItemBody] = [{"credits": 2, "reference": "row 1"}, {"credits": 3}]
    one = [await s.of(s.client.consume_batch(s.account, rows, idempotency_key="import-9")) for _ in range(2)]
    many = await s.of(s.client.consume_batch(s.account, [{"credits": 1, "idempotency_key": "a"}]))
    mixed = await s.refused(
        lambda: s.client.consume_batch(s.account, [{"credits": 1, "idempotency_key": "a"}], idempotency_key="b")
    )
    keyless = await s.refused(lambda: s.client.consume_batch(s.account, rows))
    return {
        "replayed": [each.replayed for each in one],
        "lines": [[line.credits, line.reference] for line in one[0].lines or []],
        "one": [one[0].credits, one[0].available, one[0].results],
        "many": [each.status for each in many.results or []],
        "entry": many.entry_id,
        "refused": [_told(mixed), _told(keyless)],
    }


@story
async def a_refusal_has_a_class_with_its_data(s: Stage) -> dict[str, Any]:
    await s.opened()
    too_much = await s.refused(lambda: s.client.consume_credits(s.account, 99))
    assert isinstance(too_much, lotbook.InsufficientCredits)
    await s.of(s.client.consume_credits(s.account, 1, idempotency_key="job-1"))
    reused = await s.refused(lambda: s.client.consume_credits(s.account, 2, idempotency_key="job-1"))
    wrong = await s.refused(lambda: s.client.grant_credits(s.account, 0, reason="none"))
    assert isinstance(wrong, lotbook.InvalidRequest)
    absent = await s.refused(lambda: s.client.read_account(f"{s.account}-b"))
    stranger = await s.refused(lambda: s.over(s.product, key="lbk_nobody").read_account(s.account))
    assert isinstance(stranger, lotbook.UnauthorizedError)
    return {
        "too_much": _told(too_much),
        "requested": too_much.requested,
        "available": too_much.available,
        "reused": _told(reused),
        "wrong": _told(wrong),
        "field": wrong.errors[0]["field"],
        "absent": _told(absent),
        "stranger": [lotbook.UnauthorizedError.__name__, stranger.status],
        "kept": (await s.balance()).available,
    }


@story
async def a_hold_ends_with_its_block(s: Stage) -> dict[str, Any]:
    await s.opened()
    told: dict[str, Any] = {}
    async with s.inside(s.client.hold(s.account, 8)) as hold:
        ended = await s.of(hold.capture(5))
    told |= {"captured": ended.captured, "released": ended.released, "after_capture": _left(await s.balance())}
    async with s.inside(s.client.hold(s.account, 4)):
        told["inside"] = (await s.balance()).held
    told["after_nothing"] = _left(await s.balance())
    try:
        async with s.inside(s.client.hold(s.account, 4)):
            raise RuntimeError("the work failed")
    except RuntimeError as error:
        told |= {"error": str(error), "after_error": _left(await s.balance())}
    async with s.inside(s.client.hold(s.account, 4)) as hold:
        told["given_back"] = (await s.of(hold.release())).released
        second = await s.refused(lambda: hold.capture(1))
    assert isinstance(second, lotbook.HoldClosed)
    told |= {"second": _told(second), "state": second.state, "worked": False}

    async def work() -> None:
        async with s.inside(s.client.hold(s.account, 99)):
            told["worked"] = True

    told["too_much"] = type(await s.refused(work)).__name__
    kinds = [entry.kind for entry in await s.each(s.client.list_entries(s.account))]
    return told | {"kinds": kinds[::-1]}


@story
async def a_list_is_read_to_its_end(s: Stage) -> dict[str, Any]:
    await s.opened()
    for _ in range(5):
        await s.of(s.client.consume_credits(s.account, 1))
    listed = s.client.list_entries(s.account, limit=2)
    lines = "".join(await s.each(s.client.export_entries(s.account))).splitlines()
    return {
        "credits": [entry.credits for entry in await s.each(listed)],
        "pages": [len(page.entries) for page in await s.each(listed.pages())],
        "first": len((await s.of(listed.page())).entries),
        "columns": "entry_id" in lines[0].split(","),
        "lines": len(lines),
    }


@story
async def accounts_are_found(s: Stage) -> dict[str, Any]:
    await s.opened()
    name = f"auth0|{s.account}"
    await s.of(s.client.change_account(s.account, external_id=name, metadata={"team": "blue"}))
    found = await s.each(s.client.list_accounts(external_id=name))
    after = await s.of(s.client.change_account(s.account, external_id=None))
    return {
        "found": len(found),
        "mine": found[0].account_id == s.account,
        "metadata": after.metadata,
        "after": after.external_id,
    }


@story
async def what_became_of_credits_is_read_by_its_id(s: Stage) -> dict[str, Any]:
    await s.opened()
    given = await s.of(s.client.grant_credits(s.account, 20, reason="welcome", metadata={"team": "blue"}))
    async with s.inside(s.client.hold(s.account, 8)) as hold:
        await s.of(hold.capture(5))
    taken = await s.of(s.client.void_lot(s.account, given.lot_id, "sent twice"))
    lot = await s.of(s.client.read_lot(s.account, given.lot_id))
    entry = await s.of(s.client.read_entry(s.account, taken.entry_id))
    held = await s.of(s.client.read_hold(s.account, hold.hold_id))
    listed = await s.each(s.client.list_holds(s.account, state="captured"))
    return {
        "lot": [lot.state, lot.taken_back, lot.metadata],
        "entry": [entry.kind, entry.credits, entry.reason],
        "hold": [held.state, held.captured, held.released],
        "listed": [each.hold_id == hold.hold_id for each in listed],
    }


@story
async def a_lost_answer_burns_once(s: Stage) -> dict[str, Any]:
    await s.opened()
    burned = await s.of(s.bad(proxy.LOSSY).consume_credits(s.account, 4))
    entries = await s.each(s.client.list_entries(s.account))
    burns = [entry for entry in entries if entry.kind == "consumed"]
    found = {"replayed": burned.replayed, "available": burned.available}
    return found | s.seen() | {"burns": len(burns)}


@story
async def a_lost_answer_buys_once(s: Stage) -> dict[str, Any]:
    await s.opened()
    order = await s.of(s.bad(proxy.LOSSY).create_purchase(s.account, {"kind": "top_up", "credits": 30}))
    rows = await s.each(s.client.list_purchases(s.account))
    return {"replayed": order.replayed} | s.seen() | {"purchases": len(rows)}


@story
async def a_lost_answer_holds_and_captures_once(s: Stage) -> dict[str, Any]:
    await s.opened()
    async with s.inside(s.bad(proxy.LOSSY).hold(s.account, 8)) as hold:
        ended = await s.of(hold.capture(5))
    balance = await s.balance()
    return {"captured": ended.captured, "available": balance.available, "held": balance.held} | s.seen()


@story
async def a_lost_answer_that_is_not_asked_for_again(s: Stage) -> dict[str, Any]:
    await s.opened()
    error = await s.refused(lambda: s.bad(proxy.LOSSY).make_portal_link(s.account, "owner"))
    return {"error": type(error).__name__, "tries": s.seen()["tries"]}


@story
async def a_busy_api_is_asked_again_when_it_said(s: Stage) -> dict[str, Any]:
    await s.opened()
    began = time.monotonic()
    burned = await s.of(s.bad(proxy.BUSY).consume_credits(s.account, 3))
    waited = time.monotonic() - began >= proxy.WAIT_SECONDS
    return {"available": burned.available} | s.seen() | {"waited": waited}


@story
async def retries_have_an_end(s: Stage) -> dict[str, Any]:
    await s.opened()
    error = await s.refused(lambda: s.bad(proxy.DOWN, retries=1).consume_credits(s.account, 3))
    name, status = _told(error)
    found = {"error": name, "status": status, "tries": s.seen()["tries"]}
    return found | {"available": (await s.balance()).available}


@story
async def a_policy_is_read_and_published_as_it_is(s: Stage) -> dict[str, Any]:
    policy = await s.of(s.client.read_policy("insurestack"))
    named = {**policy, "policy_id": s.account}
    tried = await s.of(s.client.publish_policy_dry_run(s.account, named))
    published = await s.of(s.client.publish_policy(s.account, named))
    same = await s.of(s.client.publish_policy_dry_run(s.account, named))
    listed = await s.each(s.client.list_policies(limit=2))
    versions = await s.each(s.client.list_policy_versions(s.account))
    again = await s.of(s.client.read_policy(s.account))
    plans = again["plans"] == policy["plans"]
    return {
        "same_title": again["title"] == policy["title"],
        "version": published.version,
        "plans": plans,
        "tried": [tried.version, len(tried.changes) > 9, len(same.changes)],
        "listed": s.account in [each.policy_id for each in listed],
        "versions": [each.version for each in versions],
    }


def _told(error: lotbook.LotbookError) -> list[object]:
    assert isinstance(error, lotbook.ApiError)
    return [type(error).__name__, error.status]


def _left(balance: Any) -> list[int]:
    return [balance.available, balance.held]
