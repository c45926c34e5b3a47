"""Lines of a batch under one key: one burn in parts, in the order in which they were sent. The parts sum to what was burned.

The lines travel with the burn as one text, in its receipt and in its entry, so whoever writes the entry writes the same. Every burn
pays for the book, so a text past MAX_WITHIN stands beside the entry instead, and receipt and entry have its name (decisions/0178).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lotbook.domain.credits.book import Memo, take
from lotbook.domain.credits.ledger import LINED, Draws, body_digest
from lotbook.domain.values import ids
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.requests import Burned, BurnRequest

MAX_WITHIN = 2_000  # bytes: with them a book of few receipts stays below 4 KB
MAX_BYTES = (
    100_000  # of lines in all, wherever they stand: an item takes 400 KB, and a page of the statement shows many
)
NOTE = "lines"  # the member of the note beside the entry that has them
BESIDE = "#"  # begins the name of lines that stand beside their entry; lines as a text begin with a bracket
COUNTED_AS = 1_000  # lines that stand beside their entry, for a page's bound: they are as long as so many


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A part of a burn. `rated` is its calculation where it was burned by usage; `draws` what it took of each lot."""

    credits: int
    reference: str | None = None
    rated: str | None = None
    metadata: Mapping[str, str] | None = None
    draws: Draws = ()


@dataclass(frozen=True, slots=True)
class LinesRequest:
    """The body of a batch under one key: lines of one unit by one actor. `lines_of_request` makes it."""

    lines: tuple[BurnRequest, ...]
    credits: int
    text: str

    @property
    def unit(self) -> str:
        """Of all of them."""
        return self.lines[0].unit

    @property
    def digest(self) -> str:
        """Equal for equal bodies, in whatever order members of an object were written. Marked, so that readers look."""
        said = [
            [
                line.credits if line.usage is None else line.usage.canonical(),
                line.reference,
                dict(line.metadata) if line.metadata else None,
            ]
            for line in self.lines
        ]
        return body_digest("lines", unit=self.unit, lines=said) + LINED

    def has_digest(self, digest: str) -> bool:
        """Whether the digest is of this body."""
        return digest == self.digest

    @property
    def kept(self) -> str:
        """What receipt and entry have of the lines: all of them, or the name under which they stand beside the entry.

        The name is the body's too: another body under the key, which is refused and forgotten, has another one.
        """
        if len(self.text.encode()) <= MAX_WITHIN:
            return self.text
        return BESIDE + ids.name_of("lines", self.digest, self.text)

    def memo(self, at: int) -> Memo:
        """What the burn writes about itself."""
        return Memo("consume", self.credits, at, self.lines[0].actor, self.digest, lines=self.kept)


@dataclass(frozen=True, slots=True)
class BurnedLines:
    """The answer of a batch under one key; the same for every replay, but for `burned.replayed`."""

    burned: Burned
    lines: tuple[BatchLine, ...]


def lines_of_request(lines: Sequence[BurnRequest]) -> LinesRequest:
    """The request of these lines, once their usage is rated. Raises InvalidRequest past MAX_BYTES."""
    credits = sum(line.credits for line in lines)
    text = to_text([BatchLine(line.credits, line.reference, line.rated, line.metadata or None) for line in lines])
    size = len(text.encode())
    if size > MAX_BYTES:
        told = f"The lines with their references, metadata and calculations take {size} bytes of at most {MAX_BYTES}; send fewer."
        raise InvalidRequest.of("items", "length", told)
    return LinesRequest(tuple(lines), credits, text)


def to_text(lines: Sequence[BatchLine]) -> str:
    """As they are kept: a column for each member, 0 for one that no line has, and none of those at the end."""
    columns: list[Any] = [
        [line.credits for line in lines],
        [line.reference for line in lines],
        [None if line.rated is None else json.loads(line.rated) for line in lines],
        [line.metadata for line in lines],
    ]
    said = [any(each is not None for each in column) for column in columns]
    last = max(place for place, is_said in enumerate(said) if is_said)
    return _json([column if is_said else 0 for column, is_said in zip(columns[: last + 1], said, strict=False)])


def from_text(text: str) -> tuple[BatchLine, ...]:
    """The lines of such a text, without their draws."""
    credits, *more = json.loads(text)
    columns = [column or [None] * len(credits) for column in [*more, 0, 0, 0][:3]]
    return tuple(
        BatchLine(number, reference, None if rated is None else _json(rated), metadata)
        for number, reference, rated, metadata in zip(credits, *columns, strict=True)
    )


def lines_of(entry: Entry) -> tuple[BatchLine, ...]:
    """The parts of the entry with what each drew, in the order sent; none of an entry without.

    An entry whose lines nobody has any more, since a release that does not know them wrote it, is one line of all its credits.
    """
    if not entry.has_lines:  # most have none: this is asked of every entry that is shown
        return ()
    is_known = entry.lines is not None and not is_beside(entry.lines)
    lines = from_text(entry.lines) if is_known else (BatchLine(entry.requested),)  # type: ignore[arg-type]
    found, rest = list[BatchLine](), entry.draws
    for line in lines:
        mine, rest = take(rest, line.credits)
        found.append(replace(line, draws=mine))
    return tuple(found)


def references_of(entry: Entry) -> tuple[str, ...]:
    """Those of its lines, as far as they are known."""
    return tuple(line.reference for line in lines_of(entry) if line.reference is not None)


def is_beside(text: str | None) -> bool:
    """Whether this is no text of lines but the name of one that stands beside the entry."""
    return text is not None and text.startswith(BESIDE)


def weight(entry: Entry) -> int:
    """How many lines a page shows for the entry, or what it counts as; 1 without any."""
    if entry.lines is None:
        return 1
    return COUNTED_AS if is_beside(entry.lines) else len(json.loads(entry.lines)[0])


def forgotten(text: str) -> str:
    """The lines without what callers called them: credits and calculations stay. A name of lines stays as it is."""
    if is_beside(text):
        return text
    return to_text([replace(line, reference=None, metadata=None) for line in from_text(text)])


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
