"""A file that would be too long comes in parts: the page that leads to each. The newest come first, and no part is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lotbook.api.portal.replies import Page

if TYPE_CHECKING:
    from lotbook.usecases.accounts.load_account import LoadedAccount

PART = "part"  # the query that asks for the part itself
Address = Callable[..., str]


def page(
    loaded: LoadedAccount, section: str, instants: Sequence[int], *, address: Address, older: dict[str, str]
) -> Page:
    """`instants`: of the lines of this part, newest first. `address` is told what the file's address holds beside its filter;
    `older` names the part that comes after this one."""
    values = {
        "section": section,
        "count": len(instants),
        "newest": instants[0] if instants else None,
        "oldest": instants[-1] if instants else None,
        "this": address(**{PART: "1"}),
        "older": address(**older),
    }
    return Page("file_parts.html", loaded, values)
