"""`make audit`: replay the ledgers of the local run against its books, lots and purchases. Answers 1 if anything differs."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from local import ROOT
from local.account_ids import scannable, scanned
from local.cloud import cloud
from local.cloud.engine import Address, Engine, EngineError, running_engine
from local.cloud.private_file import Damaged
from local.cloud.refusals import NoTable, Refused, Silent, in_one_sentence
from local.cloud.template import load
from local.places import CannotStart, Places, any_free_port
from local.running import CannotAsk, data_directory
from lotbook.usecases.attempts import attempt
from lotbook.usecases.audit.audit_account import Audited


def main(arguments: list[str] | None = None) -> int:
    """Audit one account, or all of them, of the run in DATA_DIR, running or stopped."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--account", help="only this account")
    wanted = parser.parse_args(arguments)
    try:
        places = Places.read({"DATA_DIR": str(data_directory())})  # no port and no gateway is asked for here
        address = running_engine(places.directory)
        if address is not None:
            return _audit(places.directory, address, wanted.account)
        return _audit_a_stopped_one(places, wanted.account)
    except (CannotStart, CannotAsk, EngineError, Damaged, Refused) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _audit_a_stopped_one(places: Places, account_id: str | None) -> int:
    """With an engine of its own; where nothing was kept, nothing is started, and nothing left behind (N10)."""
    kept = places.directory / "engine"
    if not kept.is_dir():
        raise CannotAsk(_nothing_kept(places.directory))
    with places.lock():
        engine = Engine(kept, any_free_port())
        try:
            engine.start()
            return _audit(places.directory, engine.address, account_id)
        finally:
            engine.stop()


def _nothing_kept(directory: Path) -> str:
    return f"No Lotbook runs with its data in {directory}, and none has: start one with `make run`, or name its DATA_DIR=..."


def _audit(directory: Path, address: Address, account_id: str | None) -> int:
    template = load(ROOT / "template.yaml", {"Stage": "local"})
    clock = {"CLOCK_FILE": str(directory / "clock.json")}
    os.environ.update({**template.environment, **cloud.credentials(address), **clock})
    try:
        with in_one_sentence(template.environment["TABLE_NAME"]):
            return _replay(account_id)
    except NoTable as refusal:
        raise CannotAsk(_nothing_kept(directory)) from refusal
    except Silent as refusal:
        raise CannotAsk(
            f"The local AWS engine at {address.url} does not answer: is `make run` still running?"
        ) from refusal


def _replay(account_id: str | None) -> int:
    from lotbook import wiring

    if account_id and not wiring.units_of()(account_id):
        print(f"There is no account {account_id} here.", file=sys.stderr)
        return 1
    ids = [account_id] if account_id else sorted(scanned(scannable()))
    print(f"{'account':<24} {'books':>5} {'entries':>8} {'purchases':>9}")
    first: tuple[str, Any] | None = None
    unread = 0
    for each in ids:
        looked = attempt(partial(_audited, each))
        audited = looked.answer
        if audited is None:  # it is named, and the others are audited
            unread += 1
            print(f"{each:<24} cannot be read: {type(looked.error).__name__}")
            continue
        verdict = "ok" if audited.first is None else f"{len(audited.differences)} differences"
        verdict = verdict if audited.finished else f"{verdict}, too long to finish"
        print(f"{each:<24} {audited.books:>5} {audited.entries:>8} {audited.purchases:>9}  {verdict}")
        if audited.first is not None and first is None:
            first = (each, audited.first)
    if first is None:
        return 1 if unread else 0
    unit, difference = first[1]
    print(f"\nThe first difference: account {first[0]}, {unit or 'purchases'}: {difference}")
    return 1


def _audited(account_id: str) -> Audited:
    from lotbook import wiring
    from lotbook.usecases.audit.audit_account import audit_account

    return audit_account(account_id, wiring.units_of()(account_id), auditing=wiring.auditing())
