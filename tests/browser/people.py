"""People at the billing page, each with a browser context of their own, and what they see and press there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page

from tests import patience
from tests.pictures.camera import link
from tests.scenarios.conftest import GOOD_CARD, Stack

COOKIE = "lotbook"  # over plain http; with TLS it is __Host-lotbook
CALM: dict[str, Any] = {"viewport": {"width": 900, "height": 600}, "reduced_motion": "reduce"}  # little to paint
PATIENCE_MS = patience.SECONDS * 1_000


@dataclass
class Person:
    """One, at a page. `wrong` is what the browser itself complained about: scripts, styles, refused addresses."""

    stack: Stack
    page: Page
    account: str = ""
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._failed)

    def go_away(self) -> None:
        """Stop listening to the page: somebody else will be at it. While requests are routed, nothing is kept in the cache."""
        self.page.unroute_all()
        self.page.remove_listener("console", self._heard)
        self.page.remove_listener("pageerror", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx is told so on the console, too: that is no fault of the page.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.wrong.append(message.text)

    def _failed(self, error: Error) -> None:
        self.wrong.append(error.message)

    def enter(self, account: str, role: str = "owner", **more: str) -> Person:
        """Come by a new link."""
        self.account = account
        self.page.goto(link(self.stack, account, role, **more))
        return self

    def with_session(self, cookie: str) -> Person:
        """Let in before, in another test: cheaper than to come by a link each time."""
        self.page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": self.stack.base}])
        return self

    def session(self) -> str:
        """What the browser keeps of it."""
        return next(each["value"] for each in self.page.context.cookies() if each["name"] == COOKIE)

    def go(self, path: str) -> Person:
        """Type an address under `/portal`."""
        self.page.goto(f"{self.stack.base}/portal{path}")
        return self

    def click(self, on: Locator) -> Person:
        """Click, and wait until the page that it leads to is there as a whole: a figure that is counted is not waited for."""
        on.click()
        return self._is_there()

    def comes(self, first: Locator) -> Person:
        """Wait for the page that has this, until it is there as a whole: where a key leads to it, nobody waits for that."""
        first.wait_for()
        return self._is_there()

    def _is_there(self) -> Person:
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def follow(self, name: str) -> Person:
        """Press a link of the navigation."""
        return self.click(self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True))

    def button(self, name: str, inside: Locator | None = None) -> Locator:
        """The button of that name."""
        return (inside or self.page).get_by_role("button", name=name, exact=True)

    def press(self, name: str, inside: Locator | None = None) -> Person:
        """Press it, and wait for what comes."""
        return self.click(self.button(name, inside))

    def row(self, kind: str, row_id: str) -> Locator:
        """The row of that id."""
        return self.page.locator(f'[data-row="{kind}"][data-id="{row_id}"]')

    def field(self, name: str) -> Locator:
        """The element that holds a figure."""
        return self.page.locator(f'[data-field="{name}"]')

    def value(self, name: str) -> str:
        """Its machine's value."""
        found = self.field(name).first.get_attribute("data-value")
        assert found is not None, name
        return found

    def wait_for(self, name: str, value: Any) -> None:
        """Until a field has this value."""
        self.page.locator(f'[data-field="{name}"][data-value="{value}"]').first.wait_for()

    def heading(self) -> str:
        """The page's one heading."""
        (only,) = self.page.locator("h1").all_inner_texts()
        return only

    def alerts(self) -> list[str]:
        """What is wrong, as the page says it."""
        return self.page.get_by_role("alert").all_inner_texts()

    def pay(self, card: str = GOOD_CARD) -> Person:
        """Type a card into the gateway's page."""
        assert self.page.url.startswith(self.stack.stripe), self.page.url
        self.page.get_by_label("Card number").fill(card)
        return self.click(self.page.locator("button.pay"))

    def close(self) -> Person:
        """Go away from the gateway's page."""
        return self.press("Close without paying")


class People:
    """Makes them. A browser context costs a third of a second of processor time, so whoever comes next gets one that was left behind.

    Nothing stays in it but the cache of static files: cookies are cleared, and it has one empty page.
    """

    def __init__(self, stack: Stack, browser: Browser) -> None:
        self.stack, self._browser = stack, browser
        self._free: dict[str, list[BrowserContext]] = {}
        self._taken: list[tuple[str, BrowserContext]] = []
        self._here: list[Person] = []

    def somebody(self, **settings: Any) -> Person:
        """With a browser of these settings, and nothing in it."""
        kind = repr(sorted(settings.items()))
        free = self._free.setdefault(kind, [])
        context = free.pop() if free else self._browser.new_context(**{**CALM, **settings})
        self._taken.append((kind, context))
        return self._at(context.pages[0] if context.pages else context.new_page())

    def another_tab(self, person: Person) -> Person:
        """In the same browser."""
        made = self._at(person.page.context.new_page())
        made.account = person.account
        return made

    def _at(self, page: Page) -> Person:
        person = Person(self.stack, page)
        self._here.append(person)
        return person

    def leave(self) -> None:
        """All of them go, and leave nothing behind."""
        for person in self._here:
            person.go_away()
        for kind, context in self._taken:
            for page in context.pages[1:]:
                page.close()
            context.pages[0].goto("about:blank")
            context.clear_cookies()
            context.clear_permissions()
            self._free[kind].append(context)
        self._here, self._taken = [], []
