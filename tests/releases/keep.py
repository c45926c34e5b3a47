"""Keep a release: its code, and what its own code writes. `python -m tests.releases.keep 0.3.0` (of HEAD), or with a commit behind it.

Both go into `kept.tar.xz`, a folder a release: a fresh clone has no tags and may be shallow. Only the last KEPT releases stay in it,
for a rollback goes back by one. What nobody needs to read, burn or sell (pages, mails, the gateway) is left out of the code.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.releases.kept import ARCHIVE, ITEMS, members

ROOT = Path(__file__).resolve().parents[2]
KEPT = 2
CODE = ("layers/lotbook/python/lotbook", "functions")
LEFT_OUT = (
    *(
        "lotbook/portal/",
        "api/portal",
        "usecases/portal",
        "adapters/stripe",
        "adapters/mail.py",
        "api/mails",
        "api/rendering",
        "api/document",
        "api/openapi",
    ),
    *(
        "usecases/mails",
        "usecases/reconciliation",
        "usecases/inbox",
        "domain/mails/writing",
        "wiring_portal",
        "wiring_mails",
    ),
    *(f"functions/{name}" for name in ("portal", "mailer", "webhook", "recheck", "reconcile", "auto_top_up")),
)


def main(name: str, commit: str = "HEAD") -> None:
    """Write the archive anew, with this release as its last."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as of_commit:
            of_commit.extractall(tree, filter="data")
        written = _played(tree)
        code = {
            str(path.relative_to(tree)): path.read_bytes()
            for start in CODE
            for path in sorted((tree / start).rglob("*.py"))
            if not any(part in str(path.relative_to(tree)) for part in LEFT_OUT)
        }
    files = {**members(), **{f"{name}/{path}": content for path, content in code.items()}, f"{name}/{ITEMS}": written}
    last = sorted({path.split("/")[0] for path in files}, key=_order)[-KEPT:]
    _write({path: content for path, content in files.items() if path.split("/")[0] in last})


def _played(tree: Path) -> bytes:
    """What the release's own code writes, by `play.py` as it is here where the release has none."""
    script = tree / "tests" / "releases" / "play.py"
    if not script.exists():
        script.parent.mkdir()
        script.write_bytes((Path(__file__).parent / "play.py").read_bytes())
    path = os.pathsep.join([str(tree), str(tree / "layers" / "lotbook" / "python")])
    written = tree / ITEMS
    command = [sys.executable, "-m", "tests.releases.play", str(written)]
    subprocess.run(command, cwd=tree, env={**os.environ, "PYTHONPATH": path}, check=True, stdout=subprocess.DEVNULL)
    return written.read_bytes()


def _order(name: str) -> tuple[int, ...]:
    """Versions by their numbers; what has none came before all of them."""
    numbers = name.split(".")
    return tuple(map(int, numbers)) if all(part.isdigit() for part in numbers) else ()


def _write(files: dict[str, bytes]) -> None:
    """The same files of two releases lie side by side, so that the second costs next to nothing."""
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for path in sorted(files, key=lambda path: (path.partition("/")[2], path)):
            member = tarfile.TarInfo(path)
            member.size = len(files[path])
            archive.addfile(member, io.BytesIO(files[path]))


if __name__ == "__main__":
    main(*sys.argv[1:])
