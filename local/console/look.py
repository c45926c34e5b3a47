"""A page's text: its template between the console's head and foot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.console import assets, words
from local.console.desk import Asking, Desk
from local.console.doing import Done
from local.console.pages import Page
from local.console.words import PAGES
from lotbook.api.rendering.templates import environment

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("Accounts", "/"),
    ("Clock", f"{PAGES}/clock"),
    ("Schedules", f"{PAGES}/schedules"),
    ("Gateway", f"{PAGES}/gateway"),
    ("Webhooks", f"{PAGES}/webhooks"),
    ("Mails", f"{PAGES}/mails"),
    ("Events", f"{PAGES}/events"),
    ("Endpoints", f"{PAGES}/endpoints"),
    ("Calls", f"{PAGES}/calls"),
    ("Controls", f"{PAGES}/controls"),
)


class Look:
    """Compiled once."""

    def __init__(self, desk: Desk, advice: Mapping[str, str]) -> None:
        self._desk, self._advice = desk, advice
        self._templates = environment(Path(__file__).parent / "templates")
        self._templates.globals.update(
            root=PAGES, words=words, assets=assets.addresses(), navigation=NAVIGATION, pretty=_pretty
        )

    def page(self, page: Page, here: str, done: Done | None, asking: Asking | None = None) -> str:
        """The whole HTML text. `here`: its own address, to which its forms come back."""
        around: dict[str, Any] = {
            "title": page.title,
            "section": page.section,
            "here": here,
            "done": done,
            "desk": self._desk,
            "now": words.moment(self._desk.watch.now()),
            "form_token": self._desk.form_token,
            "reads": self._reads(asking),
            "advice": self._advice,
        }
        return self._templates.get_template(page.template).render({**around, **page.values})

    def _reads(self, asking: Asking | None) -> list[dict[str, Any]]:
        made = asking.made if asking else []
        return [{"call": call, "told": told, "command": self._desk.watch.command(call)} for call, told in made]


def _pretty(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
