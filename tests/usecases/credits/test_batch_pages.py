"""Pages of a statement with batches under one key: bounded by lines, complete over pages, found by any line's reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lotbook.domain.credits import batches
from lotbook.domain.credits.batches import LinesRequest, lines_of, lines_of_request
from lotbook.domain.credits.rated import CountedUsage
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.credits.statement_pages import EntryFilter, PageAsked
from lotbook.domain.values.errors import AccountNotFound
from lotbook.domain.values.instants import DAY
from lotbook.usecases.credits import statement
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_lines import consume_lines
from lotbook.usecases.credits.notes import notes_of
from lotbook.usecases.credits.statement import export_entries, find_entries
from tests.fakes.credit_desk import credit_desk
from tests.fakes.outbox import World

EVERYTHING = EntryFilter()


def of_batches(how_many: int, reference: str = "r") -> World:
    """Batches of 8 lines each: `0-r` to `7-r`."""
    world = World()
    world.grant(1_000)
    desk = credit_desk(world.books, world.clock, lambda _: None)
    for number in range(how_many):
        lines = [BurnRequest(1, reference=f"{number}.{at}-{reference}") for at in range(8)]
        consume_lines("acme", f"batch-{number}", lines_of_request(lines), desk=desk)
    return world


def pages(world: World, asked: EntryFilter = EVERYTHING) -> list[list[int]]:
    """How many lines each entry of each page shows."""
    desk, cursor, found = credit_desk(world.books, world.clock, lambda _: None), None, []
    for _ in range(99):
        page = find_entries("acme", "credits", PageAsked(100, cursor, asked), desk=desk)
        found.append([len(lines_of(entry)) for entry in page.entries])
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("a statement ends")


@pytest.mark.parametrize(("reference", "most"), [("r", 20), ("r" * 250, 2_500)], ids=["within", "beside"])
def test_a_page_ends_at_so_many_lines_and_no_entry_is_lost_between_pages(
    reference: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines beside their entry are long: each batch of them counts as a thousand."""
    world = of_batches(7, reference)
    monkeypatch.setattr(statement, "MAX_LINES_A_PAGE", most)
    assert pages(world) == [[8, 8, 8], [8, 8, 8], [8, 0]]


def test_a_page_that_looks_for_a_reference_looks_at_so_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be short, or empty, and not the last."""
    world = of_batches(7, "r" * 250)
    monkeypatch.setattr(statement, "MAX_LINES_A_PAGE", 3 * batches.COUNTED_AS)
    assert pages(world, EntryFilter(reference=f"1.7-{'r' * 250}")) == [[], [8], []]
    assert pages(world, EntryFilter(reference="1.7-")) == [[], [], []]


def test_lines_outside_the_time_that_is_asked_for_are_not_looked_up_for_a_reference() -> None:
    """Each look is a read, and counts as a thousand lines of the page."""
    world = of_batches(3, "r" * 250)
    now = world.clock.now()
    world.books.calls.clear()
    assert pages(world, EntryFilter(reference=f"1.7-{'r' * 250}", before=now - DAY)) == [[]]
    assert world.books.calls["metadata"] == 0


def test_lines_of_a_replay_that_is_rated_anew_leave_no_note_behind() -> None:
    """The key stands for what was burned first; what a later policy says of the same usage no entry names."""
    world = World()
    world.grant(1_000)
    desk = credit_desk(world.books, world.clock, lambda _: None)

    def rated_at(credits: int) -> LinesRequest:
        usage = CountedUsage("tokens", {"input_token": 1})
        return lines_of_request([BurnRequest(credits, reference="r" * 250, usage=usage, rated=f"[{credits}]")] * 8)

    first = consume_lines("acme", "k", rated_at(1), desk=desk)
    again = consume_lines("acme", "k", rated_at(2), desk=desk)
    assert (again.burned.replayed, again.lines) == (True, first.lines)
    assert [note["lines"] for note in world.books.notes.values() if note] == [rated_at(1).text]


def test_what_was_said_before_the_account_was_there_is_kept_when_the_key_is_sent_again() -> None:
    """A caller who is told 404 opens the account: metadata and long lines of the burn were lost then."""
    world = World()

    def nobody(_: str) -> None:
        raise AccountNotFound

    asked = lines_of_request([BurnRequest(1, reference="r" * 250)] * 8)
    one = BurnRequest(1, metadata={"job": "17"})

    def both(renew: Callable[[str], None]) -> Iterator[Callable[[], object]]:
        desk = credit_desk(world.books, world.clock, renew)
        yield lambda: consume_lines("acme", "k", asked, desk=desk)
        yield lambda: consume("acme", "j", one, desk=desk)

    for burns in both(nobody):
        with pytest.raises(AccountNotFound):
            burns()
    assert not any(world.books.notes.values())
    world.grant(1_000)
    for burns in both(lambda _: None):
        burns()
    desk = credit_desk(world.books, world.clock, lambda _: None)
    single, batch, _ = find_entries("acme", "credits", PageAsked(9, None, EVERYTHING), desk=desk).entries
    assert [line.reference for line in lines_of(batch)] == ["r" * 250] * 8
    assert notes_of("acme", [single], books=world.books) == {single.name: {"job": "17"}}


def test_a_file_ends_at_so_many_lines_and_its_cursor_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    world = of_batches(7)
    desk = credit_desk(world.books, world.clock, lambda _: None)
    monkeypatch.setattr(statement, "MAX_LINES_A_PAGE", 8)
    monkeypatch.setattr(statement, "MAX_EXPORT_LINES", 30)
    first = export_entries("acme", "credits", None, desk=desk)
    assert [len(lines_of(entry)) for entry in first.entries] == [8] * 4
    rest = export_entries("acme", "credits", first.next_cursor, desk=desk)
    assert [len(lines_of(entry)) for entry in rest.entries] == [8, 8, 8, 0]
    assert rest.next_cursor is None
