"""The unit that a call means: the one that it names, or the first of the account's policy (N7).

A burn that fits asks for nothing more. `credits` is a policy's first unit or none of its units (`policy/checks.py`), so a book of
`credits` is that of the first unit; where there is none, the policy is read, and what it said is remembered. A policy's
first unit never changes (`policy/plan_checks.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lotbook.domain.credits.lots import DEFAULT_UNIT
from lotbook.domain.values.errors import InvalidRequest, Refused

MAX_REMEMBERED = 10_000  # accounts of one process; past it, it begins to learn anew
UNKNOWN = "unknown_unit"
Done = TypeVar("Done")


class Units:
    """First units as this process has learned them.

    `units_of` reads an account's policy; it raises AccountNotFound. `ever` answers the units of all versions of that policy:
    a lot of a unit that the newest one no longer has is burned, read and voided as before.
    """

    def __init__(self, units_of: Callable[[str], Sequence[str]], ever: Callable[[str], Sequence[str]]) -> None:
        self._units_of, self._ever = units_of, ever
        self._first: dict[str, str] = {}

    def first(self, account_id: str) -> str:
        """The first unit of the account's policy; read where this process does not know it yet."""
        return self._first.get(account_id) or self._learn(account_id, self._units_of(account_id)[0])

    def within(self, account_id: str, named: str | None, work: Callable[[str], Done]) -> Done:
        """What `work` answers for the unit that is meant.

        Raises InvalidRequest that names the account's units where it has no such unit, and whatever `work` raises.
        """
        unit = named or self._first.get(account_id, DEFAULT_UNIT)
        try:
            done = work(unit)
        except InvalidRequest as refused:
            if not is_unknown_unit(refused):
                raise
        else:
            if named is None:
                self._learn(account_id, unit)
            return done
        units = self._units_of(account_id)
        if named is None and units[0] != unit:
            return work(self._learn(account_id, units[0]))
        raise no_such_unit(units)

    def anywhere(self, account_id: str, work: Callable[[str], Done], absent: type[Refused]) -> Done:
        """What `work` answers in the first of the units that the account may have lots of in which it does not raise `absent`.

        The first unit is tried before the policy is read. Raises `absent` where there is none, and whatever else `work` raises.
        """
        tried = self._first.get(account_id, DEFAULT_UNIT)
        done = _unless_absent(work, tried, absent)
        for unit in () if done else self._ever(account_id) or self._units_of(account_id):
            done = done or (None if unit == tried else _unless_absent(work, unit, absent))
        if done is None:
            raise absent
        return done[0]

    def described(self, account_id: str) -> str:
        """What may be named, in words."""
        return one_of(self._units_of(account_id))

    def _learn(self, account_id: str, unit: str) -> str:
        if len(self._first) >= MAX_REMEMBERED:
            self._first.clear()
        self._first[account_id] = unit
        return unit


def _unless_absent(work: Callable[[str], Done], unit: str, absent: type[Refused]) -> tuple[Done] | None:
    try:
        return (work(unit),)
    except absent:
        return None
    except InvalidRequest as refused:
        if not is_unknown_unit(refused):
            raise
        return None


def is_unknown_unit(refused: InvalidRequest) -> bool:
    """Whether the refusal says that the account has no such unit."""
    return any(error["code"] == UNKNOWN for error in refused.data.get("errors", ()))


def no_such_unit(units: Sequence[str]) -> InvalidRequest:
    """The refusal of a unit that is none of these."""
    return InvalidRequest.of("unit", UNKNOWN, one_of(units))


def one_of(units: Sequence[str]) -> str:
    """The sentence that names them."""
    return f"unit must be one of {', '.join(units)}; left out, it is {units[0]}."
