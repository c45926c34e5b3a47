"""What a command answers: a JSON document for programs, and tables or lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from operate.command.refusal import OK

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NOTHING = "-"
PROSE = frozenset(
    {"field", "value", "where", "what", "now", "then", "scopes", "types", "reference", "verdict", "letter"}
    | {"what `again` does", "newest settings", "next, or why not"}
)
ANY_WIDTH = 10_000
PAIR = ("field", "value")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Columns named in `numbers` stand at the right. Those in PROSE may go over several lines; ids and instants never do.

    Where that leaves no room, each row is shown as lines of its own, so that what is copied from it is whole.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """`document`: what `--json` prints; None where all was printed line by line. `shown`: what people see instead. `code`: what the command exits with."""

    document: Any
    shown: tuple[Grid | str, ...]
    code: int = OK


def text(value: Any) -> str:
    """A value in a table: quantities with separators, nothing as a dash."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list() | tuple() | set() | frozenset():
            return ", ".join(map(text, value)) or NOTHING
        case Mapping():
            return ", ".join(f"{name}={text(each)}" for name, each in value.items()) or NOTHING
    return str(value)


def pairs(fields: Mapping[str, Any]) -> Grid:
    """One thing, a line for each of its fields."""
    return Grid(PAIR, [(name, value) for name, value in fields.items()])


def show(answer: CommandAnswer, *, as_json: bool) -> None:
    """Print it: one JSON document and nothing else, or what people read."""
    if as_json and answer.document is not None:
        print(json.dumps(answer.document, indent=2, ensure_ascii=False))
    if as_json:
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    for each in answer.shown:
        if isinstance(each, str):
            print(each)
        elif each.rows:
            _draw(each, console)


def _draw(grid: Grid, console: Console) -> None:
    table = _table(grid)
    if (
        grid.columns != PAIR
        and console.measure(table, options=console.options.update(width=ANY_WIDTH)).minimum > console.width
    ):
        width = max(map(len, grid.columns))
        blocks = (
            "\n".join(f"{name:<{width}}  {text(value)}" for name, value in zip(grid.columns, row, strict=True))
            for row in grid.rows
        )
        print("\n\n".join(blocks))
        return
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def _table(grid: Grid) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    for name in grid.columns:
        justify: Literal["left", "right"] = "right" if name in grid.numbers else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=name not in PROSE)
    for row in grid.rows:
        table.add_row(*map(text, row))
    return table


def tell(line: str) -> None:
    """A line for people beside the answer: on stderr, so that stdout stays the answer's."""
    print(line, file=sys.stderr)


class Progress(Protocol):
    """Where long work says how far it is."""

    def __call__(self, line: str) -> None:
        """One more step is done."""
        ...


@contextmanager
def progress(about: str, total: int | None = None) -> Iterator[Progress]:
    """A bar on stderr, on a terminal only; it leaves nothing behind."""
    if not sys.stderr.isatty():
        yield lambda _line: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(about, total=total)
        yield lambda line: bar.update(task, advance=1, description=f"{about}: {line}" if line else about)


def counted(count: int, one: str, many: str) -> str:
    """`1 account`, `2 accounts`."""
    return f"{count:,} {one if count == 1 else many}"
