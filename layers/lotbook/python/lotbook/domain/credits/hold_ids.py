"""Public ids of holds, unique over accounts: two accounts may send the same idempotency key (N13).

The ledger knows a hold by a name that follows from the key alone. Its id is that name mixed with the account, and four letters
that tell whether an id was made for this account at all. So an id leads to the name without a look, and never to another's.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from lotbook.domain.values import ids

PREFIX = "hold_"
NAME_CHARACTERS, CHECK_CHARACTERS = 20, 4
OLD_ID = re.compile(PREFIX + "[A-Za-z0-9_-]{20}")  # the ledger's name itself: ids that were given out before (N13)
ID = re.compile(PREFIX + "[A-Za-z0-9_-]{24}")


def hold_id_of(account_id: str, name: str) -> str:
    """The public id of the account's hold that the ledger knows by `name`."""
    return PREFIX + _mixed(account_id, name) + _check(account_id, name)


def hold_name_of(account_id: str, hold_id: str) -> str | None:
    """The ledger's name of the account's hold with this id, in either form; None for what is no id of this account."""
    if OLD_ID.fullmatch(hold_id):
        return hold_id.removeprefix(PREFIX)
    if ID.fullmatch(hold_id) is None:
        return None
    mixed, check = hold_id[len(PREFIX) : -CHECK_CHARACTERS], hold_id[-CHECK_CHARACTERS:]
    name = _mixed(account_id, mixed)  # mixing it twice gives it back
    return name if check == _check(account_id, name) else None


def _mixed(account_id: str, name: str) -> str:
    mask = urlsafe_b64decode(ids.name_of("hold id", account_id))
    return urlsafe_b64encode(bytes(a ^ b for a, b in zip(urlsafe_b64decode(name), mask, strict=True))).decode()


def _check(account_id: str, name: str) -> str:
    return ids.name_of("hold id", account_id, name)[:CHECK_CHARACTERS]
