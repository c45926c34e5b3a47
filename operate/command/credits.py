"""`lotbook balance`, `statement` and `grant`: what an account has, what happened to it, and credits as a gift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from operate.command.accounts import Account
from operate.command.asking import Asked, an_instant, command, used
from operate.command.shown import CommandAnswer, Grid

Unit = Annotated[str | None, typer.Option(help="The policy's unit (its first one).")]
Instant = typer.Option(parser=an_instant, metavar="INSTANT")
LOT = ("kind", "granted", "remaining", "held", "expires_at", "state")
NUMBERS = frozenset({"granted", "remaining", "held", "credits", "after"})
MOST = 100_000  # entries that are read for one answer


def add(app: typer.Typer) -> None:
    """These stand at the root: they are typed most often."""
    command(app, "balance")(_balance)
    command(app, "statement")(_statement)
    command(app, "grant", changes=True)(_grant)


def _balance(
    asked: Asked,
    account: Account,
    unit: Unit = None,
    as_of: Annotated[
        str | None, typer.Option(parser=an_instant, metavar="INSTANT", help="What there was then.")
    ] = None,
) -> CommandAnswer:
    """What an account has, lot by lot in burn order; with --as-of what was available at an earlier instant."""
    from operate.command.api import operations

    api, path = asked.target.api(), {"account_id": account}
    found = api.ask(operations.READ_BALANCE, path=path, query={"unit": unit})
    if as_of is not None and as_of < found["as_of"]:
        from lotbook.domain.values.instants import SECOND, from_text, to_text

        second_after = to_text(from_text(as_of) + SECOND)  # `to` is the first instant that does not count
        last = _entries(asked, account, 1, {"unit": found["unit"], "to": second_after})
        then = {"account_id": account, "unit": found["unit"], "as_of": as_of}
        then |= {"available": last[0]["available_after"] if last else 0}
        return CommandAnswer(then, (f"{account} had {then['available']:,} {found['unit']} available at {as_of}.",))
    parts = ", ".join(f"{found[name]:,} {name}" for name in ("available", "held", "frozen", "waiting", "shortfall"))
    rows = [[each[name] for name in LOT] for each in found["lots"]]
    said = f"{account} at {found['as_of']}, {found['unit']}: {parts}."
    columns = ("kind", "granted", "remaining", "held", "expires", "state")
    return CommandAnswer(found, (said, Grid(columns, rows, NUMBERS)))


@dataclass(frozen=True)
class _Part:
    """Which part of a statement is wanted."""

    unit: Unit = None
    since: Annotated[str | None, typer.Option("--from", parser=an_instant, metavar="INSTANT", help="From then on.")] = (
        None
    )
    until: Annotated[str | None, typer.Option("--to", parser=an_instant, metavar="INSTANT", help="Before then.")] = None
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many entries.")] = 25


def _statement(asked: Asked, account: Account, part: _Part) -> CommandAnswer:
    """The ledger of one unit, newest first."""
    found = _entries(asked, account, part.limit, {"unit": part.unit, "from": part.since, "to": part.until})
    rows = [
        [
            each["at"],
            each["kind"],
            f"{each['credits']:+,}",
            each["available_after"],
            each["reference"] or each["reason"],
        ]
        for each in found
    ]
    grid = Grid(("at", "kind", "credits", "after", "reference"), rows, NUMBERS)
    return CommandAnswer({"account_id": account, "entries": found}, (grid if rows else "No entries in this time.",))


@dataclass(frozen=True)
class _Gift:
    """Why credits are given, and how."""

    reason: Annotated[str, typer.Option(help="Why: it is kept, and shown in the statement.")]
    unit: Unit = None
    effective: Annotated[str | None, typer.Option(parser=an_instant, metavar="INSTANT", help="From when on.")] = None
    expires: Annotated[str | None, typer.Option(parser=an_instant, metavar="INSTANT", help="Until when.")] = None
    key: Annotated[str | None, typer.Option(help="An idempotency key: given again, it grants once.")] = None

    def body(self) -> dict[str, Any]:
        """As the API takes it, without the credits."""
        body = {"kind": "promotional", "reason": self.reason}
        return body | used({"unit": self.unit, "effective_at": self.effective, "expires_at": self.expires})


def _grant(
    asked: Asked,
    account: Account,
    credits: Annotated[int, typer.Argument(min=1, help="How many.")],
    gift: _Gift,
) -> CommandAnswer:
    """Give promotional credits."""
    from operate.command.api import operations

    asked.confirm(f"{credits:,} {gift.unit or 'credits'} would be granted to {account}.")
    body, path = {"credits": credits, **gift.body()}, {"account_id": account}
    granted = asked.target.api().ask(operations.GRANT_CREDITS, path=path, body=body, key=gift.key)
    return CommandAnswer(
        granted, (f"{account} has {credits:,} more: lot {granted['lot_id']}, entry {granted['entry_id']}.",)
    )


def _entries(asked: Asked, account: str, limit: int, chosen: dict[str, str | None]) -> list[dict[str, Any]]:
    """At most so many, newest first; `chosen` is what the statement is asked for: its unit, `from` and `to`."""
    from operate.command.api import operations

    path = {"account_id": account}
    return asked.target.api().items(operations.LIST_ENTRIES, "entries", limit, path=path, query=chosen)
