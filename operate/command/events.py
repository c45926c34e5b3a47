"""`lotbook events`: what is published, as it happens, and what was published once more."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operate.command.asking import Asked, an_instant, command
from operate.command.refusal import FAILED, OK, USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, progress

if TYPE_CHECKING:
    from operate.outbox import Sent
    from operate.publish_again import Walk

app = typer.Typer(no_args_is_help=True, help="What is published: as it happens, and once more.")
PATH = "/_local/events"
PAUSE_SECONDS = 1.0  # between two looks at the local run
LONGEST_SECONDS = 12 * 3600
END = "9999-12-31T00:00:00Z"
Since = Annotated[str, typer.Option("--from", parser=an_instant, metavar="INSTANT", help="What happened from then on.")]
Until = Annotated[str, typer.Option("--to", parser=an_instant, metavar="INSTANT", help="And before then.")]
After = Annotated[list[str] | None, typer.Option(metavar="KEY", help="Where the run before stopped: given twice.")]


@command(app, "tail", changes=True)
def _tail(
    asked: Asked,
    kind: Annotated[str | None, typer.Option("--type", help="Only of this type.")] = None,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="The newest so many, of the local run.")] = 25,
    seconds: Annotated[
        int, typer.Option("--follow", min=0, max=LONGEST_SECONDS, help="Go on for so long, a JSON object a line.")
    ] = 0,
) -> CommandAnswer:
    """Events, newest last; with --follow as they happen, a JSON object a line, until Ctrl-C.

    A deployment keeps none that can be read: there it follows for a minute unless --follow says how long, by a queue and a rule of its
    own on the bus, which are gone at the end.
    """
    if asked.target.is_local:
        found = _wanted(_kept(asked), kind, account)[-limit:]
        if not seconds:
            return _answer(found)
        _lines(_wanted(_followed(asked, seconds), kind, account))
        return CommandAnswer(None, ())
    stack = asked.target.stack
    asked.confirm("A queue and a rule would be made on the bus for as long as this runs.")
    with asked.target.asked():
        _lines(_wanted(_from_bus(stack, seconds or 60), kind, account))
    return CommandAnswer(None, ())


@dataclass(frozen=True)
class _Stretch:
    """What is published again: a time, and how much of it. Raises Refusal for one that is none."""

    since: Since
    until: Until = END
    most: Annotated[int, typer.Option(min=1, help="At most so many records.")] = 100_000
    after: After = None

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise Refusal(f"--from ({self.since}) is not before --to ({self.until}).", USAGE)
        if self.after and len(self.after) != 2:
            raise Refusal("--after is given twice, for the two keys that the run before named.", USAGE)

    @property
    def place(self) -> dict[str, Any] | None:
        """Where the run before stopped."""
        return {"pk": {"S": self.after[0]}, "sk": {"S": self.after[1]}} if self.after else None


@command(app, "again", changes=True)
def _again(
    asked: Asked,
    what: _Stretch,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
) -> CommandAnswer:
    """File and publish again what the table says happened: for a consumer that was down, and after a restore.

    Events have the ids that they had: whoever keeps ids sees nothing twice. Exits with 1 where something failed or is left.
    """
    from lotbook.domain.values.instants import from_text
    from operate.publish_again import Walk, publish_again

    stack = asked.target.stack
    if not dry_run:
        asked.confirm(f"What happened from {what.since} to {what.until} would be published again.")
    walk = Walk(stack.table, from_text(what.since), from_text(what.until), what.place)
    with asked.target.asked(), progress("Publishing again") as step:
        sent = publish_again(walk, stack, what.most, dry=dry_run, done=step)
    return _sent(sent, walk, dry=dry_run)


def _sent(sent: Sent, walk: Walk, *, dry: bool) -> CommandAnswer:
    document: dict[str, Any] = {"dry_run": dry, "sent": dict(sent.kinds), "failed": sent.failed, "after": None}
    said = [f"{'Would be published' if dry else 'Published'} again: {sent}"]
    said += [f"failed: {each}" for each in sent.failed]
    if walk.after:
        document["after"] = [walk.after[name]["S"] for name in ("pk", "sk")]
        said.append("Not all was seen. Go on with: " + " ".join(f"--after '{each}'" for each in document["after"]))
    return CommandAnswer(document, tuple(said), FAILED if sent.failed or walk.after else OK)


def _kept(asked: Asked) -> list[dict[str, Any]]:
    """What the local run kept, oldest first."""
    return list(reversed(asked.target.control("GET", PATH)["events"]))


def _followed(asked: Asked, seconds: float) -> Iterator[dict[str, Any]]:
    """What comes from now on, each once."""
    seen = {each["id"] for each in _kept(asked)}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in _kept(asked):
            if each["id"] not in seen:
                seen.add(each["id"])
                yield each
        time.sleep(min(PAUSE_SECONDS, max(0.0, end - time.monotonic())))


def _from_bus(stack: Any, seconds: float) -> Iterator[dict[str, Any]]:
    from operate.tail import copied, read

    with copied(stack) as queue:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            yield from read(stack.client("sqs"), queue, left)


def _wanted(found: Any, kind: str | None, account: str | None) -> Any:
    """The same, list or stream, without what nobody asked for."""
    kept = (
        each
        for each in found
        if (kind is None or each["type"] == kind) and (account is None or each["detail"].get("account_id") == account)
    )
    return list(kept) if isinstance(found, list) else kept


def _lines(found: Iterator[dict[str, Any]]) -> None:
    for each in found:
        print(json.dumps(each, ensure_ascii=False), flush=True)


def _answer(found: list[dict[str, Any]]) -> CommandAnswer:
    rows = [(each["at"], each["type"], each["detail"].get("account_id")) for each in found]
    grid = Grid(("at", "type", "account"), rows)
    return CommandAnswer({"events": found}, (grid if rows else "Nothing was published yet.",))
