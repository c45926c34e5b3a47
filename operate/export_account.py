"""Write all that is kept of one account into a zip: a file of JSON lines for each kind, and a manifest with counts and digests.

`lotbook accounts export` does it. What the archive holds is personal: give it to whom it belongs, and delete it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from lotbook.domain.values.instants import to_text
from operate.exporting import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from operate.exporting import Exporting

FORMAT = 1  # of the archive


def export(
    account_id: str, path: Path, exporting: Exporting, done: Callable[[str], None] = lambda _name: None
) -> dict[str, int]:
    """The number of lines by file; `done` hears of each file. The archive appears under its name once it is whole.

    Raises AccountNotFound, and OSError for a path that cannot be written.
    """
    part = path.with_name(path.name + ".part")
    files: dict[str, dict[str, Any]] = {}
    try:
        with ZipFile(part, "w", ZIP_DEFLATED) as archive:
            for name, records in exporting.files(account_id):
                files[name] = _written(archive, name, records)
                done(name)
            told = {"format": FORMAT, "account_id": account_id, "files": files}
            told["exported_at"] = to_text(exporting.clock.now())
            archive.writestr("manifest.json", json.dumps(told, indent=1) + "\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return {name: each["lines"] for name, each in files.items()}


def _written(archive: ZipFile, name: str, records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    digest, lines = sha256(), 0
    with archive.open(name, "w", force_zip64=True) as file:
        for record in records:
            line = json.dumps(record, default=plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            file.write(line)
            digest.update(line)
            lines += 1
    return {"lines": lines, "sha256": digest.hexdigest()}
