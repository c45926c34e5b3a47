"""Composition of what only the billing page needs. Nothing is kept here: what is worth keeping, `wiring` keeps."""

from __future__ import annotations

from lotbook import wiring
from lotbook.adapters.dynamo.passes import DynamoPasses
from lotbook.domain.portal.brand import Brand
from lotbook.settings import settings
from lotbook.usecases.portal.sessions import PassDesk


def pass_desk() -> PassDesk:
    """The ports of letting people in."""
    return PassDesk(DynamoPasses(wiring.table()), wiring.accounts(), wiring.clock(), wiring.entropy())


def brand() -> Brand:
    """How the page looks and where it is."""
    known = settings()
    return Brand(
        name=known.portal_name,
        colour=known.portal_colour,
        logo=known.portal_logo,
        support=known.portal_support,
        frames=known.portal_frames,
        url=known.portal_url,
        pages=known.gateway_pages,
    )
