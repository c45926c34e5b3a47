"""Operations of the explorer's programs, in one word each."""

from __future__ import annotations

from typing import Any

from lotbook.domain.credits import ledger
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze
from lotbook.domain.credits.refusals import NothingToVoid
from lotbook.domain.credits.requests import BurnRequest, HoldRequest, ResolveHold
from lotbook.usecases.accounts import follow_plan
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import LotDecision, claw_back, decide_lot, freeze_lot, grant_lot
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.credits.void_lot import VoidLot, void_lot
from tests.fakes.accounts import an_account
from tests.fakes.credit_desk import credit_desk
from tests.simulation.worlds import ACCOUNT, UNIT, Env, Operation

NOW = 1_000_000
SUBSCRIBER = an_account(account_id=ACCOUNT)


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


def die_burning(key: str, credits: int = 1) -> Operation:
    """A worker that stops between the two writes of a burn."""

    def run(env: Env) -> Any:
        memo = BurnRequest(credits).memo(env.clock.now())
        assert env.books.burn(ACCOUNT, UNIT, ledger.burn_name(key), memo, ()).done

    return run


def grant(*arguments: Any, **named: Any) -> Operation:
    made = lot(*arguments, **named)

    def run(env: Env) -> Any:
        return grant_lot(ACCOUNT, made, desk=credit_desk(env.books, env.clock))

    return run


def turn_book() -> Operation:
    def run(env: Env) -> Any:
        bring_up_to_date(ACCOUNT, UNIT, desk=credit_desk(env.books, env.clock))

    return run


def place_hold(key: str, credits: int = 1, ttl: int = 3_600) -> Operation:
    def run(env: Env) -> Any:
        request = HoldRequest(credits, ttl_seconds=ttl)
        return hold(ACCOUNT, key, request, desk=credit_desk(env.books, env.clock, env.renew, prunes=env.prunes))

    return run


def capture(key: str, credits: int, by: str = "capture-key") -> Operation:
    def run(env: Env) -> Any:
        hold_id = hold_id_of(ACCOUNT, ledger.burn_name(key))
        return resolve_hold(
            ACCOUNT, ResolveHold(hold_id, by, credits, "service"), desk=credit_desk(env.books, env.clock)
        )

    return run


def release(key: str, by: str = "release-key") -> Operation:
    def run(env: Env) -> Any:
        hold_id = hold_id_of(ACCOUNT, ledger.burn_name(key))
        return resolve_hold(ACCOUNT, ResolveHold(hold_id, by, None, "service"), desk=credit_desk(env.books, env.clock))

    return run


def claw(name: str, claim: str, credits: int) -> Operation:
    def run(env: Env) -> Any:
        return claw_back(
            ACCOUNT,
            UNIT,
            ClawBack(f"lot_{name}", claim, credits),
            desk=credit_desk(env.books, env.clock),
        )

    return run


def void_unused(name: str, key: str, credits: int) -> Operation:
    """What an operator takes back of what is unused."""

    def run(env: Env) -> Any:
        asked = VoidLot(f"lot_{name}", key, credits, "sent twice", "key_1")
        try:
            return void_lot(ACCOUNT, UNIT, asked, desk=credit_desk(env.books, env.clock, env.renew), keys=FreeKeys())
        except NothingToVoid as nothing:
            return nothing

    return run


class FreeKeys:
    """Markers say which body a key was sent with, and decide about nothing: the order's own name does."""

    def find(self, *_: str) -> None:
        return None

    def claim(self, *_: Any) -> None:
        return None


def decide(name: str, verdict: LotDecision) -> Operation:
    def run(env: Env) -> Any:
        return decide_lot(ACCOUNT, UNIT, f"lot_{name}", verdict, desk=credit_desk(env.books, env.clock))

    return run


def freeze(name: str, thaw: bool = False) -> Operation:
    def run(env: Env) -> Any:
        return freeze_lot(
            ACCOUNT,
            UNIT,
            Freeze(f"lot_{name}", "dispute", thaw=thaw),
            desk=credit_desk(env.books, env.clock),
        )

    return run


def read() -> Operation:
    def run(env: Env) -> Any:
        return read_balance(ACCOUNT, UNIT, desk=credit_desk(env.books, env.clock, env.renew))

    return run


def renew() -> Operation:
    """What meets the end of a period, as the scope says."""

    def run(env: Env) -> Any:
        env.renew(ACCOUNT)

    return run


def paid(*arguments: Any, **named: Any) -> Operation:
    """What follows a period that was paid: its provisional lot is confirmed, or comes back if it was void."""
    return _followed("_confirm", *arguments, **named)


def unpaid(*arguments: Any, **named: Any) -> Operation:
    """What follows a period that nobody pays: its lot is void."""
    return _followed("_void", *arguments, **named)


def _followed(follow: str, *arguments: Any, **named: Any) -> Operation:
    made = lot(*arguments, **named)

    def run(env: Env) -> Any:
        getattr(follow_plan, follow)(SUBSCRIBER, (made,), env.clock.now(), credit_desk(env.books, env.clock))

    return run
