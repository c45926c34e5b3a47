"""The console in a real Chromium, served from this process: axe, narrow windows, the keyboard alone, no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped, unused-ignore]
from playwright.sync_api import Browser, Page

from local.cloud.http_server import Server, application
from tests import browsers, patience, ports
from tests.local.console.a_console import Opened

PATIENCE_MS = patience.SECONDS * 1_000
NARROW = 320
OF_COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# One of each kind; what the others are made of is the same.
PAGES = ("", "accounts/9pic", "gateway", "webhooks", "mails/1", "calls/1")
MAIL = {
    "at": "2026-11-01T09:00:00Z", "account_id": "9pic", "to": "a@b.example", "kind": "purchase_completed",
    "subject": "A receipt", "from": "x@y.example", "text": "Thank you", "headers": {},
    "html": '<html lang="en"><title>t</title><body><h1>Hello</h1><script>document.title = "run"</script></body></html>',
}  # fmt: skip
pytestmark = pytest.mark.process


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """pytest-playwright starts the machine's own browser with these."""
    return {"executable_path": browsers.needed(), "args": list(browsers.FLAGS)}


@pytest.fixture(scope="module")
def port() -> int:
    return ports.free()


@pytest.fixture(scope="module")
def served(shown: Opened, port: int) -> Iterator[str]:
    """Its address, when something is on every page."""
    shown.mails[:] = [MAIL]
    shown.events[:] = [{"id": "evt_1", "type": "credits.consumed", "at": MAIL["at"], "detail": {"account_id": "9pic"}}]
    server = Server(application(shown.door), port)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def page(served: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 300})
    made = context.new_page()
    made.set_default_timeout(PATIENCE_MS)
    yield made
    context.close()


def order(page: Page) -> None:
    """Something to look at under every heading."""
    page.goto("/_local/console/accounts/9pic")
    page.get_by_label("How many").nth(1).fill("1000")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Order").click()
    page.get_by_role("status").wait_for()


def test_axe_finds_nothing_on_any_page_and_320_pixels_are_enough(page: Page) -> None:
    order(page)
    wrong: dict[str, object] = {}
    for name in PAGES:
        page.goto(f"/_local/console/{name}" if name else "/")
        page.eval_on_selector_all("details", "found => found.forEach(each => each.open = true)")
        page.evaluate(AXE_SCRIPT)
        for scheme, rules in (("light", {}), ("dark", OF_COLOURS)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = AxeResults(page.evaluate("rules => axe.run(document, rules)", rules))
            if found.violations_count:
                wrong[f"{name} {scheme}"] = found.generate_report()
        page.set_viewport_size({"width": NARROW, "height": 300})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > NARROW:
            wrong[f"{name} narrow"] = wide
        page.set_viewport_size({"width": 1280, "height": 300})
    assert wrong == {}


def test_credits_are_burned_and_the_call_is_copied_by_the_keyboard_alone(page: Page, served: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    page.goto("/_local/console/accounts/insurestack")
    for wanted in ("Burn", "The call of this click", "Copy"):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == wanted:
                break
        page.keyboard.press("Enter")
        page.get_by_role("status").first.wait_for()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -s -w '\\n' {served}/v1/accounts/insurestack/consume")
    assert "$KEY" in copied


def test_a_mail_runs_nothing_and_the_page_around_it_hears_no_complaint(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.goto("/_local/console/mails/1")
    frame = page.frame_locator("iframe.mail")
    frame.get_by_role("heading", name="Hello").wait_for()
    assert page.frames[1].title() == "t", "its script did not run"
    assert [each for each in complaints if "sandboxed" not in each and "script" not in each.lower()] == []


def test_without_a_script_everything_is_done_all_the_same(served: str, browser: Browser) -> None:
    context = browser.new_context(base_url=served, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/")
    page.get_by_role("button", name="+ 1 hour").click()
    assert "The clock says" in page.get_by_role("status").inner_text()
    assert page.get_by_role("button", name="Copy").count() == 0
    context.close()
