"""`?state=`, `?kind=`, `?from=`, `?to=` and the like of lists, and `?planned=` of offers. Raises InvalidRequest for anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar, get_args

from lotbook.api.requests import burning
from lotbook.domain.accounts.account import AccountState
from lotbook.domain.accounts.filters import AccountFilter
from lotbook.domain.advice.advise import MAX_PLANNED_PERIODS, Planned
from lotbook.domain.credits.ledger import HIDDEN, KINDS
from lotbook.domain.credits.statement_pages import EntryFilter
from lotbook.domain.credits.views import HoldState
from lotbook.domain.endpoints.deliveries import DeliveryState
from lotbook.domain.sales.purchase import PurchaseState
from lotbook.domain.sales.transactions import ITEM_KINDS, PurchaseFilter
from lotbook.domain.values import instants
from lotbook.domain.values.errors import InvalidRequest

STATES: tuple[PurchaseState, ...] = get_args(PurchaseState)
ACCOUNT_STATES: tuple[AccountState, ...] = get_args(AccountState)
HOLD_STATES: tuple[HoldState, ...] = get_args(HoldState)
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
ENTRY_KINDS = tuple(sorted(KINDS - HIDDEN))
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_NUMBER = re.compile(r"[1-9][0-9]{0,12}")
Word = TypeVar("Word", bound=str)


def purchases_of(query: Mapping[str, str]) -> PurchaseFilter | None:
    """Which purchases to show, None for all; `from` belongs to the time that is asked for, `to` does not."""
    wanted = PurchaseFilter(
        states=_words(query, "state", STATES),
        kinds=_words(query, "kind", ITEM_KINDS),
        since=_instant(query, "from"),
        before=_instant(query, "to"),
    )
    return None if wanted == PurchaseFilter() else wanted


def entries_of(query: Mapping[str, str]) -> EntryFilter:
    """Which entries to show: kinds with commas between, an exact reference, `from` and `to` as of purchases."""
    return EntryFilter(
        kinds=_words(query, "kind", ENTRY_KINDS),
        since=_instant(query, "from"),
        before=_instant(query, "to"),
        reference=burning.reference_of(dict(query)),
    )


def hold_state_of(query: Mapping[str, str]) -> HoldState | None:
    """Holds of which state to show, None for all; raises InvalidRequest for a state that is none."""
    return _state(query, HOLD_STATES)


def accounts_of(query: Mapping[str, str]) -> AccountFilter:
    """Which accounts to show; raises InvalidRequest for a state that is none."""
    named = {name: query[name] for name in ("email", "external_id", "policy_id", "plan_id") if name in query}
    return AccountFilter(**named, state=_state(query, ACCOUNT_STATES))


def delivery_state_of(query: Mapping[str, str]) -> DeliveryState | None:
    """Which deliveries to show, None for all; raises InvalidRequest for a state that is none."""
    return _state(query, DELIVERY_STATES)


def planned_of(query: Mapping[str, str]) -> Planned | None:
    """What the account says that it will need, None where it does not say."""
    credits = _number(query, "planned", burning.MAX_CREDITS)
    periods = _number(query, "planned_periods", MAX_PLANNED_PERIODS)
    if credits is None:
        if periods is not None:
            raise InvalidRequest.of("planned_periods", "missing", "planned_periods goes with planned.")
        return None
    return Planned(credits, periods or 1)


def _state(query: Mapping[str, str], known: tuple[Word, ...]) -> Word | None:
    """One state of these, None where none is asked for."""
    state = query.get("state")
    if state is not None and state not in known:
        raise InvalidRequest.of("state", "unknown", f"state must be one of {', '.join(known)}.")
    return next((each for each in known if each == state), None)


def _words(query: Mapping[str, str], name: str, known: tuple[Word, ...]) -> frozenset[Word] | None:
    """One word or several, with commas between (API Gateway joins a repeated name so)."""
    text = query.get(name)
    if text is None:
        return None
    named = text.split(",")
    found = frozenset(word for word in known if word in named)
    if not found or len(named) != len(found):
        raise InvalidRequest.of(name, "choice", f"{name} must be one or several of {', '.join(known)}.")
    return found


def _instant(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        at = instants.from_text(text) if INSTANT.fullmatch(text) else -1
    except ValueError:
        at = -1
    if at < 0:
        raise InvalidRequest.of(name, "instant", f"{name} must be an instant in UTC such as 2026-01-31T00:00:00Z.")
    return at


def _number(query: Mapping[str, str], name: str, most: int) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if _NUMBER.fullmatch(text) is None or int(text) > most:
        raise InvalidRequest.of(name, "range", f"{name} must be an integer from 1 to {most:,}.")
    return int(text)
