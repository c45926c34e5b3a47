"""Check: what a consume would answer now. The burn itself is played over stores that keep nothing (`adapters/dry.py`).

So the draws, the refusals and what counts as available are those of a consume by construction, also where months are due, holds
have lapsed, orders wait or a receipt is void. Nothing is written and nothing is promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lotbook.domain.credits import ledger
from lotbook.domain.credits.checked import Checked
from lotbook.domain.values.errors import (
    AccountClosed,
    AccountPaused,
    InsufficientCredits,
    Refused,
    TopUpPending,
    Unavailable,
)
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.burn import Burn

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.credits.requests import BurnRequest
    from lotbook.usecases.credits.desk import CreditDesk

NO_KEY = ""  # of no call: a key has a character at least
NAME = ledger.burn_name(NO_KEY)
MAX_TRIES = 3  # somebody else's turn came between the book and what was read after it


class DryRun(Protocol):
    """One run over stores that keep nothing. `is_as_read`: nothing was changed under it. `lends`: a lot that does not exist yet."""

    @property
    def desk(self) -> CreditDesk: ...

    def is_as_read(self) -> bool: ...

    def lends(self, lot_id: str) -> bool: ...

    @property
    def available_before(self) -> int | None:
        """What could be spent before anything was lent; None where nothing was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    account_id: str
    request: BurnRequest
    dry: DryRun


def check(account_id: str, request: BurnRequest, *, begin: Callable[[], DryRun]) -> Checked:
    """What a consume with this body would answer at this moment.

    Raises what is no answer about credits: InvalidRequest (no such unit, too many lots), AccountNotFound, Unavailable.
    """
    for _ in range(MAX_TRIES):
        dry = begin()
        checked = _checked(_Asked(account_id, request, dry))
        if dry.is_as_read():
            return checked
    raise Unavailable("the account is changing right now", retry_after_seconds=1)


def _checked(asked: _Asked) -> Checked:
    dry, wanted = asked.dry, asked.request.credits
    try:
        entry, _ = Burn(asked.account_id, NO_KEY, asked.request, dry.desk).run()
    except InsufficientCredits as refusal:
        return Checked(wanted, refusal.data["available"], refusal.code, rated=asked.request.rated)
    except (TopUpPending, AccountPaused, AccountClosed) as refusal:
        return Checked(wanted, _available(asked), refusal.code, _why(refusal), rated=asked.request.rated)
    draws = tuple((None if dry.lends(draw.lot_id) else draw.lot_id, draw.credits) for draw in entry.draws)
    before = dry.available_before
    return Checked(
        wanted,
        entry.available_after + wanted if before is None else before,
        None,
        draws=draws,
        rated=asked.request.rated,
    )


def _available(asked: _Asked) -> int:
    """A paused book is not turned for a burn; the balance would turn it."""
    before = asked.dry.available_before
    if before is not None:
        return before
    return read_balance(asked.account_id, asked.request.unit, desk=asked.dry.desk).available


def _why(refusal: Refused) -> str | None:
    return refusal.data.get("pause_reason")
