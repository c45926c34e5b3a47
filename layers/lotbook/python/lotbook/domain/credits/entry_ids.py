"""Public ids of ledger entries, unique over accounts, each leading to its entry without a look.

The ledger knows an entry by a name that is unique in its account alone: two accounts may send the same idempotency key. The id
is unit and name mixed with the account, and four letters that tell whether an id was made for this account at all. A burn's name
is a digest, and found without its unit, so it stands in the id as its fifteen bytes.
"""

from __future__ import annotations

import re
from hashlib import sha256

from lotbook.domain.values import ids

PREFIX = "ent_"
CHECK_CHARACTERS = 4
MAX_CHARACTERS = 600  # a lot's entry names the lot, and the refund or the dispute that it is about
BURN, TEXT = "b", "t"  # what stands between prefix and check: a burn's digest, or unit and name
OF_HOLDS = {"e": "res#", "r": "ret#"}  # how a hold ended, what it gave back: their names follow from the burn's
SEPARATOR = "#"  # no unit has one
_DIGEST = re.compile(r"[A-Za-z0-9_-]{20}")
_ID = re.compile(rf"{PREFIX}([{BURN}{TEXT}er])([A-Za-z0-9_-]{{2,}})([A-Za-z0-9_-]{{{CHECK_CHARACTERS}}})")


def entry_id_of(account_id: str, unit: str, name: str) -> str:
    """The public id of the account's entry that the ledger knows by `name`; of burns and holds the unit is not part of it."""
    kind, known = _kind_of(name)
    text = f"{unit}{SEPARATOR}{name}"
    data = text.encode() if kind == TEXT else ids.from_base_64(known)
    mixed = ids.base_64(_mixed(account_id, data)).rstrip("=")
    return PREFIX + kind + mixed + _check(account_id, text if kind == TEXT else name)


def entry_of_id(account_id: str, entry_id: str) -> tuple[str, str] | None:
    """Unit and name of the entry with this id; the unit is empty where it is not needed. None for what is no id of this account."""
    found = _ID.fullmatch(entry_id) if len(entry_id) <= MAX_CHARACTERS else None
    if found is None:
        return None
    kind, mixed, check = found.groups()
    try:
        data = _mixed(account_id, ids.from_base_64(mixed + "=" * (-len(mixed) % 4)))
        text = data.decode() if kind == TEXT else OF_HOLDS.get(kind, "") + ids.base_64(data)
    except ValueError:
        return None
    if check != _check(account_id, text):
        return None
    unit, _, name = text.partition(SEPARATOR) if kind == TEXT else ("", "", text)
    return (unit, name) if entry_id_of(account_id, unit, name) == entry_id else None  # one entry has one id


def _kind_of(name: str) -> tuple[str, str]:
    """How the name is told, and the digest in it."""
    for kind, prefix in ((BURN, ""), *OF_HOLDS.items()):
        digest = name.removeprefix(prefix)
        if name.startswith(prefix) and _DIGEST.fullmatch(digest):
            return kind, digest
    return TEXT, name


def _mixed(account_id: str, data: bytes) -> bytes:
    mask = sha256(f"entry id\x1f{account_id}".encode()).digest()
    return bytes(byte ^ mask[place % len(mask)] for place, byte in enumerate(data))


def _check(account_id: str, text: str) -> str:
    return ids.name_of("entry id", account_id, text)[:CHECK_CHARACTERS]
