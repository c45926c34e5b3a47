"""A link into the billing page of an account of the local run: what an application's back end asks for."""

from __future__ import annotations

from typing import cast

from lotbook.domain.portal.sessions import Visitor
from lotbook.domain.values.access import Role
from lotbook.domain.values.errors import AccountNotFound


def portal_link(account_id: str, role: str) -> str | None:
    """The address, opened once; None where there is no such account. The process's environment is the run's by then."""
    from lotbook import wiring_portal
    from lotbook.api.portal.routes import ROOT
    from lotbook.usecases.portal.sessions import make_link

    brand = wiring_portal.brand()
    visitor = Visitor(account_id, cast("Role", role), f"{role} of this machine", return_url=f"{brand.url}/")
    try:
        made = make_link(visitor, desk=wiring_portal.pass_desk())
    except AccountNotFound:
        return None
    return f"{brand.url}{ROOT}/enter?code={made.token.text}"
