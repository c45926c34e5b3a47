"""`make try` and `make key` against a server that answers as the local run does (N14, frictions d and f)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local import show_key, try_out

COMMANDS = {"try": try_out.main, "key": show_key.main}
ANSWERS: dict[str, tuple[int, Any]] = {
    "GET /v1/accounts/insurestack/balance": (200, {"available": 10}),
    "POST /v1/accounts/insurestack/consume": (402, {"code": "insufficient_credits"}),
    "POST /v1/accounts/insurestack/purchases": (201, {"checkout_url": "http://127.0.0.1:3001/checkout/cs_1"}),
    "POST /_local/tokens": (200, {"token": "ey-token"}),
    "PUT /v1/policies/make": (201, {"policy_id": "make", "version": 3}),
}


class Lotbook:
    """What it answers, and what it was asked: method and path, body, headers."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.asked: list[tuple[str, Any, dict[str, str]]] = []
        self.base = ""


@pytest.fixture
def lotbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lotbook]:
    found = Lotbook()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers["content-length"] or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = f"{self.command} {self.path}"
            found.asked.append((call, body, headers))
            status, answer = found.answers[call]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    found.base = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "dev.json").write_text(json.dumps({"base_url": found.base, "service_key": "lbk_key"}))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    yield found
    server.shutdown()
    server.server_close()


def test_n14_try_plays_three_calls_and_shows_them_as_curl_without_the_key(
    lotbook: Lotbook, capsys: pytest.CaptureFixture[str]
) -> None:
    """On any port and data directory, in any shell: nothing is pasted. A refusal is an answer, too."""
    assert try_out.main([]) == 0
    shown = capsys.readouterr().out
    assert [call for call, _, _ in lotbook.asked] == list(ANSWERS)[:3]
    assert [headers["authorization"] for _, _, headers in lotbook.asked] == ["Bearer lbk_key"] * 3
    for call, body, headers in lotbook.asked:
        (line,) = [each for each in shown.splitlines() if each.endswith(lotbook.base + call.partition(" ")[2])]
        assert line.startswith('curl -s -H "Authorization: Bearer $KEY"')
        assert body is None or f"-d '{json.dumps(body)}'" in line
        assert "idempotency-key" not in headers or f"Idempotency-Key: {headers['idempotency-key']}'" in line
    assert "lbk_key" not in shown
    assert '"available": 10' in shown
    assert '402 {\n  "code"' in shown
    assert "Open http://127.0.0.1:3001/checkout/cs_1" in shown


def test_n14_the_burn_is_played_under_one_key_the_purchase_under_a_new_one(lotbook: Lotbook) -> None:
    try_out.main([])
    try_out.main([])
    keys = [headers.get("idempotency-key") for _, _, headers in lotbook.asked]
    assert (keys[0], keys[1], keys[1] == keys[4], keys[2] == keys[5]) == (None, "try-burn", True, False)


def test_key_prints_the_key_and_nothing_else(lotbook: Lotbook, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_key.main([]) == 0
    assert capsys.readouterr().out == "lbk_key\n"
    assert show_key.main(["--account", "acme"]) == 0
    assert capsys.readouterr().out == "ey-token\n"
    assert lotbook.asked[-1][1] == {"account_id": "acme", "role": "owner"}
    assert "authorization" not in lotbook.asked[-1][2]


def test_a_refusal_is_said_with_its_places(lotbook: Lotbook, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"field": "credits", "message": "credits must be an integer"}
    lotbook.answers["POST /_local/tokens"] = (422, {"detail": "The request is not valid.", "errors": [wrong]})
    assert show_key.main(["--account", "acme"]) == 2
    assert capsys.readouterr().err == (
        "Lotbook answered 422: The request is not valid.\n  credits: credits must be an integer\n"
    )
    lotbook.answers["POST /_local/tokens"] = (400, {"message": "role is one of owner, admin"})
    assert show_key.main(["--account", "acme", "--role", "boss"]) == 2
    assert capsys.readouterr().err == "Lotbook answered 400: role is one of owner, admin\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_without_a_run_each_says_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--account", "a"] if name == "key" else []
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nothing"))
    assert COMMANDS[name](arguments) == 2
    assert "No Lotbook runs with its data in" in capsys.readouterr().err
    (tmp_path / "dev.json").write_text('{"base_url": "http://127.0.0.1:9", "service_key": "k"}')
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert COMMANDS[name](arguments) == 2
    assert "Lotbook does not answer at http://127.0.0.1:9: is `make run` running?" in capsys.readouterr().err
