"""`lotbook letters`: what could not be done, in the queues of dead letters. docs/restore.md says when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from operate.command.asking import Asked, command
from operate.command.refusal import FAILED, OK, USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, progress

if TYPE_CHECKING:
    from operate.redrive import Looked

app = typer.Typer(no_args_is_help=True, help="Dead letters of a stack: list them, do their work again.")
Queue = Annotated[str | None, typer.Option(help="Only this queue (all).")]
Most = Annotated[int, typer.Option(min=1, help="At most so many letters of each queue.")]


@command(app, "list")
def _list(asked: Asked, queue: Queue = None, most: Most = 1_000) -> CommandAnswer:
    """What is in the queues. Nothing is taken."""
    from operate.redrive import look

    stack, found = asked.target.stack, []
    queues = _queues(queue)
    with asked.target.asked(), progress("Reading", len(queues)) as step:
        for each in queues:
            found.append(look(stack, each, most))
            step(each)
    letters = [(each.queue, letter["sent_at"], letter["body"]) for each in found for letter in each.letters]
    return _answer(found, (Grid(("queue", "since", "letter"), letters),))


@command(app, "again", changes=True)
def _again(asked: Asked, queue: Queue = None, most: Most = 1_000) -> CommandAnswer:
    """Do their work once more, and take away what went through. Exits with 1 where letters are left. Mend the cause first."""
    from operate.redrive import again

    stack, found = asked.target.stack, []
    queues = _queues(queue)
    asked.confirm(f"The work of all letters in {', '.join(queues)} would be done again.")
    with asked.target.asked(), progress("Doing again", len(queues)) as step:
        for each in queues:
            found.append(again(stack, each, most))
            step(each)
    notes = tuple(f"{each.queue}: {note}" for each in found for note in each.notes)
    return _answer(found, notes, FAILED if any(each.left for each in found) else OK)


def _queues(queue: str | None) -> list[str]:
    from operate.redrive import REMEDIES

    if queue is not None and queue not in REMEDIES:
        raise Refusal(f"{queue} is no queue of dead letters. There are {', '.join(REMEDIES)}.", USAGE)
    return [queue] if queue else list(REMEDIES)


def _answer(found: list[Looked], more: tuple[Grid | str, ...], code: int = OK) -> CommandAnswer:
    document = [
        {"queue": each.queue, "letters": each.letters, "through": each.through, "notes": each.notes} for each in found
    ]
    rows = [(each.queue, len(each.letters), each.through, each.remedy) for each in found]
    grid = Grid(("queue", "letters", "through", "what `again` does"), rows, frozenset({"letters", "through"}))
    return CommandAnswer({"queues": document}, (grid, *more), code)
