"""Stripe's error objects, as exceptions that a handler raises and the door renders."""

from __future__ import annotations

from typing import Any


class StripeError(Exception):
    """One error answer of Stripe: HTTP status, `type`, `message` and whatever else the error object carries."""

    def __init__(self, status: int, kind: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.fields: dict[str, Any] = {"type": kind, "message": message, **fields}
        # A declined card leaves traces (a failed charge); every other refusal leaves nothing behind.
        self.keeps_effects = status == 402

    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        return {"error": {name: value for name, value in self.fields.items() if value is not None}}


class ConnectionDropped(Exception):
    """The caller gets no answer at all: the server closes the connection."""


def invalid(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> StripeError:
    """A request that Stripe refuses (`invalid_request_error`)."""
    return StripeError(status, "invalid_request_error", message, code=code, param=param)


def unknown_parameter(path: str) -> StripeError:
    """A parameter that this version of the API does not have."""
    return invalid(f"Received unknown parameter: {path}", param=path, code="parameter_unknown")


def missing_parameter(path: str) -> StripeError:
    """A required parameter was left out."""
    return invalid(f"Missing required param: {path}.", param=path, code="parameter_missing")


def no_such(kind: str, object_id: str, param: str) -> StripeError:
    """An id that names nothing; 404 when the id is the address, 400 when it is a parameter."""
    status = 404 if param == "id" else 400
    return invalid(
        f"No such {kind.replace('.', ' ')}: '{object_id}'", param=param, code="resource_missing", status=status
    )


def unsupported(what: str, param: str | None = None) -> StripeError:
    """Something that Stripe knows and the stand-in does not; never silently ignored."""
    return invalid(f"The local Stripe stand-in does not support {what}.", param=param, code="stand_in_unsupported")
