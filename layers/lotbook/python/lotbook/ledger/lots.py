"""One lot by its id, in whatever unit, and its void."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.http.http import Answer, once
from lotbook.api.requests import paths
from lotbook.domain.credits import ledger
from lotbook.domain.values.errors import LotNotFound

if TYPE_CHECKING:
    from lotbook.api.http.http import Request


def show_one(request: Request) -> Answer:
    """`GET .../lots/{lot_id}`."""
    from lotbook.api.answers import render_ledger
    from lotbook.usecases.credits.read_lot import read_lot

    lot_id = paths.lot_id(request.path)
    view = wiring.units().anywhere(
        request.account_id,
        lambda unit: read_lot(request.account_id, unit, lot_id, desk=wiring.credit_desk()),
        LotNotFound,
    )
    made, name = view.lot, ledger.granted_name(lot_id)
    notes = wiring.books().metadata(request.account_id, [(name, made.noted)]) if made.noted else {}
    return Answer(200, render_ledger.lot(view, notes.get(name)))


def void(request: Request) -> Answer:
    """`POST .../lots/{lot_id}/void`."""
    from lotbook.api.answers import render_ledger
    from lotbook.api.requests import grant_bodies
    from lotbook.usecases.credits.void_lot import VoidLot, void_lot

    asked = grant_bodies.read(grant_bodies.VoidBody, request.json_object())
    command = VoidLot(paths.lot_id(request.path), request.key, asked.credits, asked.reason, request.caller.actor)
    desk, keys = wiring.credit_desk(), wiring.idempotency()
    result = wiring.units().anywhere(
        request.account_id, lambda unit: void_lot(request.account_id, unit, command, desk=desk, keys=keys), LotNotFound
    )
    return once(200, render_ledger.voided(result), replayed=result.replayed)
