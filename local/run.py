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
from pathlib import Path
from typing import TYPE_CHECKING

from local import ROOT, demo_accounts, dev_file
from local.cloud import cloud
from local.cloud.api_events import Answer, Request
from local.cloud.engine import Engine, EngineError, note_address
from local.cloud.functions import Functions
from local.cloud.gateway import Gateway
from local.cloud.http_server import Server, application
from local.cloud.mailbox import Mailbox
from local.cloud.next_runs import NextRuns
from local.cloud.permissions import enforce
from local.cloud.private_file import Damaged
from local.cloud.schedules import Schedules
from local.console_desk import Behind, console_of, gateway_of, watch_of
from local.control import Control
from local.following import follow
from local.look import portal_link
from local.parts import Parts, keys_url
from local.places import HOST, CannotStart, Places
from local.run_secrets import ALL_SCOPES
from local.stopping import Stop, Stopped, ignore_signals

if TYPE_CHECKING:
    from local.stripe_stand_in.stand_in import StandIn

WATCH_SECONDS = 1.0
LARGEST_LOG = 50_000_000  # bytes; a longer one is begun anew at the next start


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP; answers the exit code."""
    stop, printed, said = Stop(), sys.stdout, sys.stderr
    try:
        with ExitStack() as started:
            _until_asked(started, stop)
    except Stopped:
        _tell("\nStopped before everything had started.")
    except (CannotStart, EngineError, Damaged, demo_accounts.DemoRefused) as refusal:
        print(f"\n{refusal}", file=said, flush=True)
        return 1
    except OSError as refusal:
        if refusal.filename is None:
            raise
        print(f"\n{refusal.filename} cannot be used: {refusal.strerror}.", file=said, flush=True)
        return 1
    finally:
        ignore_signals()
        if not stop.asked:
            sys.stdout = printed
        elif sys.exc_info()[0] is not None:  # a fault of ours is for the terminal, whoever asked for the stop
            sys.stderr = said
    return 0


def _until_asked(started: ExitStack, stop: Stop) -> None:
    try:
        every_second = _start(Places.read(os.environ), started, stop)
        while not stop.wait(WATCH_SECONDS):
            for look in every_second:
                look()
        _tell("\nStopping.")
    finally:
        if stop.asked:  # the engine is taken away from whoever is still at work: what they say then is for the log
            sys.stderr = sys.stdout


def _start(places: Places, started: ExitStack, stop: Stop) -> list[Callable[[], object]]:
    """Start everything; answers what is to be looked at every second."""
    began = time.monotonic()
    started.enter_context(places.lock())
    stripe_port, engine_port = places.free_ports()
    parts = Parts.read(places, stripe_port)
    _log_to(places.directory / "functions.log")
    _say(f"The console is at {places.base_url}/ in a moment:\nstarting the local AWS engine ...", stop)
    engine = _start_engine(parts, engine_port, started, stop)

    _say("starting the API and the Stripe stand-in ...", stop)
    functions = _functions(parts, started)
    schedules = Schedules(parts.template.schedules, functions, parts.clock)
    control = Control(parts.clock, schedules, parts.issuer, keys_url(places), port=places.port, look=portal_link)
    _follow(parts, functions, engine, control, started)
    stand_in = None if places.stripe_key else _start_stand_in(parts, started)
    behind = _start_api(parts, functions, control, started)

    _say("opening the demo accounts ...", stop)
    from lotbook import wiring

    parts.secrets.register(wiring.service_keys(), parts.clock.now())
    demo_accounts.create(places.base_url, parts.secrets.service_keys[ALL_SCOPES], stop.go_on)
    started.callback(schedules.stop)
    schedules.start()
    control.console = console_of(
        behind, gateway_of(stand_in) if stand_in else None, parts.secrets.service_keys[ALL_SCOPES]
    )
    _describe(parts, control, began)
    return [engine.check, *([stand_in.tick] if stand_in else [])]


def _functions(parts: Parts, started: ExitStack) -> Functions:
    """The functions, which may begin each other's next run."""
    functions = Functions(ROOT / "functions", parts.template.functions)
    next_runs = NextRuns(functions)
    next_runs.watch()
    started.callback(next_runs.stop)
    return functions


def _start_engine(parts: Parts, port: int, started: ExitStack, stop: Stop) -> Engine:
    """The engine with all that the template declares; this process's environment leads to it from here on."""
    engine = Engine(parts.places.directory / "engine", port)
    started.callback(engine.leave)
    engine.start(stop.go_on)
    note_address(parts.places.directory, engine.address)
    environment = {**cloud.environment(parts.template, engine.address), **parts.environment()}
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
    control.ready = True
    _tell(dev_file.welcome(document, path, time.monotonic() - began))


def _say(text: str, stop: Stop) -> None:
    stop.go_on()
    _tell(text)


def _tell(text: str) -> None:
    """To the person at the terminal; what the functions print goes to their log."""
    print(text, file=sys.__stdout__, flush=True)


def _start_api(parts: Parts, functions: Functions, control: Control, started: ExitStack) -> Behind:
    """The door to the API and to the run's own controls; answers what is behind it, for the console."""
    gateway = Gateway(parts.template, functions)
    places = parts.places
    watch = watch_of(places, None if places.stripe_key else parts.stripe_url, parts.clock.now)

    def answer(request: Request) -> Answer:
        return control.answer(request) if control.answers(request.path) else gateway.answer(request)

    watched = watch.watching(answer)
    server = Server(application(lambda request: (watched if control.ready else answer)(request)), places.port)
    started.callback(server.stop)
    server.start()
    return Behind(gateway.answer, control, watch, places.directory)


def _start_stand_in(parts: Parts, started: ExitStack) -> StandIn:
    """Raises Damaged."""
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
    return stand_in
