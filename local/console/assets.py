"""The style sheet and the script, under addresses that hold their digests. The look is the billing page's, with a few things more."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from local import ROOT
from local.cloud.api_events import Answer
from local.console.words import PAGES

HERE = Path(__file__).parent / "static"
SHARED = ROOT / "layers" / "lotbook" / "python" / "lotbook" / "api" / "portal" / "static" / "page.css"
COLOURS = ":root{--brand-day:#3340b5;--brand-night:#a3acff}\n"
DIGEST_CHARACTERS = 16
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@cache
def texts() -> dict[str, str]:
    """Each file's text by its name with its digest."""
    css = COLOURS + SHARED.read_text(encoding="utf-8") + (HERE / "console.css").read_text(encoding="utf-8")
    script = (HERE / "console.js").read_text(encoding="utf-8")
    return {_name("css", css): css, _name("js", script): script}


def _name(kind: str, text: str) -> str:
    return f"console.{sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]}.{kind}"


def addresses() -> dict[str, str]:
    """Where a page finds each kind."""
    return {name.rpartition(".")[2]: f"{PAGES}/static/{name}" for name in texts()}


def answer(name: str) -> Answer:
    """A file; 404 for what there is not (any more)."""
    text = texts().get(name)
    if text is None:
        return Answer(404, (("content-type", "text/plain"), ("cache-control", "no-store")), b"Not Found")
    kind = name.rpartition(".")[2]
    headers = (("content-type", TYPES[kind]), ("cache-control", FOR_EVER), ("x-content-type-options", "nosniff"))
    return Answer(200, headers, text.encode())
