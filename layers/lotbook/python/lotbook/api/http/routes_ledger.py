"""Holds, lots and entries by their ids, and the void of a lot. A part of `routes.CONTRACT`."""

from __future__ import annotations

from lotbook.api.http.route import ACCOUNT, GRANT, READ, Route

LEDGER_ROUTES: dict[str, Route] = {
    f"GET {ACCOUNT}/holds": Route(
        "Holds of one unit, newest first; without a state, or of one that is not open, a page may be short and not the last",
        "account",
        {200: "Holds"},
        members=True,
        scopes=READ,
        query=("unit", "state", "limit", "cursor"),
    ),
    f"GET {ACCOUNT}/holds/{{hold_id}}": Route(
        "Read a hold, and what became of it",
        "account",
        {200: "OneHold"},
        members=True,
        scopes=READ,
        codes=("hold_not_found",),
    ),
    f"GET {ACCOUNT}/lots/{{lot_id}}": Route(
        "Read a lot, and what became of its credits",
        "account",
        {200: "OneLot"},
        members=True,
        scopes=READ,
        codes=("lot_not_found",),
    ),
    f"POST {ACCOUNT}/lots/{{lot_id}}/void": Route(
        "Take back what is unused of a lot; what was burned or is held stays",
        "account",
        {200: "Voided"},
        scopes=GRANT,
        keyed=True,
        body="VoidBody",
        codes=("lot_not_found", "nothing_to_void", "conflict"),
    ),
    f"GET {ACCOUNT}/entries/{{entry_id}}": Route(
        "Read an entry, with its draws and how its credits were calculated",
        "account",
        {200: "Entry"},
        members=True,
        scopes=READ,
        codes=("entry_not_found",),
    ),
}
