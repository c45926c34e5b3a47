"""The outcomes of single rooms, with their status and advice: beside `problems.KINDS`, so that consume need not load these rooms."""

from __future__ import annotations

from lotbook.domain.accounts.refusals import AccountNotClosed, ExternalIdTaken
from lotbook.domain.credits.refusals import EntryNotFound, NothingToVoid
from lotbook.domain.endpoints import refusals as endpoints
from lotbook.domain.portal.refusals import PortalLinkGone, PortalSessionEnded
from lotbook.domain.reports.refusals import ReportNotFound
from lotbook.domain.values.errors import Outcome

OF_ROOMS: dict[type[Outcome], tuple[int, str]] = {
    PortalLinkGone: (410, "Ask for a new link: it is opened once, within 15 minutes."),
    PortalSessionEnded: (401, "Ask for a new link: a session lasts an hour, unless it is revoked."),
    ExternalIdTaken: (409, "Find the account that has it (`GET /v1/accounts?external_id=`), or choose another."),
    AccountNotClosed: (409, "Close the account first; then send the request again."),
    EntryNotFound: (
        404,
        "Check the entry id; those that release 0.2.0 gave out lead nowhere, the statement shows the new ones.",
    ),
    NothingToVoid: (409, "Nothing to do; what is `held` can be taken once its holds are released."),
    ReportNotFound: (404, "Ask for `liability`, `recognition`, `roll-forward`, `tax`, `balance` or `differences`."),
    endpoints.EndpointNotFound: (404, "Check the endpoint id."),
    endpoints.DeliveryNotFound: (404, "Check the delivery id; deliveries are kept for 30 days."),
    endpoints.TooManyEndpoints: (409, "Delete an endpoint that is not needed; each may hear of many types."),
    endpoints.TooManySecrets: (
        409,
        "Wait until `first_ends_at`, or rotate with `overlap_seconds: 0`, which ends all secrets before at once.",
    ),
    endpoints.EndpointSwitchedOff: (409, "Switch it on (`PATCH` with `state: enabled`), then send the request again."),
}
