"""`make run`: the whole of Lotbook on this machine. Starts everything, says where it is, stops everything.

Order of start: data directory, ports, engine, table and parameters, servers, demo accounts, schedules, `dev.json` last.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from local import ROOT, demo_accounts, dev_file, front_page
from local.clock import LocalClock
from local.cloud import cloud
from local.cloud.api_events import Answer, Request
from local.cloud.engine import Engine, EngineError, note_address
from local.cloud.functions import Functions
from local.cloud.gateway import Gateway
from local.cloud.http_server import Server, application
from local.cloud.mailbox import Mailbox
from local.cloud.permissions import enforce
from local.cloud.private_file import Damaged
from local.cloud.schedules import Schedules
from local.cloud.template import Template, load
from local.control import PREFIX, RETURNED, Control
from local.following import follow
from local.issuer import AUDIENCE, ISSUER, Issuer
from local.look import portal_link
from local.places import HOST, STRIPE, CannotStart, Places
from local.run_secrets import ALL_SCOPES, RunSecrets
from local.stopping import Stop, Stopped, ignore_signals

WATCH_SECONDS = 1.0
PATIENCE_SECONDS = 60  # with the emulated table: many callers at once on a busy machine are no reason to answer 503
MAIL_FROM = "billing@lotbook.invalid"
LARGEST_LOG = 50_000_000  # bytes; a longer one is begun anew at the next start


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP; answers the exit code."""
    stop, printed = Stop(), sys.stdout
    try:
        with ExitStack() as started:
            every_second = _start(Places.read(os.environ), started, stop)
            while not stop.wait(WATCH_SECONDS):
                for look in every_second:
                    look()
            _tell("\nStopping.")
    except Stopped:
        _tell("\nStopped before everything had started.")
    except (CannotStart, EngineError, Damaged, demo_accounts.DemoRefused) as refusal:
        print(f"\n{refusal}", file=sys.stderr, flush=True)
        return 1
    except OSError as refusal:
        if refusal.filename is None:
            raise
        print(f"\n{refusal.filename} cannot be used: {refusal.strerror}.", file=sys.stderr, flush=True)
        return 1
    finally:
        ignore_signals()
        if not stop.asked:
            sys.stdout = printed
    return 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run is made of before anything runs: its places, the template, and what the data directory keeps."""

    places: Places
    stripe_port: int
    template: Template
    secrets: RunSecrets
    issuer: Issuer
    clock: LocalClock

    @staticmethod
    def read(places: Places, stripe_port: int) -> Parts:
        """What is not kept yet is made. Raises Damaged."""
        parameters = {
            "Stage": "local",
            "TokenIssuer": ISSUER,
            "TokenAudience": AUDIENCE,
            "TokenKeysUrl": _keys_url(places),
            "ReturnUrl": f"{places.base_url}{RETURNED}",
            "PortalUrl": places.base_url,
            "PublicUrl": places.base_url,
            "MailFrom": MAIL_FROM,
            "PortalName": "Lotbook",
            **({} if places.stripe_key else {"GatewayPages": f"http://{HOST}:{stripe_port}"}),
        }
        return Parts(
            places,
            stripe_port,
            load(ROOT / "template.yaml", parameters),
            RunSecrets.of(places.directory / "secrets.json"),
            Issuer(places.directory / "issuer.pem"),
            LocalClock(places.directory / "clock.json"),
        )

    @property
    def stripe_url(self) -> str:
        """The gateway: the stand-in, or Stripe's own test mode."""
        return STRIPE if self.places.stripe_key else f"http://{HOST}:{self.stripe_port}"

    @property
    def webhook_secret(self) -> str:
        """What signs the gateway's events."""
        given = self.places.stripe_webhook_secret if self.places.stripe_key else None
        return given or self.secrets.webhook_secret


def _start(places: Places, started: ExitStack, stop: Stop) -> list[Callable[[], object]]:
    """Start everything; answers what is to be looked at every second."""
    began = time.monotonic()
    started.enter_context(places.lock())
    stripe_port, engine_port = places.free_ports()
    parts = Parts.read(places, stripe_port)
    _log_to(places.directory / "functions.log")
    _say("starting the local AWS engine", stop)
    engine = _start_engine(parts, engine_port, started, stop)

    _say("starting the API and the Stripe stand-in", stop)
    functions = Functions(ROOT / "functions", parts.template.functions)
    schedules = Schedules(parts.template.schedules, functions, parts.clock)
    control = Control(parts.clock, schedules, parts.issuer, _keys_url(places), port=places.port, look=portal_link)
    _follow(parts, functions, engine, control, started)
    every_second: list[Callable[[], object]] = [engine.check]
    if not places.stripe_key:
        every_second.append(_start_stand_in(parts, started))
    _start_api(parts, functions, control, started)

    _say("opening the demo accounts", stop)
    from lotbook import wiring

    parts.secrets.register(wiring.service_keys(), parts.clock.now())
    demo_accounts.create(places.base_url, parts.secrets.service_keys[ALL_SCOPES], stop.go_on)
    started.callback(schedules.stop)
    schedules.start()
    _describe(parts, control, began)
    return every_second


def _keys_url(places: Places) -> str:
    return f"{places.base_url}{PREFIX}jwks.json"


def _start_engine(parts: Parts, port: int, started: ExitStack, stop: Stop) -> Engine:
    """The engine with all that the template declares; this process's environment leads to it from here on."""
    engine = Engine(parts.places.directory / "engine", port)
    started.callback(engine.leave)
    engine.start(stop.go_on)
    note_address(parts.places.directory, engine.address)
    environment = {**cloud.environment(parts.template, engine.address), **_here(parts)}
    os.environ.update(environment)
    parameters = {
        environment["GATEWAY_KEY_PARAMETER"]: parts.places.stripe_key or "sk_test_stand_in",
        environment["WEBHOOK_SECRETS_PARAMETER"]: parts.webhook_secret,
    }
    cloud.create_missing(parts.template, parameters, engine.address.url)
    enforce(parts.template.permissions)
    return engine


def _follow(parts: Parts, functions: Functions, engine: Engine, control: Control, started: ExitStack) -> None:
    url, kept = engine.address.url, parts.places.directory
    mailbox = Mailbox.watching(kept / "emails.jsonl", lambda: parts.clock.describe()["now"])
    following = follow(parts.template, functions, engine_url=url, directory=kept, started=started)
    control.events, control.emails = following.events, lambda: following.emails(mailbox)


def _log_to(log: Path) -> None:
    """What the functions print goes to their log, to the end of this process: what a stop cuts short says so there."""
    mode = "w" if log.exists() and log.stat().st_size > LARGEST_LOG else "a"
    sys.stdout = log.open(mode, buffering=1)


def _describe(parts: Parts, control: Control, began: float) -> None:
    """Everything runs: write `dev.json`, show the page, be healthy, say so."""
    path = parts.places.directory / "dev.json"
    document = dev_file.describe(
        parts.secrets,
        parts.issuer,
        base_url=parts.places.base_url,
        stripe_url=parts.stripe_url,
        webhook_secret=parts.webhook_secret,
    )
    dev_file.write(path, document)
    control.page = lambda now: front_page.page(document, str(path), now)
    control.ready = True
    _tell(dev_file.welcome(document, path, time.monotonic() - began))


def _say(text: str, stop: Stop) -> None:
    stop.go_on()
    _tell(f"{text} ...")


def _tell(text: str) -> None:
    """To the person at the terminal; what the functions print goes to their log."""
    print(text, file=sys.__stdout__, flush=True)


def _here(parts: Parts) -> dict[str, str]:
    """The environment that only the local run has."""
    return {
        "CLOCK_FILE": str(parts.clock.path),
        "GATEWAY_API_BASE": "" if parts.places.stripe_key else parts.stripe_url,
        "READ_SECONDS": str(PATIENCE_SECONDS),
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def _start_api(parts: Parts, functions: Functions, control: Control, started: ExitStack) -> None:
    gateway = Gateway(parts.template, functions)

    def answer(request: Request) -> Answer:
        return control.answer(request) if control.answers(request.path) else gateway.answer(request)

    server = Server(application(answer), parts.places.port)
    started.callback(server.stop)
    server.start()


def _start_stand_in(parts: Parts, started: ExitStack) -> Callable[[], object]:
    """Start the stand-in; answers what makes it do what the clock has made due. Raises Damaged."""
    from local.stripe_stand_in.server import serve
    from local.stripe_stand_in.stand_in import StandIn

    directory = parts.places.directory / "stripe"
    try:
        stand_in = StandIn(
            directory=directory,
            clock=parts.clock,
            webhook_url=f"{parts.places.base_url}/v1/webhooks/stripe",
            webhook_secret=parts.webhook_secret,
            base_url=parts.stripe_url,
        )
    except sqlite3.DatabaseError as unreadable:
        raise Damaged.at(directory) from unreadable
    started.callback(stand_in.close)
    started.callback(serve(stand_in, parts.stripe_port, HOST).close)
    return stand_in.tick
