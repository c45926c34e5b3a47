"""A page's text: its template between our head, navigation and foot."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

from lotbook.api.portal import sentences, words
from lotbook.api.portal.assets import assets
from lotbook.api.portal.navigation import has_page, navigation
from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.api.rendering.formats import Formats
from lotbook.api.rendering.templates import environment
from lotbook.domain.values.instants import to_text

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.portal.brand import Brand


def reason_of(code: str) -> str:
    """Why something is not open, in words."""
    return sentences.of(code).sentence


@cache
def templates() -> Environment:
    """Compiled once a process."""
    made = environment(Path(__file__).parent / "templates")
    made.globals.update(root=ROOT, rfc=to_text, words=words, has_page=has_page, reason_of=reason_of)
    return made


def render(page: Page, visit: Visit | None, brand: Brand) -> str:
    """The whole HTML text."""
    visitor = visit.session.granted.visitor if visit else None
    around: dict[str, Any] = {
        "brand": brand,
        "assets": assets(brand),
        "navigation": navigation(page.loaded) if page.loaded else (),
        "here": visit.request.route_key.partition(" ")[2].rstrip("/") or ROOT if visit else ROOT,
        "account_id": visitor.account_id if visitor else None,
        "back_url": visitor.return_url if visitor else None,
        "form_token": visit.session.token.form_token if visit else "",
        "f": visit.formats(page.loaded) if visit else Formats(),
        "is_signed_in": visit is not None,
    }
    return templates().get_template(page.template).render({**around, **page.values})
