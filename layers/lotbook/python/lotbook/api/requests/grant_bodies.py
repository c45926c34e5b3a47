"""Bodies of calls that give credits, or take them back. As `schemas.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lotbook.api.requests.forms import Credits, Instant, Reason, Unit
from lotbook.api.requests.reading import Body, read

__all__ = ["GrantBody", "OfAccount", "VoidBody", "read"]
OfAccount = Annotated[Unit | None, Field(description="Left out: the first unit of the account's policy.")]


class GrantBody(Body):
    """Grants promotional credits; `expires_at` absent or null means never."""

    credits: Credits
    unit: OfAccount = None
    kind: Literal["promotional"]
    expires_at: Instant | None = None
    reason: Reason


class VoidBody(Body):
    """Takes back what is unused of a lot: at most `credits`, or all of it where they are left out."""

    credits: Credits | None = None
    reason: Reason
