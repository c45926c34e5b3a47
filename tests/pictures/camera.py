"""One browser, and pages of it that show a state: light, dark and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests import browsers
from tests.pictures.states import State
from tests.scenarios.conftest import Stack

WIDE: ViewportSize = {"width": 1280, "height": 860}
NARROW: ViewportSize = {"width": 320, "height": 700}
Scheme = Literal["light", "dark"]
VIEWS: tuple[tuple[str, ViewportSize, Scheme], ...] = (
    ("light", WIDE, "light"),
    ("dark", WIDE, "dark"),
    ("narrow", NARROW, "light"),
)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """The machine's, without a screen."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(browsers.FLAGS))
        try:
            yield started
        finally:
            started.close()


def link(stack: Stack, account: str, role: str = "owner", **more: str) -> str:
    """A new link into the account's page, as an application's back end asks for it."""
    body = {"role": role, "actor": "ann", "return_url": "https://app.example/settings", "locale": "en-US", **more}
    url: str = stack.post(f"/v1/accounts/{account}/portal-sessions", body).ok(201)["url"]
    return url


def show(page: Page, stack: Stack, state: State) -> None:
    """Make the page show that state, by a link of its own."""
    address = state.address(stack)
    if state.root:
        page.goto(link(stack, state.account, state.role, **({"locale": state.locale} if state.locale else {})))
    if address != "/portal/":
        page.goto(stack.base + address)
    if state.act is not None:
        state.act(page)


def take(browser: Browser, stack: Stack, state: State, folder: Path) -> Iterator[Path]:
    """Its pictures, one after the other."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    try:
        page = context.new_page()
        show(page, stack, state)
        for view, size, scheme in VIEWS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            path = folder / f"{state.slug}.{view}.png"
            page.screenshot(path=path, full_page=True)
            yield path
    finally:
        context.close()
