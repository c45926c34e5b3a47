"""The style sheet and the script, each under an address that holds its digest: kept for ever, and never out of date."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from lotbook.api.portal.replies import File
from lotbook.api.portal.routes import ROOT
from lotbook.domain.portal.brand import Brand
from lotbook.domain.values.light_dataclasses import dataclass

FOLDER = Path(__file__).parent / "static"
TYPES = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """One file and the address that it has with its present content."""

    name: str
    text: str

    @property
    def file_name(self) -> str:
        """`page.0123456789abcdef.css`."""
        stem, _, kind = self.name.partition(".")
        return f"{stem}.{sha256(self.text.encode()).hexdigest()[:DIGEST_CHARACTERS]}.{kind}"

    @property
    def address(self) -> str:
        """Where a page finds it."""
        return f"{ROOT}/static/{self.file_name}"


@cache
def assets(brand: Brand) -> dict[str, Asset]:
    """Both by their names. The brand's colours are in the style sheet, for a page may hold no style of its own."""
    colours = f":root{{--brand-day:{brand.by_day};--brand-night:{brand.by_night}}}\n"
    texts = {name: (FOLDER / name).read_text(encoding="utf-8") for name in TYPES}
    texts["page.css"] = colours + texts["page.css"]
    return {name: Asset(name, text) for name, text in texts.items()}


def find(file: str, brand: Brand) -> File | None:
    """The file of an address; None for what there is not (any more): it must not be kept under an old name."""
    for name, asset in assets(brand).items():
        if asset.file_name == file:
            return File(asset.text, TYPES[name], is_fixed=True)
    return None
