"""The console's pages: an address, what is read for it, and its template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.console import accounts, controls, dues, gateway_actions
from local.console.accounts import ACCOUNTS_A_PAGE, Policies, Shown
from local.console.desk import Asking, Desk
from local.console.fields import place_of
from local.console.ring import EVERYBODY, Ring
from local.console.words import PAGES, money, number, plain

ROWS_A_PAGE = 25
DELIVERIES_SHOWN = 10  # of an endpoint, the newest
LINK = re.compile(r'href="(https?://[^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it is filled with. `section`: the address of the navigation that it belongs to."""

    template: str
    title: str
    section: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one page."""

    desk: Desk
    ring: Ring
    policies: Policies
    asking: Asking
    query: Mapping[str, str]
    step: str = ""  # the last step of an address that has one

    @property
    def page(self) -> int:
        """Which page of a list; the first is 1."""
        return place_of(self.query.get("page", "")) or 1

    def dashboard(self) -> Any:
        """What the stand-in shows; None where it is Stripe's own test mode."""
        return self.asking.gateway("/_stand_in/dashboard") if self.desk.gateway else None


def _cut(visit: Visit, rows: Sequence[Any], most: int = ROWS_A_PAGE) -> dict[str, Any]:
    """The rows of a page, and where the others are."""
    last = max(1, -(-len(rows) // most))
    page = min(visit.page, last)
    return {"rows": rows[(page - 1) * most : page * most], "page": page, "last": last, "count": len(rows)}


def overview(visit: Visit) -> Page:
    """Accounts, the clock, what comes next."""
    ids = _cut(visit, visit.desk.account_ids(), ACCOUNTS_A_PAGE)
    shown = _read(visit, ids["rows"])
    dashboard = visit.dashboard()
    clock = visit.asking.local("/_local/clock")
    values = {
        **ids,
        "shown": shown,
        "unread": [each for each in ids["rows"] if each not in {one.account_id for one in shown}],
        "clock": clock,
        "dashboard": dashboard,
        "dues": dues.next_dues(visit.desk.watch.now(), shown, (), dashboard),
        "calls": visit.ring.newest()[:5],
        "policies": sorted({each.account["policy_id"] for each in shown}),
    }
    return Page("overview.html", "Lotbook on this machine", "/", values)


def _read(visit: Visit, ids: Sequence[str]) -> list[Shown]:
    found = (accounts.read_account(visit.asking, visit.policies, each) for each in ids)
    return [each for each in found if each is not None]


def account(visit: Visit) -> Page:
    """One account, and what can be done with it."""
    shown = accounts.read_account(visit.asking, visit.policies, visit.step)
    if shown is None:
        return missing("There is no such account in this run.")
    found = accounts.details(visit.asking, shown)
    values = {
        "shown": shown,
        "dashboard": visit.dashboard(),
        **found,
        "keys": [visit.desk.new_key() for _ in range(3)],
        "units": [(each.unit, plain(each.unit)) for each in shown.balances],
        "packs": _packs(found["offers"]),
    }
    return Page("account.html", shown.account_id, "/", values)


def _packs(offers: Any) -> list[tuple[str, str]]:
    top_up = offers["top_up"] if offers else {"packs": []}
    return [
        (each["pack_id"], f"{number(each['credits'])} for {money(each['amount_minor'], offers['currency'])}")
        for each in top_up["packs"]
    ]


def clock(visit: Visit) -> Page:
    """The clock, and what it will make due."""
    shown = _read(visit, visit.desk.account_ids()[:ACCOUNTS_A_PAGE])
    dashboard = visit.dashboard()
    purchases = [(each, row) for each in shown for row in accounts.pending(visit.asking, each)]
    now = visit.desk.watch.now()
    values = {
        "clock": visit.asking.local("/_local/clock"),
        "dues": dues.next_dues(now, shown, purchases, dashboard),
        "accounts": len(shown),
    }
    return Page("clock.html", "Clock", f"{PAGES}/clock", values)


def schedules(visit: Visit) -> Page:
    """Each schedule with its last run."""
    values = {"schedules": visit.desk.schedules(), "runs": visit.desk.last_runs()}
    return Page("schedules.html", "Schedules", f"{PAGES}/schedules", values)


def gateway(visit: Visit) -> Page:
    """What is open and paid at the stand-in, and how it fails."""
    if visit.desk.gateway is None:
        return Page("no_gateway.html", "Gateway", f"{PAGES}/gateway")
    values = {
        "found": visit.dashboard(),
        "settings": visit.asking.gateway("/_stand_in/settings"),
        "cards": gateway_actions.CARDS,
        "choices": [(card, f"{card[-4:] if card.isdigit() else card} {what}") for card, what in gateway_actions.CARDS],
        "operations": gateway_actions.OPERATIONS,
        "failures": gateway_actions.FAILURES,
    }
    return Page("gateway.html", "Gateway", f"{PAGES}/gateway", values)


def webhooks(visit: Visit) -> Page:
    """Events of the gateway: held back, and delivered."""
    if visit.desk.gateway is None:
        return Page("no_gateway.html", "Webhooks", f"{PAGES}/webhooks")
    found = visit.asking.gateway("/_stand_in/webhooks")
    values = {"mode": found["mode"], "held": found["held"], **_cut(visit, found["delivered"][::-1])}
    return Page("webhooks.html", "Webhooks", f"{PAGES}/webhooks", values)


def mails(visit: Visit) -> Page:
    """What was mailed, newest first. A mail's number counts from the first."""
    found = visit.desk.emails()
    numbered = [(len(found) - place, each) for place, each in enumerate(found)]
    return Page("mails.html", "Mails", f"{PAGES}/mails", _cut(visit, numbered))


def mail(visit: Visit) -> Page:
    """One mail, as text and in a frame that can do nothing."""
    found = mail_of(visit.desk, visit.step)
    if found is None:
        return missing("There is no such mail.")
    links = list(dict.fromkeys(each.replace("&amp;", "&") for each in LINK.findall(found["html"])))
    values = {"number": visit.step, "mail": found, "links": links}
    return Page("mail.html", found["subject"], f"{PAGES}/mails", values)


def mail_of(desk: Desk, step: str) -> Mapping[str, Any] | None:
    """A mail by its number."""
    found = desk.emails()
    place = place_of(step)
    return found[len(found) - place] if 1 <= place <= len(found) else None


def events(visit: Visit) -> Page:
    """What was published on the bus, newest first."""
    return Page("events.html", "Events", f"{PAGES}/events", _cut(visit, visit.desk.events()))


def endpoints(visit: Visit) -> Page:
    """Endpoints of the seller, each with its newest deliveries."""
    found = (visit.asking.api("/v1/endpoints") or {}).get("endpoints", [])
    rows = [(each, _deliveries(visit, each["endpoint_id"])) for each in found]
    return Page("endpoints.html", "Endpoints", f"{PAGES}/endpoints", {"rows": rows})


def _deliveries(visit: Visit, endpoint_id: str) -> list[Any]:
    page = visit.asking.api(f"/v1/endpoints/{endpoint_id}/deliveries?limit={DELIVERIES_SHOWN}") or {}
    found: list[Any] = page.get("deliveries", [])
    return found


def calls(visit: Visit) -> Page:
    """The newest calls, of everybody or of some."""
    who = visit.query.get("who") if visit.query.get("who") in EVERYBODY else None
    values = {**_cut(visit, visit.ring.newest(who)), "who": who, "everybody": EVERYBODY}
    return Page("calls.html", "Calls", f"{PAGES}/calls", values)


def call(visit: Visit) -> Page:
    """One call with its answer, and how it is typed."""
    found = visit.ring.find(place_of(visit.step))
    if found is None:
        return missing("This call is not kept any more: only the newest are.")
    return Page("call.html", f"{found.method} {found.path}", f"{PAGES}/calls", {"noted": found})


def every_control(visit: Visit) -> Page:
    """What scripts use."""
    tables = [("Of this run", visit.desk.base_url, controls.CONTROLS)]
    if visit.desk.gateway is not None:
        tables.append(("Of the gateway's stand-in", visit.desk.gateway.url, controls.STAND_IN))
    return Page("controls.html", "Controls", f"{PAGES}/controls", {"tables": tables})


def missing(sentence: str) -> Page:
    """A page of one sentence."""
    return Page("missing.html", "Not here", "", {"sentence": sentence}, 404)


SHOWN: dict[str, Callable[[Visit], Page]] = {
    "": overview,
    "accounts/*": account,
    "clock": clock,
    "schedules": schedules,
    "gateway": gateway,
    "webhooks": webhooks,
    "mails": mails,
    "mails/*": mail,
    "events": events,
    "endpoints": endpoints,
    "calls": calls,
    "calls/*": call,
    "controls": every_control,
}
