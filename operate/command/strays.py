"""`lotbook strays`: money that no purchase explains. Closing one adds who and why, and takes nothing away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from operate.command.asking import Asked, command
from operate.command.refusal import USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid

if TYPE_CHECKING:
    from lotbook.domain.reconciliation.strays import StrayCase

app = typer.Typer(no_args_is_help=True, help="Stray payments: money that no purchase explains.")
Reference = Annotated[str, typer.Argument(metavar="ID", help="Its name, or its session, payment or event.")]
By = Annotated[str, typer.Option(help="Who says so.")]
Why = Annotated[str, typer.Option(help="What was found, or done.")]


@command(app, "list")
def _list(
    asked: Asked, also_closed: Annotated[bool, typer.Option("--all", help="The closed ones, too.")] = False
) -> CommandAnswer:
    """Those that are open, each with its notes."""
    from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
    from lotbook.usecases.reconciliation.strays import list_strays

    table, _ = asked.target.table()
    with asked.target.asked(table.name):
        found = list(list_strays(strays=DynamoReconciliation(table), also_closed=also_closed))
    return _answer([_document(each) for each in found])


@command(app, "close", changes=True)
def _close(asked: Asked, reference: Reference, by: By, why: Why) -> CommandAnswer:
    """Nobody has to look at it any more: it rings no more, and its events are acknowledged."""
    return _noted(asked, reference, by, why, closes=True)


@command(app, "reopen", changes=True)
def _reopen(asked: Asked, reference: Reference, by: By, why: Why) -> CommandAnswer:
    """Somebody has to look at it, after all."""
    return _noted(asked, reference, by, why, closes=False)


def _noted(asked: Asked, reference: str, by: str, why: str, *, closes: bool) -> CommandAnswer:
    from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
    from lotbook.domain.reconciliation.strays import MAX_ACTOR_CHARACTERS, MAX_TEXT_CHARACTERS, Remark
    from lotbook.usecases.reconciliation.strays import find_stray, note_stray

    remark = Remark(_text("--by", by, MAX_ACTOR_CHARACTERS), _text("--why", why, MAX_TEXT_CHARACTERS), closes=closes)
    table, clock = asked.target.table()
    store = DynamoReconciliation(table)
    with asked.target.asked(table.name):
        case = find_stray(reference, strays=store)
    if case is None:
        raise Refusal(f"There is no stray payment {reference}: `lotbook strays list --all` shows all.")
    asked.confirm(f"The stray payment {case.stray.name} would be {'closed' if closes else 'opened again'}.")
    with asked.target.asked(table.name):
        return _answer([_document(note_stray(case, remark, strays=store, clock=clock))])


def _text(option: str, given: str, characters: int) -> str:
    if not given.strip() or len(given) > characters:
        raise Refusal(f"{option} is a text of up to {characters:,} characters.", USAGE)
    return given.strip()


def _document(case: StrayCase) -> dict[str, Any]:
    from lotbook.domain.values.instants import to_text

    stray = case.stray
    notes = [{"at": to_text(note.at), "closes": note.closes, "by": note.actor, "why": note.text} for note in case.notes]
    return {
        "name": stray.name,
        "state": "open" if case.is_open else "closed",
        "total_minor": stray.total_minor,
        "currency": stray.currency,
        "account_id": stray.account_id,
        "purchase_id": stray.purchase_id,
        "session": stray.session,
        "first_seen_at": to_text(stray.first_seen_at),
        "notes": notes,
    }


def _answer(found: list[dict[str, Any]]) -> CommandAnswer:
    """A table, and under it the notes: they are sentences."""
    rows = [
        (
            each["name"],
            each["state"],
            "unknown" if each["total_minor"] is None else f"{each['total_minor']:,} {each['currency']}",
            f"{each['account_id'] or '-'}/{each['purchase_id'] or '-'}",
            each["first_seen_at"],
        )
        for each in found
    ]
    notes = [
        f"{each['name']} {note['at']} {'closed' if note['closes'] else 'opened again'} by {note['by']}: {note['why']}"
        for each in found
        for note in each["notes"]
    ]
    grid = Grid(("payment", "state", "minor units", "account/purchase", "first seen"), rows)
    return CommandAnswer({"strays": found}, (grid if rows else "There is no such stray payment.", *notes))
