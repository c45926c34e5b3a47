"""`lotbook holds`, `lot` and `void`: what is set aside, what became of a lot, and taking back what is unused of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import typer

from operate.command.accounts import Account
from operate.command.asking import Asked, command, used
from operate.command.credits import NUMBERS, Unit
from operate.command.shown import CommandAnswer, Grid

State = Literal["open", "captured", "released", "lapsed"]
HOLD = ("hold_id", "state", "credits", "captured", "expires_at")  # what 80 columns show; --json has all
PARTS = ("remaining", "held", "used", "expired", "taken_back")
MOST = 10_000  # holds that are read for one answer


def add(app: typer.Typer) -> None:
    """At the root, beside `balance` and `statement`."""
    command(app, "holds")(_holds)
    command(app, "lot")(_lot)
    command(app, "void", changes=True)(_void)


def _holds(
    asked: Asked,
    account: Account,
    state: Annotated[State | None, typer.Option(help="Only those.")] = None,
    unit: Unit = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many.")] = 25,
) -> CommandAnswer:
    """Holds of one unit, newest first: what they set aside and what became of it."""
    from operate.command.api import operations

    path, query = {"account_id": account}, {"unit": unit, "state": state}
    found = asked.target.api().items(operations.LIST_HOLDS, "holds", limit, path=path, query=query)
    rows = [[each[name] for name in HOLD] for each in found]
    columns = ("hold", "state", "credits", "captured", "lapses")
    grid = Grid(columns, rows, NUMBERS | {"captured"})
    return CommandAnswer({"account_id": account, "holds": found}, (grid if rows else "No such holds.",))


def _lot(asked: Asked, account: Account, lot: Annotated[str, typer.Argument(help="Its id.")]) -> CommandAnswer:
    """One lot, and what became of every credit of it."""
    from operate.command.api import operations

    found = asked.target.api().ask(operations.READ_LOT, path={"account_id": account, "lot_id": lot})
    until = f" to {found['expires_at']}" if found["expires_at"] else " on"
    said = f"{lot}, {found['kind']}, {found['state']}: {found['granted']:,} {found['unit']}"
    rows = [[name.replace("_", " "), found[name]] for name in PARTS]
    return CommandAnswer(
        found, (f"{said}, from {found['effective_at']}{until}.", Grid(("of these", "credits"), rows, NUMBERS))
    )


@dataclass(frozen=True)
class _Taken:
    """Why credits are taken back, and how many at most."""

    reason: Annotated[str, typer.Option(help="Why: it is kept, and shown in the statement.")]
    credits: Annotated[int | None, typer.Option(min=1, help="At most so many (all that is unused).")] = None
    key: Annotated[str | None, typer.Option(help="An idempotency key: given again, it takes once.")] = None


def _void(
    asked: Asked, account: Account, lot: Annotated[str, typer.Argument(help="Its id.")], taken: _Taken
) -> CommandAnswer:
    """Take back what is unused of a lot; what was burned or is held stays, and no money moves."""
    from operate.command.api import operations

    many = "What is unused" if taken.credits is None else f"At most {taken.credits:,} credits"
    asked.confirm(f"{many} of {lot} would be taken back from {account}.")
    body, path = used({"reason": taken.reason, "credits": taken.credits}), {"account_id": account, "lot_id": lot}
    voided = asked.target.api().ask(operations.VOID_LOT, path=path, body=body, key=taken.key)
    return CommandAnswer(voided, (f"{account} has {voided['credits']:,} less: entry {voided['entry_id']}.",))
