"""What a page weighs on its way to a browser that has nothing of it yet, and how often it asks: counts, the same on every machine."""

from __future__ import annotations

from playwright.sync_api import Request

from tests.browser.people import Person
from tests.scenarios.conftest import Stack

MOST_BYTES = 60_000
MOST_BYTES_OF_SCRIPT = 8_000
FIRST = {"document", "stylesheet", "script"}  # one of each


def test_a_page_is_at_most_60_kilobytes_in_three_requests_and_one_when_its_files_are_kept(
    shop: Stack, ann: Person
) -> None:
    ann.enter(shop.open_account("make", plan_id="core-10k"))
    asked: list[Request] = []
    ann.page.on("requestfinished", lambda request: asked.append(request))
    browser = ann.page.context.new_cdp_session(ann.page)
    for name in ann.page.get_by_role("navigation").get_by_role("link").all_inner_texts():
        browser.send("Network.clearBrowserCache")
        asked.clear()
        ann.follow(name)
        ann.page.wait_for_load_state("networkidle")
        assert all(each.url.startswith(f"{shop.base}/portal/") for each in asked), [each.url for each in asked]
        weights = {each.resource_type: each.sizes()["responseBodySize"] for each in asked}
        assert weights.keys() == FIRST
        assert len(asked) == len(FIRST), name
        assert sum(weights.values()) <= MOST_BYTES, (name, weights)
        assert weights["script"] <= MOST_BYTES_OF_SCRIPT
    came: list[int] = []
    browser.send("Network.enable")
    browser.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
    ann.follow("Overview")
    ann.page.wait_for_load_state("networkidle")
    assert len([each for each in came if each]) == 1, "the style sheet and the script are kept for ever"
