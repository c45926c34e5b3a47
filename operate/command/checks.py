"""`lotbook reconcile` and `audit`: gateway against purchases against lots, and ledgers against books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operate.command.asking import Asked, an_instant, command
from operate.command.refusal import FAILED, OK, USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, Progress, progress

if TYPE_CHECKING:
    from lotbook.usecases.audit.audit_account import Audited

MAX_RUNS = 100  # each goes on where the one before had to stop
FIRST = "1970-01-01T00:00:00Z"
RUN = "/_local/schedules/reconcile/run"
GO_ON = "Not all of the period is compared yet. Do it again: it goes on where this one stopped."
CLOSE = "A stray payment that was dealt with is closed by: lotbook strays close ID --by WHO --why TEXT"


def add(app: typer.Typer) -> None:
    """These stand at the root."""
    command(app, "reconcile", changes=True)(_reconcile)
    command(app, "audit")(_audit)


def _reconcile(
    asked: Asked,
    since: Annotated[
        str | None, typer.Option("--from", parser=an_instant, metavar="INSTANT", help="From then on.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", parser=an_instant, metavar="INSTANT", help="Until then.")] = None,
) -> CommandAnswer:
    """Compare gateway, purchases and lots, and repair what is certain. Exits with 1 where something is left for people.

    Without a period: the last three days.
    """
    if since and until and since >= until:
        raise Refusal(f"--from ({since}) is not before --to ({until}).", USAGE)
    period = _period(asked, since, until)
    asked.confirm("What is certain would be repaired.")
    with progress("Comparing") as step:
        runs = list(_runs(asked, period, step))
    differences = [each for run in runs for each in run["differences"]]
    figures = {name: sum(run[name] for run in runs) for name in ("repaired", "open")}
    compared = sum(sum(run["compared"].values()) for run in runs)
    document = {"from": runs[-1]["from"], "to": runs[-1]["to"], "compared": compared, **figures}
    document |= {"more": runs[-1]["more"], "differences": differences}
    said = f"{document['from']} to {document['to']}: {compared:,} compared, {figures['repaired']:,} repaired, {figures['open']:,} open"
    rows = [_row(each) for each in differences]
    grid = Grid(("outcome", "difference", "account/purchase", "reference"), rows)
    code = FAILED if figures["open"] or document["more"] else OK
    hints = [hint for hint, is_due in ((CLOSE, figures["open"]), (GO_ON, document["more"])) if is_due]
    return CommandAnswer(document, (grid, said, *hints), code)


def _period(asked: Asked, since: str | None, until: str | None) -> dict[str, str]:
    """What a run is asked. The end that nobody named is now, by the target's clock."""
    if not since and not until:
        return {}
    end = until or _now(asked)
    if (since or FIRST) >= end:
        raise Refusal(f"--from ({since}) is not before now ({end}).", USAGE)
    return {"from": since or FIRST, "to": end}


def _now(asked: Asked) -> str:
    from lotbook.adapters.system import SystemClock
    from lotbook.domain.values.instants import SECOND, from_text, to_text

    if asked.target.is_local:
        return to_text(from_text(asked.target.control("GET", "/_local/clock")["now"]) + SECOND)
    return to_text(SystemClock().now() + SECOND)


def _runs(asked: Asked, period: Mapping[str, str], step: Progress) -> Iterator[dict[str, Any]]:
    for _ in range(MAX_RUNS):
        if asked.target.is_local:
            found = asked.target.control("POST", RUN, period)
        else:
            with asked.target.asked():
                found = asked.target.stack.invoke("ReconcileFunction", period)
        step("")
        yield found
        if not found["more"]:
            return


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    fields = f" ({', '.join(each['fields'])})" if each["fields"] else ""
    whose = "/".join(each[name] or "-" for name in ("account_id", "purchase_id"))
    return each["outcome"], f"{each['severity']} {each['difference']}{fields}", whose, each["reference"] or "-"


def _audit(
    asked: Asked,
    account: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="Only this one (all of them).")] = None,
) -> CommandAnswer:
    """Replay ledgers against books, lots and purchases. Exits with 1 where something differs, or cannot be read."""
    from lotbook.usecases.attempts import attempt
    from operate.auditing import auditor

    table, clock = asked.target.table()
    with asked.target.asked(table.name):
        audit = auditor(table, clock)
        ids = [account] if account else audit.accounts()
        if account and not audit.has(account):
            raise Refusal(f"There is no account {account}: `lotbook accounts find TEXT` looks for it.")
        told = []
        with progress("Auditing", len(ids)) as step:
            for each in ids:
                looked = attempt(partial(audit.audited, each))
                told.append(_verdict(each, looked.answer, looked.error))
                step(each)
    good = all(each["verdict"] == "ok" for each in told)
    rows = [(each["account_id"], each["books"], each["entries"], each["purchases"], each["verdict"]) for each in told]
    columns = ("account", "books", "entries", "purchases", "verdict")
    first = [f"{each['account_id']}: {each['first']}" for each in told if each["first"]][:1]
    grid = Grid(columns, rows, frozenset(columns[1:4]))
    return CommandAnswer({"accounts": told}, (grid, *first), OK if good else FAILED)


def _verdict(account_id: str, found: Audited | None, error: BaseException | None) -> dict[str, Any]:
    if found is None:  # it is named, and the others are audited
        nothing = dict.fromkeys(("books", "entries", "purchases"), 0)
        return {
            "account_id": account_id,
            **nothing,
            "verdict": f"cannot be read: {type(error).__name__}",
            "first": None,
        }
    verdict = "ok" if found.first is None else f"{len(found.differences)} differences"
    first = None
    if found.first is not None:
        unit, difference = found.first
        first = f"{unit or 'purchases'}: {difference}"
    return {
        "account_id": account_id,
        "books": found.books,
        "entries": found.entries,
        "purchases": found.purchases,
        "verdict": verdict if found.finished else f"{verdict}, too long to finish",
        "first": first,
    }
