"""Bodies of calls that give credits, or take them back. As `schemas.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lotbook.api.requests.forms import Credits, Instant, Metadata, Reason, Unit
from lotbook.api.requests.reading import Body, read

__all__ = ["GrantBody", "OfAccount", "VoidBody", "read"]
OfAccount = Annotated[Unit | None, Field(description="Left out: the first unit of the account's policy.")]


class GrantBody(Body):
    """Grants promotional credits; `expires_at` absent or null means never, `effective_at` at once."""

    credits: Credits
    unit: OfAccount = None
    kind: Literal["promotional"]
    effective_at: Annotated[
        Instant | None, Field(description="From when they can be burned; an instant that has passed means at once.")
    ] = None
    expires_at: Instant | None = None
    reason: Reason
    metadata: Annotated[Metadata | None, Field(description="Kept beside the grant, and shown where it is.")] = None


class VoidBody(Body):
    """Takes back what is unused of a lot: at most `credits`, or all of it where they are left out."""

    credits: Credits | None = None
    reason: Reason
