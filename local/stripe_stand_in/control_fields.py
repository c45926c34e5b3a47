"""What a control's JSON body may hold. Every check raises StripeError with 422."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.store import Doc


def only(content: Doc, *names: str) -> None:
    """No other fields than these."""
    for name in content:
        if name not in names:
            raise invalid(
                f"Unknown field: {name[:100]}. Known are: {', '.join(names) or 'none'}.", param=name, status=422
            )


def text(content: Doc, name: str) -> str:
    """A text that must be there."""
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"`{name}` is a text and required.", param=name, status=422)
    return value


def one_of(content: Doc, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """One of a few words."""
    value = content.get(name, default)
    if value not in allowed:
        raise invalid(f"`{name}` is one of {', '.join(allowed)}.", param=name, status=422)
    return str(value)


def whole(content: Doc, name: str, least: int, most: int, *, default: int | None = None) -> int | None:
    """A whole number within bounds."""
    value = content.get(name, default)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most):
        raise invalid(f"`{name}` is a whole number from {least} to {most}.", param=name, status=422)
    return value
