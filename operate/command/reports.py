"""`lotbook reports`: a month for finance, over all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operate.command.asking import Asked, command
from operate.command.refusal import USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, counted, progress

if TYPE_CHECKING:
    from operate.command.api import Api

REPORTS = ("liability", "recognition", "roll-forward", "tax", "balance", "differences")
MOST_PAGES = 100_000
TOO_LONG = f"{MOST_PAGES:,} pages were read, and there are more: what was shown is not all. Ask for one --currency."
SHOWN = 100  # lines, for people; programs get all


def add(app: typer.Typer) -> None:
    """It stands at the root."""
    command(app, "reports")(_report)


def _report(
    asked: Asked,
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT", help="liability, recognition, roll-forward, tax, balance (of the gateway) or differences."
        ),
    ],
    month: Annotated[str, typer.Option(help="Of UTC: 2026-11.")],
    currency: Annotated[str | None, typer.Option(help="Only this one (all).")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="All lines as CSV, as the API has it.")] = False,
) -> CommandAnswer:
    """A month of a report. What is closed never changes; amounts are in minor units of their currency."""
    if report not in REPORTS:
        raise Refusal(f"{report} is no report. There are {', '.join(REPORTS)}.", USAGE)
    api = asked.target.api()
    request: dict[str, Any] = {"path": {"report": report}, "query": {"month": month, "currency": currency}}
    with progress(f"Reading {report}") as step:
        if csv:
            for page in _csv(api, request):
                print(page, end="")
                step("")
            return CommandAnswer(None, ())
        pages = []
        for each in _pages(api, request):
            pages.append(each)
            step("")
    return _shown(pages)


def _pages(api: Api, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from operate.command.api import operations

    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = api.ask(operations.READ_REPORT, **{**request, "query": {**request["query"], "cursor": cursor}})
        yield page
        cursor = page["next_cursor"]
        if cursor is None:
            return
    raise Refusal(TOO_LONG)


def _csv(api: Api, request: dict[str, Any]) -> Iterator[str]:
    """Page by page; the line of names is on the first alone."""
    from operate.command.api import operations

    cursor: str | None = None
    for number in range(MOST_PAGES):
        page = api.csv(operations.READ_REPORT_CSV, **{**request, "query": {**request["query"], "cursor": cursor}})
        yield page.text if number == 0 else page.text.partition("\n")[2]
        cursor = page.next_cursor
        if cursor is None:
            return
    raise Refusal(TOO_LONG)


def _shown(pages: list[dict[str, Any]]) -> CommandAnswer:
    lines = [line for page in pages for line in page["lines"]]
    document = {**pages[-1], "lines": lines}
    del document["next_cursor"]
    as_of = document["as_of"] or "before the first round over all accounts"
    said = [
        f"{document['report']} of {document['month']}, {document['state']}, {as_of}: {counted(len(lines), 'line', 'lines')}."
    ]
    if document.get("gateway_as_of"):
        said.append(f"The gateway's balance was read up to {document['gateway_as_of']}.")
    if len(lines) > SHOWN:
        said.append(f"The first {SHOWN} are shown; --csv or --json has all.")
    names = tuple(name for name in (lines[0] if lines else {}) if name != "kind")
    rows = [[_joined(line.get(name)) for name in names] for line in lines[:SHOWN]]
    numbers = frozenset(name for name in names if name.endswith("_minor") or name.startswith("credits"))
    return CommandAnswer(document, (Grid(names, rows, numbers), *said))


def _joined(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value
