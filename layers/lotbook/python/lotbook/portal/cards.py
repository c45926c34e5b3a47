"""Cards on file: listed, added on the gateway's page, made the default, taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.portal import card_pages
from lotbook.api.portal.replies import Redirect
from lotbook.api.portal.routes import ROOT
from lotbook.api.requests import paths
from lotbook.portal.home import account_of
from lotbook.usecases.sales.cards import SetupRequest, choose_card, remove_card, set_up_card
from lotbook.usecases.sales.follow_cards import follow_cards

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit

HERE = f"{ROOT}/cards"


def show(visit: Visit) -> Reply:
    """`GET /portal/cards`."""
    found = follow_cards(visit.account_id, desk=wiring.sales_desk())
    return card_pages.page(found, account_of(visit), visit, now=wiring.clock().now())


def add(visit: Visit) -> Reply:
    """`POST /portal/cards`: the gateway's page."""
    setup = SetupRequest(visit.account_id, visit.address(f"{HERE}?added=1"), visit.address(HERE))
    return Redirect(set_up_card(setup, visit.caller, desk=wiring.sales_desk()))


def make_default(visit: Visit) -> Reply:
    """`POST /portal/cards/default`."""
    choose_card(visit.account_id, _named(visit), visit.caller, desk=wiring.sales_desk())
    return Redirect(HERE)


def remove(visit: Visit) -> Reply:
    """`POST /portal/cards/remove`."""
    remove_card(visit.account_id, _named(visit), visit.caller, desk=wiring.sales_desk())
    return Redirect(HERE)


def _named(visit: Visit) -> str:
    return paths.payment_method(visit.form.get("card", ""))
