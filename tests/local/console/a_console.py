"""A console over the whole of Lotbook in this process: the template's routes, functions on moto, the stand-in; no server of our own."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from local import ROOT
from local.clock import LocalClock
from local.cloud.api_events import Answer, Request
from local.cloud.functions import Functions
from local.cloud.gateway import Gateway
from local.cloud.schedules import Schedules
from local.cloud.template import load
from local.console.app import Console
from local.console.watch import Watch
from local.console_desk import Behind, console_of, gateway_of, watch_of
from local.control import Control
from local.issuer import Issuer
from local.places import Places
from local.stripe_stand_in import StandIn
from local.stripe_stand_in.webhooks import Endpoint

PORT = 3000
BASE = f"http://127.0.0.1:{PORT}"
TOKEN = re.compile(r'name="form" value="([0-9a-f]{64})"')


@dataclass
class InProcess(Endpoint):
    """Where the stand-in's events go: to the door of this process, as over the wire."""

    send: Any = None

    def post(self, payload: bytes, seconds: int) -> int | None:
        """As over the wire."""
        from local.stripe_stand_in.webhooks import signature

        signed = {"stripe-signature": signature(payload, self.secret, seconds), "content-type": "application/json"}
        return int(self.send("POST", "/v1/webhooks/stripe", payload, signed).status)


@dataclass
class Opened:
    """What a browser at the console, and others at the run's door, can do."""

    control: Control
    watch: Watch
    door: Any
    stand_in: StandIn
    mails: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def console(self) -> Console:
        assert self.control.console is not None
        return self.control.console

    def send(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """One request to the run's door."""
        sent = {"host": f"127.0.0.1:{PORT}", **(headers or {})}
        answer: Answer = self.door(Request(method, target, sent, body, "r", 0, "127.0.0.1"))
        return answer

    def page(self, target: str) -> str:
        """A page that there is."""
        answer = self.send("GET", target)
        assert answer.status == 200, (target, answer.status, answer.body[:500])
        return answer.body.decode()

    def post(self, action: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """A form of the console's, with its token."""
        token = TOKEN.search(self.page("/_local/console/schedules"))
        assert token is not None
        filled = {"form": token[1], "back": "/_local/console/calls", **(fields or {})}
        return self.raw_post(action, filled, **headers)

    def raw_post(self, action: str, fields: dict[str, str], **headers: str) -> Answer:
        """A form as it is filled in here."""
        sent = {"content-type": "application/x-www-form-urlencoded", "origin": BASE, **headers}
        return self.send("POST", f"/_local/console/do/{action}", urlencode(fields).encode(), sent)

    def click(self, action: str, **fields: str) -> str:
        """What is said on the page after a click: the sentence, or the refusal."""
        answer = self.post(action, fields)
        assert answer.status == 303, answer
        place = urlsplit(dict(answer.headers)["location"])
        return said(self.page(f"{place.path}?{place.query}"))

    def api(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """A call of the API by the console's own key, unnoted."""
        from local.console.calls import Call

        return self.console.desk.ask(Call("api", method, path, body, key)).content

    def gateway(self, path: str) -> Any:
        """What a control of the stand-in answers, unnoted."""
        from local.console.calls import Call

        return self.console.desk.ask(Call("gateway", "GET", path)).content


def said(page: str) -> str:
    """The text of the outcome of a click."""
    found = re.search(r'<section class="done.*?</section>', page, re.DOTALL)
    assert found is not None, page
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def opened(directory: Path, service_key: str, webhook_secret: str, port: int = PORT) -> Opened:
    """On whatever AWS the environment leads to; its `GATEWAY_API_BASE` is to be the stand-in's address."""
    base = f"http://127.0.0.1:{port}"
    clock = LocalClock(directory / "clock.json")
    template = load(ROOT / "template.yaml", {"Stage": "test", "PortalUrl": base})
    functions = Functions(ROOT / "functions", template.functions)
    gateway = Gateway(template, functions)
    stand_in = StandIn(directory / "stripe", clock, None, webhook_secret, "http://127.0.0.1:3001")
    schedules = Schedules(template.schedules, functions, clock)
    control = Control(clock, schedules, Issuer(directory / "issuer.pem"), f"{base}/_local/jwks.json", port=port)
    watch = watch_of(Places(port, directory, None, None), stand_in.base_url, clock.now)

    def answer(request: Request) -> Answer:
        return control.answer(request) if control.answers(request.path) else gateway.answer(request)

    made = Opened(control, watch, watch.watching(answer), stand_in)
    control.events, control.emails = lambda: made.events, lambda: made.mails
    endpoint = InProcess("in process", webhook_secret, made.send)
    stand_in.endpoint = stand_in.sender._endpoint = endpoint
    behind = Behind(gateway.answer, control, watch, directory)
    control.console = console_of(behind, gateway_of(stand_in), service_key)
    control.ready = True
    return made
