"""Bodies about endpoints. As `schemas.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lotbook.api.requests.forms import Email
from lotbook.api.requests.reading import Body
from lotbook.domain.endpoints import addresses, signing
from lotbook.domain.endpoints.endpoint import ALL, TYPES
from lotbook.domain.values.instants import SECOND

MAX_TYPES = len(TYPES) + 1
OVERLAP_SECONDS = signing.OVERLAP // SECOND

EndpointUrl = Annotated[
    str,
    StringConstraints(min_length=1, max_length=addresses.MAX_URL_CHARACTERS),
    Field(
        description=f"{addresses.TOLD[0].upper()}{addresses.TOLD[1:]}.", examples=["https://hooks.example.com/lotbook"]
    ),
]
Types = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]],
    Field(
        min_length=1,
        max_length=MAX_TYPES,
        description=f"Types of events, or `{ALL}` for all of them, also those that come later.",
        examples=[["credits.low", "purchase.completed"]],
    ),
]
WhomToTell = Annotated[Email | None, Field(description="Who is mailed when it switches itself off.")]


class EndpointBody(Body):
    """Makes an endpoint: events of these types are sent to it from now on."""

    url: EndpointUrl
    types: Types
    email: WhomToTell = None


class EndpointPatchBody(Body):
    """What is to be changed of an endpoint; what is left out stays as it is."""

    url: EndpointUrl | None = None
    types: Types | None = None
    state: Literal["enabled", "disabled"] | None = None
    email: WhomToTell = None


class RotateBody(Body):
    """Makes another secret. Until the overlap is over, both sign."""

    overlap_seconds: Annotated[
        int,
        Field(ge=0, le=OVERLAP_SECONDS, description="How long the secrets before go on signing; 0: they end at once."),
    ] = OVERLAP_SECONDS
