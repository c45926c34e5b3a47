"""Operations of the explorer's programs, in one word each."""

from __future__ import annotations

from typing import Any

from lotbook.domain.credits import ledger
from lotbook.domain.credits.lots import Lot
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.claw_back import claw_back
from lotbook.usecases.credits.confirm_lot import Verdict, decide_lot
from lotbook.usecases.credits.consume import BurnRequest, consume
from lotbook.usecases.credits.freeze_lot import freeze_lot
from lotbook.usecases.credits.grant import grant_lot
from lotbook.usecases.credits.hold import HoldRequest, hold
from lotbook.usecases.credits.resolve_hold import capture_hold, hold_id_of, release_hold
from lotbook.usecases.credits.settle_book import settle_book
from tests.fakes.credit_desk import credit_desk
from tests.simulation.worlds import ACCOUNT, UNIT, Env, Operation

NOW = 1_000_000


def lot(name: str, credits: int, expires: int | None = None, effective: int = 0, provisional: bool = False) -> Lot:
    """A lot whose life is given in seconds from the start."""
    expires_at = None if expires is None else NOW + expires * 1_000
    return Lot(
        f"lot_{name}", UNIT, "plan", credits, 0, NOW + effective * 1_000, expires_at, NOW, provisional=provisional
    )


def burn(key: str, credits: int = 1) -> Operation:
    def run(env: Env) -> Any:
        return consume(
            ACCOUNT, key, BurnRequest(credits), desk=credit_desk(env.books, env.clock, env.renew, prunes=env.prunes)
        )

    return run


def grant(*arguments: Any, **named: Any) -> Operation:
    made = lot(*arguments, **named)

    def run(env: Env) -> Any:
        return grant_lot(ACCOUNT, made, desk=credit_desk(env.books, env.clock))

    return run


def settle() -> Operation:
    def run(env: Env) -> Any:
        settle_book(ACCOUNT, UNIT, desk=credit_desk(env.books, env.clock))

    return run


def place_hold(key: str, credits: int = 1, ttl: int = 3_600) -> Operation:
    def run(env: Env) -> Any:
        request = HoldRequest(credits, ttl_seconds=ttl)
        return hold(ACCOUNT, key, request, desk=credit_desk(env.books, env.clock, env.renew, prunes=env.prunes))

    return run


def capture(key: str, credits: int, by: str = "capture-key") -> Operation:
    def run(env: Env) -> Any:
        hold_id = hold_id_of(ledger.burn_name(key))
        return capture_hold(ACCOUNT, hold_id, by, credits, actor="service", desk=credit_desk(env.books, env.clock))

    return run


def release(key: str, by: str = "release-key") -> Operation:
    def run(env: Env) -> Any:
        hold_id = hold_id_of(ledger.burn_name(key))
        return release_hold(ACCOUNT, hold_id, by, actor="service", desk=credit_desk(env.books, env.clock))

    return run


def claw(name: str, claim: str, credits: int) -> Operation:
    def run(env: Env) -> Any:
        return claw_back(ACCOUNT, UNIT, f"lot_{name}", claim, credits, desk=credit_desk(env.books, env.clock))

    return run


def decide(name: str, verdict: Verdict) -> Operation:
    def run(env: Env) -> Any:
        return decide_lot(ACCOUNT, UNIT, f"lot_{name}", verdict, desk=credit_desk(env.books, env.clock))

    return run


def freeze(name: str, thaw: bool = False) -> Operation:
    def run(env: Env) -> Any:
        return freeze_lot(ACCOUNT, UNIT, f"lot_{name}", "dispute", thaw=thaw, desk=credit_desk(env.books, env.clock))

    return run


def read() -> Operation:
    def run(env: Env) -> Any:
        return read_balance(ACCOUNT, UNIT, desk=credit_desk(env.books, env.clock, env.renew))

    return run
