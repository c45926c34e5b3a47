"""Write all that is kept of one account into a zip: a file of JSON lines for each kind, and a manifest with counts and digests.

Without `--table` it is about the Lotbook that runs on this machine (DATA_DIR); with it, about a deployment's table, with your AWS
credentials. What the archive holds is personal: give it to whom it belongs, and delete it.
"""

from __future__ import annotations

import argparse
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from lotbook.domain.values.errors import AccountNotFound
from lotbook.domain.values.instants import to_text
from operate.exporting import Exporting, plain
from operate.table import deployed_table, local_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

FORMAT = 1  # of the archive


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code: 1 where there is no such account, 2 where there is nothing to ask."""
    asked = _parser().parse_args(arguments)
    try:
        with in_one_sentence(asked.table or "of the local run"):
            found = deployed_table(asked.table) if asked.table else local_table()
            if found is None:
                print("No Lotbook runs here: start one with `make run`, or name a --table.", file=sys.stderr)
                return 2
            counts = export(asked.account_id, Path(asked.into), Exporting(*found))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except AccountNotFound:
        print(f"There is no account {asked.account_id}.", file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{count:9}  {name}")
    return 0


def export(account_id: str, path: Path, exporting: Exporting) -> dict[str, int]:
    """The number of lines by file. The archive appears under its name once it is whole."""
    part = path.with_name(path.name + ".part")
    files: dict[str, dict[str, Any]] = {}
    try:
        with ZipFile(part, "w", ZIP_DEFLATED) as archive:
            for name, records in exporting.files(account_id):
                files[name] = _written(archive, name, records)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.export_account", description=__doc__)
    parser.add_argument("account_id")
    parser.add_argument("into", help="the zip to be written, such as acme.zip")
    parser.add_argument("--table", help="the stack's output TableName")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
