"""The console of this run: the desk that it works at, and what it is told of errors."""

from __future__ import annotations

import secrets
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.account_ids import account_ids
from local.cloud.api_events import Answer, Request
from local.console.app import Console, form_token
from local.console.calls import Call
from local.console.desk import ConsoleGateway, Desk
from local.console.ring import Ring
from local.console.watch import Watch
from local.control import Control
from local.places import Places
from local.running import DEFAULT_DATA_DIR
from lotbook.api.http import problems

STRIPE_KEY = "sk_test_console"


def make_command(directory: Path) -> str:
    """How a command of this run is begun: `make`, and where the data is, if not where it usually is."""
    usual = Path(DEFAULT_DATA_DIR).resolve()
    return "make" if directory == usual else f"DATA_DIR={shlex.quote(str(directory))} make"


def advice() -> Mapping[str, str]:
    """What a caller should do about each code, as the catalogue of errors says it."""
    kinds = problems.all_kinds()
    return {each.code: kind.advice for each, kind in kinds.items() if each.code and each.__base__ not in kinds}


def gateway_of(stand_in: Any) -> ConsoleGateway:
    """The stand-in, asked in this process."""
    from local.stripe_stand_in.errors import ConnectionDropped
    from local.stripe_stand_in.http import Request as Asked

    def answer(call: Call) -> tuple[int, bytes] | None:
        path, _, query = call.path.partition("?")
        headers = {"authorization": f"Bearer {STRIPE_KEY}", "content-type": "application/json"}
        try:
            given = stand_in.answer(Asked(call.method, path, query, headers, call.payload))
        except ConnectionDropped:
            return None
        return given.status, given.body

    return ConsoleGateway(stand_in.base_url, answer, stand_in.sender.settled)


def watch_of(places: Places, gateway_url: str | None, now: Callable[[], int]) -> Watch:
    """What notes the calls of this run. `gateway_url` None: Stripe's own test mode."""
    return Watch(Ring(), places.base_url, gateway_url, make_command(places.directory), now, time.monotonic)


@dataclass(frozen=True, slots=True)
class Behind:
    """What answers behind the run's door, and what notes who comes in."""

    api: Callable[[Request], Answer]
    control: Control
    watch: Watch
    directory: Path


def console_of(behind: Behind, gateway: ConsoleGateway | None, service_key: str) -> Console:
    """The console, when everything has started."""
    control, watch = behind.control, behind.watch
    desk = Desk(
        base_url=watch.base_url,
        make=watch.make,
        kept_in=str(behind.directory),
        service_key=service_key,
        api=behind.api,
        local=control.answer,
        gateway=gateway,
        account_ids=account_ids,
        schedules=control.schedules.rates,
        last_runs=control.schedules.last_runs,
        emails=lambda: control.emails(),
        events=lambda: control.events(),
        new_key=lambda: f"console-{secrets.token_hex(6)}",
        watch=watch,
        form_token=form_token(service_key),
    )
    return Console(desk, watch.ring, advice())
