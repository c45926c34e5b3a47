"""`lotbook reconcile` (and `make reconcile`, which is it) against a server that answers as the local run does: what it asks, what it prints, how it exits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from operate.command import checks
from tests.operate.terminal import lotbook as terminal

DIFFERENCE = {
    "difference": "amount_mismatch",
    "severity": "critical",
    "outcome": "open",
    "repair": None,
    "account_id": "acme",
    "purchase_id": "pur_1",
    "reference": "cs_1",
    "fields": ["total"],
}


def a_run(*differences: dict[str, Any], more: bool = False) -> dict[str, Any]:
    still_open = sum(each["outcome"] == "open" for each in differences)
    return {
        "from": "2026-01-12T10:00:00Z",
        "to": "2026-01-15T10:00:01Z",
        "compared": {"checkouts": 2, "refunds": 0, "disputes": 0, "purchases": 2},
        "repaired": len(differences) - still_open,
        "open": still_open,
        "differences": list(differences),
        "more": more,
    }


def main(arguments: list[str]) -> int:
    return terminal("reconcile", *arguments)


class Lotbook:
    """Answers in order; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[dict[str, Any]] = []


@pytest.fixture
def lotbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lotbook]:
    found = Lotbook()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def do_GET(self) -> None:
            self.answer(200, {"now": "2026-01-15T10:00:00Z", "frozen": True})

        def do_POST(self) -> None:
            assert self.path == "/_local/schedules/reconcile/run"
            found.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.answer(*found.answers.pop(0))

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    (tmp_path / "dev.json").write_text(json.dumps({"base_url": f"http://127.0.0.1:{server.server_port}"}))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    yield found
    server.shutdown()
    server.server_close()


def test_a_world_in_order_exits_with_0(lotbook: Lotbook, capsys: pytest.CaptureFixture[str]) -> None:
    lotbook.answers = [(200, a_run())]
    assert main([]) == 0
    assert lotbook.asked == [{}], "without a period: the function's own"
    assert "4 compared, 0 repaired, 0 open" in capsys.readouterr().out


def test_what_is_open_is_shown_and_exits_with_1(lotbook: Lotbook, capsys: pytest.CaptureFixture[str]) -> None:
    lotbook.answers = [(200, a_run(DIFFERENCE, more=True)), (200, a_run({**DIFFERENCE, "outcome": "repaired"}))]
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "amount_mismatch (total)" in out
    assert "acme/pur_1" in out
    assert "8 compared, 1 repaired, 1 open" in out, "a run that had to stop is gone on with"
    assert "lotbook strays close" in out


def test_a_comparison_that_did_not_get_to_its_end_says_so_and_exits_with_1(
    lotbook: Lotbook, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "MAX_RUNS", 2)
    lotbook.answers = [(200, a_run(more=True))] * 2
    assert main([]) == 1
    assert "Not all of the period is compared yet" in capsys.readouterr().out


def test_dates_and_instants_name_the_period(lotbook: Lotbook, capsys: pytest.CaptureFixture[str]) -> None:
    lotbook.answers = [(200, a_run())] * 3
    main(["--from", "2026-01-01", "--to", "2026-02-01T12:00:00+02:00"])
    main(["--from", "2026-01-01"])
    main(["--to", "2026-01-01"])
    assert lotbook.asked == [
        {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T10:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-15T10:00:01Z"},
        {"from": "1970-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
    ]
    assert main(["--from", "soon"]) == 2
    assert "'soon' is no date or instant" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--from", "2028-01-01", "--to", "2027-01-01"],
            "--from (2028-01-01T00:00:00Z) is not before --to (2027-01-01",
        ),
        (["--from", "2027-01-01", "--to", "2027-01-01"], "is not before --to"),
        (["--from", "2099-01-01"], "is not before now (2026-01-15T10:00:01Z)"),
    ],
)
def test_n11_a_period_that_ends_before_it_begins_is_said_and_nothing_is_asked(
    lotbook: Lotbook, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
    assert lotbook.asked == []


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "2026-13-01", ""])
def test_n11_a_date_that_is_none_is_said(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--from", text]) == 2
    assert "is no date or instant" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '"x"', "null", '{"base_url": "http://127.0.0.1:9"'])
def test_a_description_that_is_damaged_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "dev.json").write_text(content)
    assert main([]) == 3
    assert "dev.json is damaged" in capsys.readouterr().err


def test_an_answer_that_is_none_of_lotbooks_is_said(lotbook: Lotbook, capsys: pytest.CaptureFixture[str]) -> None:
    lotbook.answers = [(404, {"error": "another program listens here"})]
    assert main([]) == 3
    assert "another program listens here" in capsys.readouterr().err


def test_a_refusal_and_a_silence_are_told_and_exit_with_3(
    lotbook: Lotbook, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lotbook.answers = [(500, {"message": "the function raised"})]
    assert main([]) == 3
    assert "the function raised" in capsys.readouterr().err
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nothing"))
    assert main([]) == 3
    assert "make run" in capsys.readouterr().err
    (tmp_path / "dev.json").write_text('{"base_url": "http://127.0.0.1:9"}')
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert main([]) == 3
