"""What `make run` says where it ends: a file of its own that cannot be read, named, without a traceback; and nothing after a stop."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local import run
from local.clock import LocalClock
from local.cloud.engine import PYTHON, Engine, EngineError
from local.cloud.private_file import Damaged
from local.cloud.streams import TableStream
from local.issuer import Issuer
from local.parts import Parts
from local.places import Places
from local.run_secrets import RunSecrets

READERS: dict[str, Callable[[Path], object]] = {
    "secrets.json": RunSecrets.of,
    "clock.json": LocalClock,
    "issuer.pem": Issuer,
    "stream.json": lambda path: TableStream("http://127.0.0.1:9", "lotbook", path),
}
DAMAGED = ["{", "[]", "", '"x"', "[" * 100_000]
OF_THE_WRONG_SHAPE = {
    "secrets.json": ["{}", '{"webhook_secret": 1, "service_keys": {}}', '{"webhook_secret": "x", "service_keys": []}'],
    "clock.json": ["{}", '{"base": "1", "set_at": 0, "frozen": false}', '{"base": 1, "set_at": 0}'],
    "issuer.pem": ["-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"],
}
CASES = [(name, text) for name in READERS for text in DAMAGED] + [
    (name, text) for name, texts in OF_THE_WRONG_SHAPE.items() for text in texts
]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")


@pytest.mark.parametrize(("name", "text"), CASES)
def test_what_cannot_be_read_is_named_and_kept(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(Damaged, match=r"is damaged\. Remove it") as said:
        READERS[name](path)
    assert str(said.value).startswith(str(path))
    assert path.read_text() == text


@pytest.mark.skipif(not PYTHON.exists(), reason="the local engine is not installed: make run")
def test_an_engine_whose_state_cannot_be_read_is_not_started(tmp_path: Path) -> None:
    """It would begin with an empty table, and write over the file within seconds."""
    state = tmp_path / "state" / "dynamodb.json"
    state.parent.mkdir()
    state.write_text('{"tables": ')
    with pytest.raises(Damaged, match=r"dynamodb\.json is damaged"):
        Engine(tmp_path, 9).start()
    assert state.read_text() == '{"tables": '


def test_a_stand_in_whose_file_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "stripe").mkdir()
    (tmp_path / "stripe" / "stand_in.sqlite3").write_text("no database, " * 100)
    places = Places.read({"DATA_DIR": str(tmp_path)})
    with ExitStack() as started, pytest.raises(Damaged, match=r"stripe is damaged"):
        run._start_stand_in(Parts.read(places, 0), started)


class Stop:
    """Nobody asks."""

    asked = False

    def go_on(self) -> None:
        """Go on."""


@pytest.mark.parametrize(
    "failure", [Damaged.at(Path("secrets.json")), IsADirectoryError(21, "Is a directory", "/d/lock")]
)
def test_a_start_that_fails_for_a_file_says_one_sentence(
    failure: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(run, "Stop", Stop)
    monkeypatch.setattr(run, "ignore_signals", lambda: None)
    monkeypatch.setattr(run, "_start", fails)
    assert run.main() == 1
    said = capsys.readouterr().err.strip()
    assert said.endswith(".")
    assert len(said.splitlines()) == 1


class Asked(Stop):
    """Somebody has asked, as soon as everything runs."""

    asked = True

    def wait(self, seconds: float) -> bool:
        return self.asked


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The functions' log of a run that is asked to stop; `main` ends a process, and this one goes on."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    monkeypatch.setattr(run, "Stop", Asked)
    monkeypatch.setattr(run, "ignore_signals", lambda: None)
    return tmp_path / "functions.log"


def stopping(log: Path, ends: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started ends so."""

    def start(_places: Places, started: ExitStack, _stop: Stop) -> list[Callable[[], object]]:
        run._log_to(log)
        started.callback(ends)
        return []

    monkeypatch.setattr(run, "_start", start)


def test_n4_whoever_is_still_at_work_after_a_stop_speaks_in_the_log_alone(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker of a queue whose engine has gone, a sender whose store is closed: any thread that nobody waits for."""
    stopping(log, lambda: sys.stderr.write("the engine is gone\n"), monkeypatch)
    assert run.main() == 0
    assert (capsys.readouterr().err, log.read_text()) == ("", "the engine is gone\n")


def test_n4_a_fault_of_the_stop_itself_is_told_at_the_terminal(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise KeyError("ours")

    before = sys.stderr
    stopping(log, fails, monkeypatch)
    with pytest.raises(KeyError, match="ours"):
        run.main()
    assert sys.stderr is before

    def refuses() -> None:
        raise EngineError("the engine does not end")

    stopping(log, refuses, monkeypatch)
    assert run.main() == 1
    assert capsys.readouterr().err == "\nthe engine does not end\n"
