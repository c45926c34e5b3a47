"""How endpoints say no."""

from __future__ import annotations

from lotbook.domain.values.errors import Refused


class EndpointNotFound(Refused):
    """No endpoint of that id."""

    code = "endpoint_not_found"
    title = "There is no such endpoint."


class DeliveryNotFound(Refused):
    """No delivery of that id to that endpoint; they are kept for some weeks."""

    code = "delivery_not_found"
    title = "There is no such delivery."


class TooManyEndpoints(Refused):
    """The deployment has as many endpoints as it may have. Data: `max`."""

    code = "too_many_endpoints"
    title = "There are too many endpoints: delete one that is not needed."


class TooManySecrets(Refused):
    """As many secrets sign already as may at once. Data: `first_ends_at`, when the first of them ends."""

    code = "too_many_secrets"
    title = "Too many secrets of this endpoint are valid at once."


class EndpointSwitchedOff(Refused):
    """The endpoint is switched off, so nothing is sent to it. Data: `disabled_reason`."""

    code = "endpoint_switched_off"
    title = "The endpoint is switched off."
