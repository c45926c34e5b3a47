"""How the billing page says no at its door. Its pages tell these; no call of the API does."""

from __future__ import annotations

from lotbook.domain.values.errors import Refused, Untrusted


class PortalLinkGone(Refused):
    """A link that was opened already, is too old, was revoked, or never was. Data: `return_url`, where it is known."""

    code = "portal_link_gone"
    title = "This link was used already, or is too old."


class PortalSessionEnded(Untrusted):
    """A session that is over, was revoked or left; or none at all. Data: `return_url`, where it is known."""

    code = "portal_session_ended"
    title = "This session has ended."
