"""The drawings of docs/concepts.md: boxes and arrows in words, written as SVG. A drawing needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

BOX_HEIGHT, LINE, PADDING = 46, 17, 10
COLOURS = {
    "free": "#dcfce7",
    "plan": "#dbeafe",
    "bought": "#fef3c7",
    "given": "#fae8ff",
    "plain": "#f1f5f9",
    "gone": "#fee2e2",
}
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t" '
    'font-family="system-ui, Helvetica, Arial, sans-serif" font-size="14">\n<title id="t">{title}</title>\n'
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#475569"/></marker></defs>\n<rect width="{width}" height="{height}" rx="8" fill="#fff"/>\n'
)


@dataclass(frozen=True, slots=True)
class Box:
    """A thing. `words`: its lines; `look`: a colour of the table."""

    at: tuple[int, int]
    width: int
    words: tuple[str, ...]
    look: str = "plain"

    @property
    def height(self) -> int:
        """As high as its lines, and at least as one line looks well in."""
        return max(BOX_HEIGHT, len(self.words) * LINE + 2 * PADDING)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step from one point to another, over corners. `words` stand at `label`."""

    points: tuple[tuple[int, int], ...]
    words: str = ""
    label: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text by itself; `anchor` as SVG has it."""

    at: tuple[int, int]
    words: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of `size`."""

    title: str
    size: tuple[int, int]
    parts: tuple[Box | Arrow | TextLine, ...]


def svg(drawing: Drawing) -> str:
    """The picture as text."""
    width, height = drawing.size
    inside = "".join(line for part in drawing.parts for line in _part(part))
    return HEAD.format(width=width, height=height, title=escape(drawing.title)) + inside + "</svg>\n"


def _part(part: Box | Arrow | TextLine) -> Iterator[str]:
    match part:
        case Box():
            yield from _box(part)
        case Arrow():
            points = " ".join(f"{x},{y}" for x, y in part.points)
            yield f'<polyline points="{points}" fill="none" stroke="#475569" stroke-width="1.5" marker-end="url(#a)"/>\n'
            if part.words:
                yield _text(part.label, part.words, "middle", ' font-size="12.5" fill="#334155"')
        case TextLine():
            yield _text(part.at, part.words, part.anchor, ' font-size="12.5" fill="#334155"')


def _box(box: Box) -> Iterator[str]:
    x, y = box.at
    fill = COLOURS[box.look]
    yield f'<rect x="{x}" y="{y}" width="{box.width}" height="{box.height}" rx="6" fill="{fill}" stroke="#64748b"/>\n'
    top = y + box.height / 2 - (len(box.words) - 1) * LINE / 2 + 5
    for number, line in enumerate(box.words):
        bold = ' font-weight="600"' if number == 0 else ""
        yield _text((x + box.width // 2, round(top + number * LINE)), line, "middle", f'{bold} fill="#0f172a"')


def _text(at: tuple[int, int], words: str, anchor: str, more: str) -> str:
    return f'<text x="{at[0]}" y="{at[1]}" text-anchor="{anchor}"{more}>{escape(words)}</text>\n'
