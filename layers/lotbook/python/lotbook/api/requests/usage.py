"""What was used, in the bodies of burns: checked by hand, as in `burning.py`."""

from __future__ import annotations

from typing import NoReturn

from lotbook.api.http.body import MAX_NAME_SHOWN, UNKNOWN, refuse_names
from lotbook.domain.credits.rated import CountedUsage
from lotbook.domain.values.errors import InvalidRequest

USAGE_FIELDS = frozenset({"action", "quantities"})
MAX_QUANTITIES = 20
MAX_NAME_CHARACTERS = 500  # of an action or a quantity, as in a policy


def usage_of(said: object, most: int) -> CountedUsage:
    """An action and what was counted of it, at most `most` of each; raises InvalidRequest."""
    if not isinstance(said, dict):
        _refuse("usage", "type", "usage must be an object.")
    refuse_names([f"usage.{name}" for name in sorted(set(said) - USAGE_FIELDS)], UNKNOWN)
    if "action" not in said:
        _refuse("usage.action", "missing", "action is required.")
    action, quantities = said["action"], said.get("quantities", {})
    if not (isinstance(action, str) and 1 <= len(action) <= MAX_NAME_CHARACTERS):
        _refuse("usage.action", "length", f"action must be a string of 1 to {MAX_NAME_CHARACTERS} characters.")
    if not isinstance(quantities, dict):
        _refuse("usage.quantities", "type", "quantities must be an object of JSON integers.")
    if len(quantities) > MAX_QUANTITIES:
        _refuse("usage.quantities", "length", f"quantities must have at most {MAX_QUANTITIES} entries.")
    for name, count in quantities.items():
        if type(count) is not int or not 0 <= count <= most or not 1 <= len(name) <= MAX_NAME_CHARACTERS:
            told = (
                f"a quantity is a JSON integer from 0 to {most} under a name of 1 to {MAX_NAME_CHARACTERS} characters."
            )
            _refuse(f"usage.quantities.{name[:MAX_NAME_SHOWN]}", "range", told)
    return CountedUsage(action, quantities)


def _refuse(field: str, code: str, message: str) -> NoReturn:
    raise InvalidRequest.of(field, code, message)
