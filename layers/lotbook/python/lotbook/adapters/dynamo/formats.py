"""The format number of everything that one release writes and another reads: refused when it is newer, never guessed.

Every item carries its number as `f`. An item without one is of the time before numbers, which is 1. `table.to_item` writes the
number that this release `writes`, `table.from_item` refuses what is newer than it `reads`, so no store can forget either.

A number is raised in two releases: the first reads the new format and still writes the old one, the next writes it. Then each of
the two may be rolled back to the one before it. What a release reads, it reads mixed: a book of format 2 may hold receipts of 1.
`dp` and `du` belong to the index and not to the item: they mean the same in every format, so a sweep may postpone what it cannot read.
(decisions/0112)

| kind | key | number of what |
|---|---|---|
| book | `B#` | the book, with its receipts, outcomes and orders |
| entry | `L#`, `U#...` `use`, `H#`, `S#` | ledger entries, pages beside the book, lines of the statement (a copy of an entry) |
| note | `W#`, `U#...` `meta#` | metadata of a burn, and where it was kept before |
| account, purchase, billing | `A#` | with all parts; rows of automatic purchase and of renewals are purchases |
| marker | `A#...` `key#`, `I#` | what an idempotency key stands for |
| latch, notice | `N#`, `A#` before | what was said, and what is to be said |
| directory | `E#` | where accounts and policies are found |
| closing | `A#` | what closing and erasing an account has still to do |
| auto event | `A#...` `auto#`, `autocause#` | history of automatic purchase |
| mail | `M#` | who sends a mail |
| policy, policy use | `P#`, `Q#` | versions, the head, what accounts use |
| service key, pass, cursor key | `K#`, `T#`, `C#` | who comes in |
| journal, stray | `R#` | reconciliation |
| sweep | `D#` | what sweeps remember |
| endpoint, secrets, delivery, lane | `Y#`, `X#`, `Z#` | events to the seller's endpoints |
| report | `F#` | months of the reports for finance, with all that is packed in them |
| mark | `V#` | how far the audit has come, with everything that is packed in it |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lotbook.domain.values.newer_format import NewerFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "f"  # one byte: every burn pays for the book's
FIRST = 1  # of items without a number
RETRY_AFTER_SECONDS = 30  # a rollback, or the half of a deployment, is over in minutes


class Format(NamedTuple):
    """One kind: the number that this release writes, and the newest that it reads."""

    kind: str
    writes: int = 1
    reads: int = 1


# Of a book whose lots have died together, and of such an entry alone (decision 188): all others are written as 1.
DIED_TOGETHER = 2
BOOK, ENTRY, NOTE = Format("book", reads=DIED_TOGETHER), Format("entry", reads=DIED_TOGETHER), Format("note")
ACCOUNT, PURCHASE, BILLING, MARKER = Format("account"), Format("purchase"), Format("billing"), Format("marker")
LATCH, NOTICE, AUTO_EVENT, MAIL = Format("latch"), Format("notice"), Format("auto event"), Format("mail")
POLICY, POLICY_USE = Format("policy"), Format("policy use")
SERVICE_KEY, PASS, CURSOR_KEY = Format("service key"), Format("pass"), Format("cursor key")
CLOSING, DIRECTORY = Format("closing"), Format("directory")
ENDPOINT, SECRETS = Format("endpoint"), Format("endpoint's secrets")
DELIVERY, LANE = Format("delivery"), Format("lane")
JOURNAL, STRAY, SWEEP, MARK = Format("journal"), Format("stray"), Format("sweep"), Format("mark")
REPORT = Format("report")

# By the partition key's first letters, then by what the sort key begins with; the first row that fits.
_BY_KEY: dict[str, tuple[tuple[str, Format], ...]] = {
    "A#": (
        ("account", ACCOUNT),
        ("purchase#", PURCHASE),
        ("key#", MARKER),
        ("billing", BILLING),
        ("closing", CLOSING),
        ("latch#", LATCH),
        ("notice#", NOTICE),
        ("auto", AUTO_EVENT),
    ),
    "B#": (("", BOOK),),
    "C#": (("", CURSOR_KEY),),
    "D#": (("", SWEEP),),
    "E#": (("", DIRECTORY),),
    "F#": (("", REPORT),),
    "H#": (("", ENTRY),),
    "I#": (("", MARKER),),
    "K#": (("", SERVICE_KEY),),
    "L#": (("", ENTRY),),
    "M#": (("", MAIL),),
    "N#": (("latch#", LATCH), ("notice#", NOTICE)),
    "P#": (("", POLICY),),
    "Q#": (("", POLICY_USE),),
    "R#": (("", JOURNAL),),
    "S#": (("", ENTRY),),
    "T#": (("", PASS),),
    "W#": (("", NOTE),),
    "U#": (("use", ENTRY), ("meta#", NOTE)),
    "V#": (("", MARK),),
    "X#": (("", SECRETS),),
    "Y#": (("", ENDPOINT),),
    "Z#": (("delivery#", DELIVERY), ("lane#", LANE)),
}


def format_of(pk: str, sk: str) -> Format:
    """The kind of an item by its key. Raises KeyError for a kind that is not in the table above."""
    if pk.startswith("R#stray"):
        return STRAY
    for first, found in _BY_KEY[pk[:2]]:
        if sk.startswith(first):
            return found
    raise KeyError(pk, sk)


def writes_of(values: Mapping[str, Any]) -> int:
    """The number that a whole item (Python values, with its key) goes out with: its own, or its kind's."""
    return int(values.get(NAME) or format_of(values["pk"], values["sk"]).writes)


def number_of(attributes: Mapping[str, Any]) -> int:
    """The number of an item in DynamoDB's JSON."""
    return int(attributes[NAME]["N"]) if NAME in attributes else FIRST


def is_known(attributes: Mapping[str, Any]) -> bool:
    """Whether this release reads the item (DynamoDB's JSON, with its key)."""
    return number_of(attributes) <= format_of(attributes["pk"]["S"], attributes["sk"]["S"]).reads


def refuse_newer(attributes: Mapping[str, Any]) -> None:
    """Raises NewerFormat, with its alarm, for an item (DynamoDB's JSON, with its key) of a format that is not known."""
    kind = format_of(attributes["pk"]["S"], attributes["sk"]["S"])
    number = number_of(attributes)
    if number > kind.reads:
        refuse(kind.kind, str(number), attributes["pk"]["S"])


def refuse(kind: str, found: str, where: str = "") -> None:
    """Raise NewerFormat, and ring: `found` is the number, or the name of a part, that this release does not know."""
    import logging  # not at a cold start

    told = {"alarm": NewerFormat.code, "kind": kind, "found": found} | ({"where": _public(where)} if where else {})
    # The alarm is written here, where it is found out: whoever reads, a call, a sweep, the stream or a queue, is heard.
    logging.getLogger("lotbook.alarm").error(json.dumps(told, separators=(",", ":")), extra={"alarm": NewerFormat.code})
    raise NewerFormat(kind=kind, retry_after_seconds=RETRY_AFTER_SECONDS)


def _public(pk: str) -> str:
    """Whose item it is; of a service key only that it is one, for its partition is the key's hash."""
    return pk if not pk.startswith("K#") else "K#"
