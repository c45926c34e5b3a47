"""Public ids of ledger entries, unique over accounts, each leading to its entry without a look.

The ledger knows an entry by a name that is unique in its account alone: two accounts may send the same idempotency key. The id
is unit and name mixed with the account, and four letters that tell whether an id was made for this account at all. What most
names are made of stands in it as bytes: a burn's digest, which is found without its unit, and the id of a lot.
"""

from __future__ import annotations

import re
from hashlib import sha256

from lotbook.domain.values import ids

PREFIX = "ent_"
CHECK_CHARACTERS = 4
MAX_CHARACTERS = 600  # a lot's entry names the lot, and the refund or the dispute that it is about
OF_BURNS = {"b": "", "e": "res#", "r": "ret#"}  # a burn, how a hold ended, what it gave back: a digest behind it
OF_LOT, TEXT = "l", "t"  # the lot's number, unit and rest of the name; or unit and name as they are
LOT = "lot#lot_"
LOT_CHARACTERS = ids.TIME_CHARACTERS + ids.ENTROPY_CHARACTERS
LOT_BYTES = (LOT_CHARACTERS * 5 + 7) // 8
SEPARATOR = "#"  # no unit has one
_DIGEST = re.compile(r"[A-Za-z0-9_-]{20}")
_LOT = re.compile(rf"{LOT}([0-9a-hjkmnp-tv-z]{{{LOT_CHARACTERS}}})(.*)", re.DOTALL)
_ID = re.compile(rf"{PREFIX}([berlt])([A-Za-z0-9_-]{{2,}})([A-Za-z0-9_-]{{{CHECK_CHARACTERS}}})")


def entry_id_of(account_id: str, unit: str, name: str) -> str:
    """The public id of the account's entry that the ledger knows by `name`; of burns and holds the unit is not part of it."""
    kind, data = _packed(unit, name)
    check = _check(account_id, name if kind in OF_BURNS else f"{unit}{SEPARATOR}{name}")
    return PREFIX + kind + ids.base_64(_mixed(account_id, data)).rstrip("=") + check


def entry_of_id(account_id: str, entry_id: str) -> tuple[str, str] | None:
    """Unit and name of the entry with this id; the unit is empty where it is not needed. None for what is no id of this account."""
    found = _ID.fullmatch(entry_id) if len(entry_id) <= MAX_CHARACTERS else None
    if found is None:
        return None
    kind, mixed, _ = found.groups()
    try:
        data = ids.from_base_64(mixed + "=" * (-len(mixed) % 4))
        unit, name = _unpacked(kind, _mixed(account_id, data))
    except ValueError:
        return None
    return (unit, name) if entry_id_of(account_id, unit, name) == entry_id else None  # an entry has one id


def _packed(unit: str, name: str) -> tuple[str, bytes]:
    for kind, prefix in OF_BURNS.items():
        digest = name.removeprefix(prefix)
        if name.startswith(prefix) and _DIGEST.fullmatch(digest):
            return kind, ids.from_base_64(digest)
    lot = _LOT.fullmatch(name)
    if lot is not None:
        return OF_LOT, ids.from_base_32(lot[1]).to_bytes(LOT_BYTES) + f"{unit}{lot[2]}".encode()
    return TEXT, f"{unit}{SEPARATOR}{name}".encode()


def _unpacked(kind: str, data: bytes) -> tuple[str, str]:
    """Raises ValueError for bytes that nobody packed."""
    if kind in OF_BURNS:
        return "", OF_BURNS[kind] + ids.base_64(data)
    if kind == OF_LOT:
        number, (unit, separator, rest) = (
            int.from_bytes(data[:LOT_BYTES]),
            data[LOT_BYTES:].decode().partition(SEPARATOR),
        )
        return unit, LOT + ids.base_32(number, LOT_CHARACTERS) + separator + rest
    unit, _, name = data.decode().partition(SEPARATOR)
    return unit, name


def _mixed(account_id: str, data: bytes) -> bytes:
    mask = sha256(f"entry id\x1f{account_id}".encode()).digest()
    return bytes(byte ^ mask[place % len(mask)] for place, byte in enumerate(data))


def _check(account_id: str, text: str) -> str:
    return ids.name_of("entry id", account_id, text)[:CHECK_CHARACTERS]
