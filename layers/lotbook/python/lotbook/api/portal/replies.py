"""What a page answers: a template with its values, somewhere else to go, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook.domain.values.light_dataclasses import dataclass, field

if TYPE_CHECKING:
    from lotbook.usecases.accounts.load_account import LoadedAccount


@dataclass(frozen=True, slots=True)
class Page:
    """A template under `templates/` and what it is filled with. `loaded`: the account whose navigation and time zone it has."""

    template: str
    loaded: LoadedAccount | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on there, with GET."""

    location: str


@dataclass(frozen=True, slots=True)
class File:
    """A text that is not a page. `is_fixed`: its address changes whenever it does, so it may be kept for ever."""

    text: str
    content_type: str
    name: str = ""  # of a download
    is_fixed: bool = False


Reply = Page | Redirect | File
