"""The overview, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring, wiring_portal
from lotbook.api.portal import overviews, sentences
from lotbook.usecases.accounts.load_account import LoadedAccount, load_account
from lotbook.usecases.portal import sessions
from lotbook.usecases.portal.overview import read_overview

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit


def account_of(visit: Visit) -> LoadedAccount:
    """The visitor's account, without a gateway."""
    ports = wiring.accounts(), wiring.policies(), wiring.clock()
    return load_account(visit.account_id, accounts=ports[0], policies=ports[1], clock=ports[2])


def overview(visit: Visit) -> Reply:
    """`GET /portal/`."""
    found = read_overview(account_of(visit), desk=wiring.reading_desk(), purchases=wiring.purchases())
    return overviews.page(found, visit)


def leave(visit: Visit) -> Reply:
    """`POST /portal/leave`."""
    sessions.leave(visit.session, desk=wiring_portal.pass_desk())
    return sentences.signed_out(visit.session.granted.visitor.return_url)
