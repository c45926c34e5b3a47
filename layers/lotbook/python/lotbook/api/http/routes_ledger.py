"""The calls that look into the ledger without changing it. A part of `routes.CONTRACT`."""

from __future__ import annotations

from lotbook.api.http.route import ACCOUNT, BURN, READ, Route

LEDGER_ROUTES: dict[str, Route] = {
    f"POST {ACCOUNT}/check": Route(
        "What a consume would answer now: burns nothing, promises nothing",
        "consume",
        {200: "Checked"},
        scopes=BURN | READ,
        body="CheckBody",
    ),
}
