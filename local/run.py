"""`make run`: the whole of Lotbook on this machine. Starts everything, says where it is, stops everything.

Order of start: data directory, ports, engine, table and parameters, servers, demo accounts, schedules, `dev.json` last.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout

from local import ROOT, demo_accounts, dev_file, front_page
from local.clock import LocalClock
from local.cloud import cloud
from local.cloud.api_events import Answer, Request
from local.cloud.engine import Engine, EngineError, note_address
from local.cloud.functions import Functions
from local.cloud.gateway import Gateway
from local.cloud.http_server import Server, application
from local.cloud.permissions import enforce
from local.cloud.private_file import Damaged
from local.cloud.published import follow_table
from local.cloud.schedules import Schedules
from local.cloud.template import Template, load
from local.control import PREFIX, RETURNED, Control
from local.issuer import AUDIENCE, ISSUER, Issuer
from local.places import HOST, STRIPE, CannotStart, Places
from local.run_secrets import ALL_SCOPES, RunSecrets
from local.stopping import Stop, Stopped, ignore_signals

WATCH_SECONDS = 1.0
PATIENCE_SECONDS = 60  # with the emulated table: many callers at once on a busy machine are no reason to answer 503
LARGEST_LOG = 50_000_000  # bytes; a longer one is begun anew at the next start


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP; answers the exit code."""
    stop = Stop()
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
    return 0


def _start(places: Places, started: ExitStack, stop: Stop) -> list[Callable[[], object]]:
    """Start everything; answers what is to be looked at every second."""
    began = time.monotonic()
    started.enter_context(places.lock())
    stripe_port, engine_port = places.free_ports()
    keys_url = f"{places.base_url}{PREFIX}jwks.json"
    template = load(
        ROOT / "template.yaml",
        {
            "Stage": "local",
            "TokenIssuer": ISSUER,
            "TokenAudience": AUDIENCE,
            "TokenKeysUrl": keys_url,
            "ReturnUrl": f"{places.base_url}{RETURNED}",
        },
    )
    directory = places.directory
    secrets = RunSecrets.of(directory / "secrets.json")
    issuer = Issuer(directory / "issuer.pem")
    clock = LocalClock(directory / "clock.json")
    webhook_secret = (
        places.stripe_webhook_secret or secrets.webhook_secret if places.stripe_key else secrets.webhook_secret
    )
    stripe_url = STRIPE if places.stripe_key else f"http://{HOST}:{stripe_port}"

    _say("starting the local AWS engine", stop)
    engine = Engine(directory / "engine", engine_port)
    started.callback(engine.stop)
    engine.start(stop.go_on)
    note_address(directory, engine.address)
    environment = {
        **template.environment,
        **cloud.credentials(engine.address),
        **_here(places, clock, stripe_url),
    }
    os.environ.update(environment)
    parameters = {
        environment["GATEWAY_KEY_PARAMETER"]: places.stripe_key or "sk_test_stand_in",
        environment["WEBHOOK_SECRETS_PARAMETER"]: webhook_secret,
    }
    cloud.create_missing(template, parameters, engine.address.url)
    enforce(template.permissions)

    _say("starting the API and the Stripe stand-in", stop)
    log = directory / "functions.log"
    mode = "w" if log.exists() and log.stat().st_size > LARGEST_LOG else "a"
    started.enter_context(redirect_stdout(started.enter_context(log.open(mode, buffering=1))))
    functions = Functions(ROOT / "functions", template.functions)
    schedules = Schedules(template.schedules, functions, clock)
    control = Control(clock, schedules, issuer, keys_url, port=places.port)
    control.events = follow_table(
        template, functions.invoke, engine_url=engine.address.url, directory=directory, started=started
    )
    every_second: list[Callable[[], object]] = [engine.check]
    if not places.stripe_key:
        every_second.append(_start_stand_in(places, stripe_port, clock, webhook_secret, started))
    _start_api(places.port, template, functions, control, started)

    _say("opening the demo accounts", stop)
    _register_keys(secrets, clock)
    demo_accounts.create(places.base_url, secrets.service_keys[ALL_SCOPES], stop.go_on)
    started.callback(schedules.stop)
    schedules.start()
    path = directory / "dev.json"
    document = dev_file.describe(
        secrets, issuer, base_url=places.base_url, stripe_url=stripe_url, webhook_secret=webhook_secret
    )
    dev_file.write(path, document)
    control.page = lambda now: front_page.page(document, str(path), now)
    control.ready = True
    _tell(dev_file.welcome(document, path, time.monotonic() - began))
    return every_second


def _say(text: str, stop: Stop) -> None:
    stop.go_on()
    _tell(f"{text} ...")


def _tell(text: str) -> None:
    """To the person at the terminal; what the functions print goes to their log."""
    print(text, file=sys.__stdout__, flush=True)


def _here(places: Places, clock: LocalClock, stripe_url: str) -> dict[str, str]:
    """The environment that only the local run has."""
    return {
        "CLOCK_FILE": str(clock.path),
        "GATEWAY_API_BASE": "" if places.stripe_key else stripe_url,
        "READ_SECONDS": str(PATIENCE_SECONDS),
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def _start_api(port: int, template: Template, functions: Functions, control: Control, started: ExitStack) -> None:
    gateway = Gateway(template, functions)

    def answer(request: Request) -> Answer:
        return control.answer(request) if control.answers(request.path) else gateway.answer(request)

    server = Server(application(answer), port)
    started.callback(server.stop)
    server.start()


def _start_stand_in(
    places: Places, port: int, clock: LocalClock, secret: str, started: ExitStack
) -> Callable[[], object]:
    """Start the stand-in; answers what makes it do what the clock has made due."""
    from local.stripe_stand_in.server import serve
    from local.stripe_stand_in.stand_in import StandIn

    directory = places.directory / "stripe"
    try:
        stand_in = StandIn(
            directory=directory,
            clock=clock,
            webhook_url=f"{places.base_url}/v1/webhooks/stripe",
            webhook_secret=secret,
            base_url=f"http://{HOST}:{port}",
        )
    except sqlite3.DatabaseError as unreadable:
        raise Damaged.at(directory) from unreadable
    started.callback(stand_in.close)
    started.callback(serve(stand_in, port, HOST).close)
    return stand_in.tick


def _register_keys(secrets: RunSecrets, clock: LocalClock) -> None:
    from lotbook import wiring

    secrets.register(wiring.service_keys(), clock.now())
