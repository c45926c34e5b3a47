"""Books as drawings, so that a test shows what it is about. One letter is one credit, the letter says of which lot.

    ..AAaaabb wait:c frozen:dd debt:3

In burn order: two credits that were burned before the last turn, two burned of lot a since, three left of a and two of b. One
credit of c waits for its time, two of d are frozen, and the account owes three.
"""

from __future__ import annotations

from itertools import groupby

from lotbook.domain.credits.book import Aside, Book, Segment
from lotbook.domain.credits.ledger import Draws, Entry, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.values.instants import FAR_FUTURE

U = "credits"
NOTHING = "-"


def rows(table: str) -> list[list[str]]:
    """The cells of a table in text, without its heading; two spaces or more end a cell."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.replace("\t", "  ").split("  ") if cell.strip()] for line in lines[1:]]


def instant(cell: str) -> int | None:
    """`never` is None."""
    return None if cell == "never" else int(cell)


def lots_of(table: str) -> dict[str, Lot]:
    """The lots of a table `lot rank effective expires made`."""
    return {
        name: Lot(name, U, "plan", 0, int(rank), int(effective), instant(expires), int(made))
        for name, rank, effective, expires, made in rows(table)
    }


def drawn(text: str, lots: dict[str, Lot], *, renews_at: int = FAR_FUTURE) -> Book:
    """The book of a drawing."""
    tape, *parts = text.split()
    credits = "" if tape == NOTHING else tape
    more = dict(part.split(":") for part in parts)
    position = sum(credit == "." or credit.isupper() for credit in credits)
    segments, end = [], len(credits) - len(credits.lstrip("."))
    for name, run in groupby(credits.lstrip(".").lower()):
        end += len(list(run))
        lot = lots[name]
        segments.append(Segment(end, name, lot.rank, lot.expires_at, lot.created_at))
    return Book(
        position=position,
        head=Pointer("before", 7),
        available=len(credits) - position,
        tape=tuple(segments),
        waiting=_asides(more.get("wait", ""), lots),
        frozen=_asides(more.get("frozen", ""), lots),
        debt=int(more.get("debt", 0)),
        version=3,
        renews_at=renews_at,
    )


def _asides(credits: str, lots: dict[str, Lot]) -> tuple[Aside, ...]:
    found = []
    for name, run in groupby(credits):
        lot = lots[name]
        found.append(Aside(len(list(run)), name, lot.rank, lot.effective_at, lot.expires_at, lot.created_at))
    return tuple(found)


def picture(book: Book) -> str:
    """The drawing of a book right after a turn."""
    begin, credits = book.position, "." * book.position
    for part in book.tape:
        credits += part.lot_id * (part.end - begin)
        begin = part.end
    told = [credits or NOTHING]
    for name, asides in (("wait", book.waiting), ("frozen", book.frozen)):
        if asides:
            told.append(f"{name}:" + "".join(aside.lot_id * aside.left for aside in asides))
    return " ".join([*told, f"debt:{book.debt}"] if book.debt else told)


def credits_of(draws: Draws) -> str:
    """Draws as letters."""
    return "".join(draw.lot_id * draw.credits for draw in draws) or NOTHING


def told(entries: list[Entry]) -> str:
    """What a turn wrote: kind and credits of each entry, what of them paid the debt, in its order."""
    parts = [
        " ".join([entry.kind, *([credits_of(entry.draws)] if entry.draws else []), *_paid(entry)]) for entry in entries
    ]
    return ", ".join(parts) or NOTHING


def _paid(entry: Entry) -> list[str]:
    return [f"paid:{entry.paid}"] if entry.paid else []
