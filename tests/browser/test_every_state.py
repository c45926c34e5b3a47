"""Every page in every condition: axe finds nothing by day and by night, nothing is scrolled sideways, no rule of the browser is broken.

`make test` looks at one condition for each thing that a page can show, and `make soak` at all of them, by night too.
"""

from __future__ import annotations

from typing import Any, cast

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
LOOKED_AT = [(state, state.is_tested_by_night) for state in STATES if state.is_tested]
MORE = [(state, True) for state in STATES if not state.is_tested_by_night]
LET_IN: dict[tuple[str, str], str] = {}  # sessions, by account and role


@pytest.fixture(scope="module")
def accounts_of_all(shop: Stack, request: pytest.FixtureRequest) -> Stack:
    """With an account in every condition that somebody looks at."""
    here = (each for each in request.session.items if each.path == request.path and isinstance(each, pytest.Function))
    states = [cast("State", each.callspec.params["state"]) for each in here]
    accounts.build(shop, {state.account for state in states}, accounts.SHORT)
    return shop


def nothing_found(page: Page, options: dict[str, Any]) -> None:
    """By axe, which is on the page already."""
    found = AxeResults(page.evaluate("options => axe.run(document, options)", options))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("state", "by_night"),
    [
        *(pytest.param(*each, id=each[0].slug) for each in LOOKED_AT),
        *(pytest.param(*each, id=f"{each[0].slug} by night", marks=pytest.mark.soak) for each in MORE),
    ],
)
def test_axe_finds_nothing_and_320_pixels_are_enough(
    accounts_of_all: Stack, people: People, state: State, by_night: bool
) -> None:
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
        if not page.context.cookies():
            LET_IN.pop(who, None)  # whoever signed out is let in no more
    assert page.locator("h1").count() == 1
    page.evaluate(AXE_SCRIPT)
    nothing_found(page, BY_DAY)
    if by_night:
        page.emulate_media(color_scheme="dark")
        nothing_found(page, BY_NIGHT)
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} pixels wide"
    page.set_viewport_size(WIDE)
    if by_night:
        page.emulate_media(color_scheme="light")
    assert ann.wrong == []
