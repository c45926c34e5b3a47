"""Every page of the billing page in every condition: at which account, as whom, at which address, and what is done there first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.scenarios.conftest import Stack


@dataclass(frozen=True)
class State:
    """One of them. `purchase`: the state of the account's purchase whose id stands in the address. `root` "": of the console."""

    name: str
    account: str
    path: str = "/"
    role: str = "owner"
    purchase: str | None = None
    act: Callable[[Page], None] | None = None
    locale: str | None = None
    root: str = "/portal"

    @property
    def is_tested(self) -> bool:
        """Whether `make test` looks at it, too: what no other one is made of stands on it. The soak looks at all."""
        return self.name in TESTED

    @property
    def is_tested_by_night(self) -> bool:
        """Whether it does so in the dark scheme, too."""
        return self.name in BY_NIGHT

    @property
    def slug(self) -> str:
        """Its name as a file's."""
        return re.sub(r"[ _/]", "-", self.name)

    def address(self, stack: Stack) -> str:
        """Its path."""
        if self.purchase is None:
            return self.root + self.path
        rows = stack.get(f"/v1/accounts/{self.account}/purchases?limit=100").ok()["purchases"]
        return self.root + self.path.format(next(row["purchase_id"] for row in rows if row["state"] == self.purchase))


def press(button: str) -> Callable[[Page], None]:
    """Press it, whatever else is on the page."""
    return lambda page: page.get_by_role("button", name=button, exact=True).first.click()


def _order_without_consent(page: Page) -> None:
    page.locator("form[method=post][action$='/buy']").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Pay with Razorpay").click()


def _save_nonsense(page: Page) -> None:
    page.get_by_label("Name").fill("شركة الأمثلة المحدودة وشركاؤها")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_role("button", name="Save").click()


def _save(page: Page) -> None:
    for label, text in (("Name", "Acme"), ("E-mail", "ann@example.com"), ("Address", "1 Street"), ("City", "Pune")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Postal code").fill("411001")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").wait_for()


def _limit_of_words(page: Page) -> None:
    page.get_by_label("Money limit a period").fill("a lot")
    page.get_by_role("button", name="Switch on").click()


LIVED = ("insurestack-1", "make-1", "9pic-1", "gocontent-1", "diaflow-1", "stress-1")
OVERVIEWS = (
    *(State(f"overview {account}", account) for account in LIVED),
    State("overview new", "insurestack-new"),
    State("overview nothing", "gocontent-new"),
    State("overview low", "insurestack-low"),
    State("overview used up", "insurestack-empty"),
    State("overview renewal not paid", "gocontent-late"),
    State("overview cancelled", "gocontent-cancelled"),
    State("overview change comes", "gocontent-down"),
    State("overview paused", "make-declined"),
    State("overview disputed", "diaflow-pays"),
    State("overview member", "make-1", role="member"),
    State("overview german", "9pic-1", locale="de-DE"),
)
BUYING = (
    State("buy plan step", "9pic-1", "/buy"),
    State("buy number", "insurestack-1", "/buy"),
    State("buy number chosen", "9pic-1", "/buy?step=credits&plan=pro&credits=3000"),
    State("buy too few", "make-1", "/buy?step=review&credits=1500"),
    State("buy packs", "diaflow-pays", "/buy"),
    State("buy no pack chosen", "diaflow-pays", "/buy?step=review"),
    State("buy custom payment", "9pic-1", "/buy?step=credits&plan=custom"),
    State("buy custom payment wrong", "9pic-1", "/buy?step=review&plan=custom&amount=x"),
    State("buy contact plan", "9pic-1", "/buy?step=credits&plan=enterprise"),
    State("buy plan", "9pic-new", "/buy?step=review&plan=pro"),
    State("buy not on this plan", "make-new", "/buy"),
    State("buy member", "insurestack-1", "/buy", role="member"),
    State("buy review", "insurestack-1", "/buy?step=review&credits=40"),
    State("buy review tax and consent", "9pic-1", "/buy?step=review&credits=3000&plan=pro"),
    State(
        "buy without consent",
        "9pic-1",
        "/buy?step=review&credits=3000&plan=pro",
        act=_order_without_consent,
    ),
    State("buy review pack", "diaflow-1", "/buy?step=review&pack=credits-1200000"),
    State("buy review large", "stress-1", "/buy?step=review&credits=799999"),
)
PURCHASES = (
    *(
        State(f"purchase {state}", "diaflow-pays", "/purchases/{}", purchase=state)
        for state in ("processing", "abandoned", "disputed")
    ),
    *(
        State(f"purchase {state}", "diaflow-refunded", "/purchases/{}", purchase=state)
        for state in ("partially_refunded", "refunded")
    ),
    State("transactions refunded", "diaflow-refunded", "/transactions"),
    State("purchase pending", "diaflow-waits", "/purchases/{}", purchase="pending"),
    State("purchase declined", "diaflow-pays", "/purchases/{}", purchase="pending"),
    State("purchase completed", "9pic-1", "/purchases/{}", purchase="completed"),
    State("purchase unknown", "9pic-1", "/purchases/pur_00000000000000000000000000"),
)
PLANS = (
    *(State(f"plans {account}", account, "/plans") for account in LIVED),
    State("plans cancelled", "gocontent-cancelled", "/plans"),
    State("plans change comes", "gocontent-down", "/plans"),
    State("plans renewal not paid", "gocontent-late", "/plans"),
    State("plans member", "gocontent-1", "/plans", role="member"),
    State("plan up", "make-1", "/plan/change?plan=teams-80k-annual"),
    State("plan down", "gocontent-1", "/plan/change?plan=starter"),
    State("plan up without card", "gocontent-new", "/plan/change?plan=growth"),
    State("plan already", "stress-1", "/plan/change?plan=rtl"),
    State("plan cancel", "stress-1", "/plan/cancel"),
    State("plan up long names", "stress-1", "/plan/change?plan=long"),
)
RECORDS = (
    *(State(f"transactions {account}", account, "/transactions") for account in LIVED),
    State("transactions of every state", "diaflow-pays", "/transactions"),
    State("transactions none", "gocontent-new", "/transactions"),
    State("transactions filtered", "diaflow-pays", "/transactions?kind=plan&from=2026-01-01"),
    *(State(f"statement {account}", account, "/statement") for account in LIVED),
    State("statement none", "gocontent-new", "/statement"),
    State("statement a day before", "insurestack-1", "/statement?as_of=2026-04-01"),
    State("statement a day to come", "make-1", "/statement?as_of=2030-01-01"),
    State("statement wrong day", "insurestack-1", "/statement?as_of=yesterday"),
)
SETTINGS = (
    State("automatic off", "make-card", "/automatic-purchase"),
    State("automatic wrong limit", "make-card", "/automatic-purchase", act=_limit_of_words),
    State("automatic on", "make-1", "/automatic-purchase"),
    State("automatic member", "make-1", "/automatic-purchase", role="member"),
    State("automatic suspended", "make-declined", "/automatic-purchase"),
    State("automatic not on this plan", "make-new", "/automatic-purchase"),
    State("cards none", "insurestack-new", "/cards"),
    State("cards", "make-declined", "/cards"),
    State("cards member", "make-1", "/cards", role="member"),
    State("billing details empty", "9pic-1", "/billing-details"),
    State("billing details wrong", "9pic-1", "/billing-details", act=_save_nonsense),
    State("billing details saved", "9pic-1", "/billing-details", act=_save),
    State("billing details member", "9pic-1", "/billing-details", role="member"),
)
DOORS = (
    State("signed out", "make-new", act=press("Sign out")),
    State("link used", "insurestack-1", "/enter?code=insurestack-1.x"),
    State("nothing there", "insurestack-1", "/static/nothing.css"),
)
CONSOLE = tuple(
    State(f"console {name}", "make-1", path, root="")
    for name, path in (
        ("first page", "/"),
        ("account", "/_local/console/accounts/make-1"),
        *(
            (page, f"/_local/console/{page}")
            for page in ("clock", "schedules", "gateway", "webhooks", "mails", "mails/1")
        ),
        *((page, f"/_local/console/{page}") for page in ("events", "calls", "calls/1", "controls")),
    )
)
STATES = (*OVERVIEWS, *BUYING, *PURCHASES, *PLANS, *RECORDS, *SETTINGS, *DOORS, *CONSOLE)
TESTED = frozenset(  # each template, and what only a condition of it shows
    (
        *("overview stress-1", "overview nothing", "overview renewal not paid", "overview paused"),
        *("buy plan step", "buy number chosen", "buy packs", "buy custom payment wrong", "buy not on this plan"),
        *("buy without consent", "purchase declined", "purchase completed", "purchase unknown"),
        *("plans stress-1", "plans change comes", "plan cancel", "plan up long names"),
        *("transactions of every state", "statement stress-1", "statement a day to come"),
        *("automatic wrong limit", "automatic on", "automatic suspended"),
        *("cards", "billing details wrong", "signed out"),
    )
)
BY_NIGHT = frozenset(  # each colour that the style sheet names stands on one of them
    (
        *("overview stress-1", "overview paused", "buy plan step", "buy without consent", "purchase declined"),
        *("plans stress-1", "transactions of every state", "statement stress-1", "automatic suspended"),
    )
)
