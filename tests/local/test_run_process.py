"""`make run` as a process: what it starts, says and keeps."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import urllib.error
import urllib.request
from typing import Any

import pytest

from local.places import HOST
from lotbook.domain.values.access import ROLES, SCOPES
from tests import patience, ports
from tests.local.a_run import IS_INSTALLED, ROOT, START_SECONDS, STOP_SECONDS, Run, call

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not IS_INSTALLED, reason="the local engine is not installed: make run"),
]


def test_a_run_starts_serves_stops_and_finds_everything_again(run: Run) -> None:
    assert run.start() < START_SECONDS
    dev = run.dev
    assert (run.directory / "data" / "dev.json").stat().st_mode & 0o777 == 0o600
    assert dev["base_url"] == run.base
    assert dev["stripe_url"] == f"http://{HOST}:{run.port + 1}"
    assert set(dev["service_keys"]) == set(SCOPES)
    assert set(dev["accounts"]) == {"insurestack", "make", "9pic", "9pic-us", "gocontent", "diaflow"}
    every_token_opens_its_account(run)
    for line in (run.base, dev["stripe_url"], "curl", "make try"):
        assert line in run.output
    assert not [
        key for key in (dev["service_key"], *dev["accounts"]["insurestack"]["tokens"].values()) if key in run.output
    ]
    it_says_where_things_are_and_shows_no_key(run)
    the_data_directory_is_locked(run)
    controls_answer(run)

    granted = {"credits": 7, "kind": "promotional", "reason": "test"}
    grants = urllib.request.Request(
        f"{run.base}/v1/accounts/insurestack/grants",
        json.dumps(granted).encode(),
        {"Authorization": f"Bearer {dev['service_key']}", "Idempotency-Key": "kept"},
    )
    with urllib.request.urlopen(grants, timeout=patience.SECONDS) as answer:
        assert answer.status == 201
    _, clock = call("POST", f"{run.base}/_local/clock", {"advance_seconds": 3_600, "frozen": True})
    kept = run.balance()

    assert run.end(signal.SIGTERM) == 0
    run.wait_until_ports_are_free()

    run.start()
    assert run.dev == dev
    assert call("GET", f"{run.base}/_local/clock") == (200, clock)
    assert run.balance() == kept

    survives_a_kill(run, kept)


def every_token_opens_its_account(run: Run) -> None:
    for account, known in run.dev["accounts"].items():
        assert set(known["tokens"]) == set(ROLES)
        for token in known["tokens"].values():
            status, found = call("GET", f"{run.base}/v1/accounts/{account}", token=token)
            assert (status, found["account_id"], found["policy_id"]) == (200, account, known["policy_id"])


def it_says_where_things_are_and_shows_no_key(run: Run) -> None:
    for line in (run.base, run.dev["stripe_url"], "curl", "make try"):
        assert line in run.output
    secrets = (run.dev["service_key"], *run.dev["accounts"]["insurestack"]["tokens"].values())
    assert not [secret for secret in secrets if secret in run.output]


def the_data_directory_is_locked(run: Run) -> None:
    second = Run(run.directory / "second", ports.free())
    second.directory.mkdir()
    assert "runs already" in second.refused(DATA_DIR=str(run.directory / "data"))


def controls_answer(run: Run) -> None:
    assert call("GET", f"{run.base}/_local/schedules") == (
        200,
        {"schedules": ["audit", "expire", "recheck", "reconcile", "relay", "report"]},
    )
    for name in ("audit", "expire", "recheck", "reconcile", "relay", "report"):
        status, found = call("POST", f"{run.base}/_local/schedules/{name}/run")
        assert (status, type(found)) == (200, dict)
    assert call("POST", f"{run.base}/_local/schedules/consume/run")[0] == 404
    assert call("GET", f"{run.base}/_local/nothing")[0] == 404
    for nonsense in (b"", b"{", b"[]", b'{"now": 1}', b'{"advance_seconds": "1"}', b"[" * 100_000):
        status, found = call("POST", f"{run.base}/_local/clock", nonsense)
        assert (status, list(found)) == (400, ["message"])
    for place, name in (("emails", "emails"), ("events", "events"), ("jwks.json", "keys")):
        status, found = call("GET", f"{run.base}/_local/{place}")
        assert (status, type(found[name])) == (200, list)
    with urllib.request.urlopen(f"{run.base}/", timeout=patience.SECONDS) as answer:
        page = answer.read().decode()
    assert all(word in page for word in (run.base, run.dev["stripe_url"], "/_local/clock", "insurestack"))
    foreign = urllib.request.Request(f"{run.base}/_local/clock", b"{}", {"Origin": "http://evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(foreign, timeout=patience.SECONDS)
    status, found = call("POST", f"{run.base}/_local/tokens", {"account_id": "make", "role": "owner"})
    assert (status, found["token"]) == (200, run.dev["accounts"]["make"]["tokens"]["owner"])
    with urllib.request.urlopen(f"{run.base}/_local/returned", timeout=patience.SECONDS) as answer:
        assert answer.headers["content-type"].startswith("text/html"), "a buyer who paid must not land on an error page"
    status, found = call("GET", f"{run.base}/_local/openid-configuration")
    assert (status, found["jwks_uri"]) == (200, f"{run.base}/_local/jwks.json")


def survives_a_kill(run: Run, kept: dict[str, Any]) -> None:
    """Killed outright: the engine sees its parent gone, writes its state and ends; the next start finds it."""
    run.end(signal.SIGKILL)
    run.wait_until_ports_are_free()
    run.start()
    assert run.balance() == kept
    assert run.end(signal.SIGINT) == 0
    run.wait_until_ports_are_free()

    shutil.rmtree(run.directory / "data" / "engine")  # a machine that lost power may lose this and nothing else
    run.start()
    assert run.balance()["account_id"] == "insurestack"
    assert run.end(signal.SIGHUP) == 0
    run.wait_until_ports_are_free()


def test_an_occupied_port_says_what_to_do(run: Run) -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, run.port))
        holder.listen()
        said = run.refused()
    assert f"Port {run.port} is in use" in said
    assert "PORT=4000 make run" in said
    assert "Traceback" not in said


def test_a_live_key_is_refused(run: Run) -> None:
    said = run.refused(STRIPE_API_KEY="sk_live_abc")
    assert "not a test key" in said
    assert "sk_live_abc" not in said


def test_make_run_ends_all_it_started_when_make_is_told_to(run: Run) -> None:
    stamps = (ROOT / ".venv" / ".run-installed", ROOT / ".venv-engine" / ".engine-installed")
    if not all(stamp.exists() for stamp in stamps):
        pytest.skip("installed by hand, not by make")
    run.start("make", "run")
    assert run.process is not None
    run.process.send_signal(signal.SIGTERM)
    run.process.wait(STOP_SECONDS)
    run.wait_until_ports_are_free()
