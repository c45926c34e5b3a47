"""`make audit` where there is nothing to audit, or nobody who answers: one sentence, and nothing left behind (N10)."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import audit
from local.audit import main
from local.cloud.engine import ADDRESS_FILE, PYTHON
from local.places import Places
from lotbook import settings, wiring
from lotbook.usecases.audit.audit_account import Audited

NOTHING_LISTENS = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """The command sets what the SDK and the settings read, and they remember it."""
    before = dict(os.environ)
    forget()
    yield
    os.environ.clear()
    os.environ.update(before)
    forget()


def forget() -> None:
    for cached in (settings.settings, *vars(wiring).values()):
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


def test_n10_without_a_run_it_says_so_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "none")
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_x")  # set for another program: nothing here asks for it
    for directory in (tmp_path / "never", tmp_path):
        monkeypatch.setenv("DATA_DIR", str(directory))
        assert main([]) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"No Lotbook runs with its data in {directory}, and none has: start one with `make run`")
        assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_n10_an_engine_that_has_gone_without_a_word_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its process number belongs to another process now."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / ADDRESS_FILE).write_text(json.dumps({"url": NOTHING_LISTENS, "key": "k", "pid": os.getpid()}))
    with Places.read({"DATA_DIR": str(tmp_path)}).lock():
        assert main([]) == 1
    assert capsys.readouterr().err.startswith(f"The local AWS engine at {NOTHING_LISTENS} does not answer")


@pytest.mark.engine
@pytest.mark.skipif(not PYTHON.exists(), reason="the local engine is not installed: make run")
def test_n10_an_engine_that_kept_nothing_is_said_and_a_busy_port_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever listens on PORT: the audit serves nothing there."""
    (tmp_path / "engine").mkdir()
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        monkeypatch.setenv("PORT", str(holder.getsockname()[1]))
        assert main([]) == 1
    assert "none has: start one with `make run`" in capsys.readouterr().err


def test_s4_an_account_that_cannot_be_read_is_named_and_the_others_are_audited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """S4: the command ended there, with a traceback that named no account."""

    def audited(account_id: str) -> Audited:
        if account_id == "bad":
            raise KeyError("kind")
        return Audited(account_id, 1, 7, 0, ())

    monkeypatch.setattr(audit, "scannable", lambda: None)
    monkeypatch.setattr(audit, "scanned", lambda _: ["bad", "good"])
    monkeypatch.setattr(audit, "_audited", audited)
    assert audit._replay(None) == 1
    _, bad, good = capsys.readouterr().out.splitlines()
    assert bad.split() == ["bad", "cannot", "be", "read:", "KeyError"]
    assert good.split() == ["good", "1", "7", "0", "ok"]
