"""Every page in every condition: axe finds nothing by day and by night, nothing is scrolled sideways, no rule of the browser is broken."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, ViewportSize

from tests.browser.people import People
from tests.pictures import accounts
from tests.pictures.camera import NARROW
from tests.pictures.states import STATES, State
from tests.scenarios.conftest import Stack

WIDE: ViewportSize = {"width": 1280, "height": 300}  # what is below is laid out, and not painted
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # rules that the scheme can break; all else is the same by night
BY_DAY: dict[str, Any] = {"resultTypes": ["violations"]}
BY_NIGHT: dict[str, Any] = {**BY_DAY, "runOnly": {"type": "rule", "values": OF_COLOURS}}
LOOKED_AT = [state for state in STATES if state.is_tested]
LET_IN: dict[tuple[str, str], str] = {}  # sessions, by account and role


@pytest.fixture(scope="module")
def accounts_of_all(shop: Stack) -> Stack:
    """With an account in every condition."""
    accounts.build(shop, {state.account for state in LOOKED_AT}, accounts.SHORT)
    return shop


def nothing_found(page: Page, options: dict[str, Any]) -> None:
    """By axe, which is on the page already."""
    found = AxeResults(page.evaluate("options => axe.run(document, options)", options))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("state", LOOKED_AT, ids=lambda state: state.slug)
def test_axe_finds_nothing_and_320_pixels_are_enough(accounts_of_all: Stack, people: People, state: State) -> None:
    ann = people.somebody(viewport=WIDE, color_scheme="light")
    page = ann.page
    who = (state.account, state.role)
    if state.root and who not in LET_IN:
        LET_IN[who] = ann.enter(*who).session()
    if state.root:
        ann.with_session(LET_IN[who])
    page.goto(accounts_of_all.base + state.address(accounts_of_all))
    if state.act is not None:
        state.act(page)
    assert page.locator("h1").count() == 1
    page.evaluate(AXE_SCRIPT)
    nothing_found(page, BY_DAY)
    page.emulate_media(color_scheme="dark")
    nothing_found(page, BY_NIGHT)
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} pixels wide"
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    assert ann.wrong == []
