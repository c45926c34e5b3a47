"""Automatic purchase: everything it costs and may cost is said before it is switched on; what it did, with reasons (MK-16..28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.portal.replies import Page
from lotbook.domain.sales.auto_history import Reason
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.values import money
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.api.portal.visits import Visit
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.auto_views import AutoView
    from lotbook.domain.sales.cards import CardFile
    from lotbook.usecases.accounts.load_account import LoadedAccount

REASONS: dict[Reason, str] = {
    "bought": "Bought",
    "cap_reached": "Not bought: the plan's cap for this period is reached.",
    "limit_reached": "Not bought: your money limit for this period is reached.",
    "disabled": "Not bought: automatic purchase is switched off.",
    "suspended": "Not bought: the last card failed, and no other one has taken its place.",
    "no_card": "Not bought: there is no card on file.",
    "plan_not_eligible": "Not bought: the plan does not have it.",
    "shortfall_too_large": "Not bought: more was needed than may be bought at once.",
    "paused": "Not bought: the account is paused.",
    "past_due": "Not bought: the plan's renewal is not paid.",
    "charging": "Not bought: another purchase was under way.",
    "declined": "Not bought: the card was declined.",
    "authentication_required": "Not bought yet: the bank wants to hear from you first.",
    "unknown_outcome": "Not decided: the payment provider has not answered yet.",
    "switched_off_everywhere": "Not bought: automatic purchase is switched off for everybody at the moment.",
}
FAILURES = {
    "declined": "The last card was declined.",
    "authentication_required": "Your bank wants you to confirm the last payment.",
}
DONE = {"on": "Automatic purchase is on.", "off": "Automatic purchase is off.", "limit": "The limit is changed."}


@dataclass(frozen=True, slots=True)
class SwitchShown:
    """The switch as it stands, what it did, and the cards it may charge (None: not asked for)."""

    view: AutoView
    events: Sequence[AutoEvent]
    next_after: str | None
    cards: CardFile | None
    is_on_everywhere: bool


def page(shown: SwitchShown, loaded: LoadedAccount, visit: Visit, errors: Mapping[str, str] | None = None) -> Page:
    """Its page."""
    view = shown.view
    may = is_buyer(loaded.policy, loaded.account.account_id, visit.caller) and loaded.account.state != "closed"
    limit = "" if view.limit_minor is None else money.amount_text(view.limit_minor, view.currency)
    values = {
        "view": view,
        "events": shown.events,
        "older": shown.next_after,
        "cards": shown.cards.shown if shown.cards else (),
        "default": shown.cards.default if shown.cards else None,
        "is_on_everywhere": shown.is_on_everywhere,
        "reasons": REASONS,
        "failure": FAILURES[view.suspended.code] if view.suspended else None,
        "may": may,
        "is_open": bool(view.cap),
        "unit": loaded.policy.units[0].replace("_", " "),
        "typed": visit.form.get("limit", limit) if errors else limit,
        "errors": errors or {},
        "done": None if errors else DONE.get(visit.query.get("done", "")),
        "companions": loaded.policy.top_up.companions,
    }
    return Page("automatic.html", loaded, values, status=422 if errors else 200)
