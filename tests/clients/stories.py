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
async def the_same_key_burns_once(s: Stage) -> dict[str, Any]:
    await s.opened()
    burns = [await s.of(s.client.consume_credits(s.account, 4, idempotency_key="job-1")) for _ in range(2)]
    available = (await s.balance()).available
    return {"replayed": [each.replayed for each in burns], "same": burns[0] == burns[1], "available": available}


@story
async def a_made_key_is_another_one_each_time(s: Stage) -> dict[str, Any]:
    await s.opened()
    burns = [await s.of(s.client.consume_credits(s.account, 3)) for _ in range(2)]
    return {"replayed": [each.replayed for each in burns], "available": burns[-1].available}


@story
async def too_much_is_refused(s: Stage) -> dict[str, Any]:
    await s.opened()
    error = await s.refused(lambda: s.client.consume_credits(s.account, 99))
    assert isinstance(error, lotbook.InsufficientCredits)
    kept = (await s.balance()).available
    return _told(error) | {"requested": error.requested, "available": error.available, "kept": kept}


@story
async def another_body_under_the_same_key(s: Stage) -> dict[str, Any]:
    await s.opened()
    await s.of(s.client.consume_credits(s.account, 1, idempotency_key="job-1"))
    return _told(await s.refused(lambda: s.client.consume_credits(s.account, 2, idempotency_key="job-1")))


@story
async def a_wrong_request_names_its_field(s: Stage) -> dict[str, Any]:
    await s.opened()
    error = await s.refused(lambda: s.client.grant_credits(s.account, 0, reason="none"))
    assert isinstance(error, lotbook.InvalidRequest)
    return _told(error) | {"field": error.errors[0]["field"]}


@story
async def an_account_that_is_not_there(s: Stage) -> dict[str, Any]:
    return _told(await s.refused(lambda: s.client.read_account(s.account)))


@story
async def a_wrong_key(s: Stage) -> dict[str, Any]:
    stranger = s.over(s.product, key="lbk_nobody")
    error = await s.refused(lambda: stranger.read_account(s.account))
    assert isinstance(error, lotbook.UnauthorizedError)
    return {"error": lotbook.UnauthorizedError.__name__, "status": error.status}


@story
async def a_hold_burns_what_was_captured(s: Stage) -> dict[str, Any]:
    await s.opened()
    async with s.inside(s.client.hold(s.account, 8)) as hold:
        ended = await s.of(hold.capture(5))
    balance = await s.balance()
    entries = await s.each(s.client.list_entries(s.account))
    found = {"captured": ended.captured, "released": ended.released}
    return found | _left(balance) | {"kinds": [entry.kind for entry in entries]}


@story
async def a_hold_gives_back_what_was_never_captured(s: Stage) -> dict[str, Any]:
    await s.opened()
    async with s.inside(s.client.hold(s.account, 8)):
        held = (await s.balance()).held
    return {"held_inside": held} | _left(await s.balance())


@story
async def a_hold_gives_back_when_the_work_fails(s: Stage) -> dict[str, Any]:
    await s.opened()
    try:
        async with s.inside(s.client.hold(s.account, 8)):
            raise RuntimeError("the work failed")
    except RuntimeError as error:
        return {"error": str(error)} | _left(await s.balance())


@story
async def a_hold_that_was_released_is_left_alone(s: Stage) -> dict[str, Any]:
    await s.opened()
    async with s.inside(s.client.hold(s.account, 8)) as hold:
        ended = await s.of(hold.release())
        error = await s.refused(lambda: hold.capture(1))
    assert isinstance(error, lotbook.HoldClosed)
    available = (await s.balance()).available
    return {
        "released": ended.released,
        "available": available,
        "second": type(error).__name__,
        "state": error.state,
    }


@story
async def a_hold_that_cannot_be_had(s: Stage) -> dict[str, Any]:
    await s.opened()
    worked = False

    async def work() -> None:
        nonlocal worked
        async with s.inside(s.client.hold(s.account, 99)):
            worked = True

    error = await s.refused(work)
    return {"error": type(error).__name__, "worked": worked, "available": (await s.balance()).available}


@story
async def a_list_is_read_to_its_end(s: Stage) -> dict[str, Any]:
    await s.opened()
    for _ in range(5):
        await s.of(s.client.consume_credits(s.account, 1))
    listed = s.client.list_entries(s.account, limit=2)
    return {
        "credits": [entry.credits for entry in await s.each(listed)],
        "pages": [len(page.entries) for page in await s.each(listed.pages())],
        "first": len((await s.of(listed.page())).entries),
    }


@story
async def an_export_is_read_to_its_end(s: Stage) -> dict[str, Any]:
    await s.opened()
    await s.of(s.client.consume_credits(s.account, 1))
    text = "".join(await s.each(s.client.export_entries(s.account)))
    lines = text.splitlines()
    return {"columns": "entry_id" in lines[0].split(","), "lines": len(lines)}


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
    return {"captured": ended.captured} | _left(await s.balance()) | s.seen()


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
    return _told(error) | {"tries": s.seen()["tries"], "available": (await s.balance()).available}


@story
async def a_policy_is_read_and_published_as_it_is(s: Stage) -> dict[str, Any]:
    policy = await s.of(s.client.read_policy("insurestack"))
    named = {**policy, "policy_id": s.account}
    published = await s.of(s.client.publish_policy(s.account, named))
    again = await s.of(s.client.read_policy(s.account))
    plans = again["plans"] == policy["plans"]
    return {"same_title": again["title"] == policy["title"], "version": published.version, "plans": plans}


def _told(error: lotbook.LotbookError) -> dict[str, Any]:
    assert isinstance(error, lotbook.ApiError)
    return {"error": type(error).__name__, "status": error.status}


def _left(balance: Any) -> dict[str, int]:
    return {"available": balance.available, "held": balance.held}
