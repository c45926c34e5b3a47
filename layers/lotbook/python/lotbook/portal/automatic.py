"""Automatic purchase: shown, switched on and off, limited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lotbook import wiring, wiring_automatic
from lotbook.api.portal import automatic
from lotbook.api.portal.choices import amount_of
from lotbook.api.portal.replies import Redirect
from lotbook.api.portal.routes import ROOT
from lotbook.api.requests import paths
from lotbook.domain.sales.auto_views import auto_view
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.values.errors import InvalidRequest
from lotbook.portal.home import account_of
from lotbook.usecases.automatic.switch import STAYS, SwitchRequest, history, switch
from lotbook.usecases.sales.follow_cards import follow_cards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit

HERE = f"{ROOT}/automatic-purchase"
EVENTS_A_PAGE = 25
EVENT_ID = re.compile(r"aev_[0-9a-z]{26}")


def show(visit: Visit) -> Reply:
    """`GET /portal/automatic-purchase`."""
    return _shown(visit, None)


def _shown(visit: Visit, errors: Mapping[str, str] | None) -> Reply:
    loaded, desk = account_of(visit), wiring_automatic.auto_desk()
    view = auto_view(loaded.policy, loaded.account, wiring.clock().now())
    after = visit.query.get("after", "")
    place = after if EVENT_ID.fullmatch(after) else None
    events, next_after = history(visit.account_id, EVENTS_A_PAGE, place, desk=desk)
    asks = is_buyer(loaded.policy, visit.account_id, visit.caller) and not view.enabled and bool(view.cap)
    cards = follow_cards(visit.account_id, desk=wiring.sales_desk()) if asks else None
    found = automatic.SwitchShown(view, events, next_after, cards, desk.claiming.is_on)
    return automatic.page(found, loaded, visit, errors)


def change(visit: Visit) -> Reply:
    """`POST /portal/automatic-purchase`."""
    wanted = visit.form.get("do", "")
    if wanted not in automatic.DONE:
        raise InvalidRequest.of("do", "choice", "This form did not arrive whole.")
    try:
        request = SwitchRequest(visit.account_id, _is_on(visit, wanted), _card(visit), _limit(visit, wanted))
    except InvalidRequest as refused:
        return _shown(visit, {each["field"]: each["message"] for each in refused.data["errors"]})
    switch(request, visit.caller, desk=wiring_automatic.auto_desk())
    return Redirect(f"{HERE}?done={wanted}")


def _is_on(visit: Visit, wanted: str) -> bool:
    """A limit that is saved in an old tab switches nothing on that was switched off in another one."""
    record = account_of(visit).account.auto
    return wanted == "on" or (wanted == "limit" and record is not None and record.enabled)


def _card(visit: Visit) -> str | None:
    """What is charged stays, where only the limit changes."""
    if visit.form.get("do") == "limit":
        record = account_of(visit).account.auto
        return record.card if record else None
    named = visit.form.get("card")
    return paths.payment_method(named) if named else None


def _limit(visit: Visit, wanted: str) -> int | None:
    """Empty lifts it; switching off leaves it as it is."""
    typed = visit.form.get("limit")
    if wanted == "off" or typed is None:
        return STAYS
    return amount_of(typed, account_of(visit).account.currency, "limit") if typed else None
