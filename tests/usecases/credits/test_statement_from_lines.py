"""The statement's reader beside the filed lines: complete, ordered and the same, whatever the stream has delivered."""

from __future__ import annotations

import random
from dataclasses import replace

from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.ledger import burn_name
from lotbook.usecases.credits.links import SPARE_LINES, Links
from tests.fakes.credit_desk import credit_desk
from tests.fakes.outbox import World


def a_long_story(world: World) -> None:
    """Grants, burns, and burns that were given back because their key had been used."""
    for round_number in range(6):
        world.grant(100)
        for at in range(8):
            world.burn(5, key=f"{round_number}-{at}")
        late_duplicate(world, f"{round_number}-3", 5)
        world.burn(2)
    world.grant(10)


def late_duplicate(world: World, key: str, credits: int) -> None:
    """A burn whose key the ledger gave to an earlier one: it is undone by the next turn."""
    name = burn_name(key)
    book = world.books.books["acme", "credits"]
    receipts = {other: receipt for other, receipt in book.receipts.items() if other != name}
    world.books.books["acme", "credits"] = replace(book, receipts=receipts)  # it was pruned long ago
    assert world.books.burn("acme", "credits", name, Memo("consume", credits, world.clock.now(), "a", "d"), ()).done


def test_d_35_a_dead_stream_costs_reads_and_nothing_else() -> None:
    """D35: nothing was delivered for a day, and the statement is complete."""
    world = World()
    a_long_story(world)
    assert not world.statement.lines
    assert world.entries() == world.entries(filed=False)
    assert len(world.entries()) == 61


def test_d_35_every_hole_in_what_was_filed_is_read_from_the_ledger() -> None:
    """D35, D14: whatever the stream delivered, in whatever order."""
    seed = 11
    random_source = random.Random(seed)
    world = World()
    a_long_story(world)
    truth = world.entries(filed=False)
    changes = world.new()
    for _ in range(40):
        share = random_source.random()
        world.statement.lines.clear()
        world.deliver({record: change for record, change in changes.items() if random_source.random() < share})
        limit = random_source.randrange(1, 30)
        assert world.entries(limit=limit) == truth, f"seed {seed}"


def test_d_35_what_was_burned_a_moment_ago_is_on_top_of_a_statement_that_lags() -> None:
    """D35: read your write."""
    world = World()
    world.grant(100)
    for _ in range(20):
        world.burn(1)
    world.deliver()
    world.burn(7)
    page = world.page(5)
    assert [entry.credits for entry in page.entries] == [-7, -1, -1, -1, -1]
    assert [entry.available_after for entry in page.entries] == [73, 80, 81, 82, 83]


def test_issue_3_a_page_that_is_filed_is_one_query_and_no_look_into_the_ledger() -> None:
    world = World()
    a_long_story(world)
    world.page()
    world.deliver()
    world.books.calls.clear()
    world.statement.pages = 0
    page = world.page(25)
    assert len(page.entries) == 25
    assert world.statement.pages == 1
    assert world.books.calls["entry"] == 0
    world.page(25, page.next_cursor)
    assert (world.statement.pages, world.books.calls["entry"]) == (2, 0)


def test_issue_3_a_long_walk_reads_page_after_page_of_what_is_filed() -> None:
    world = World()
    world.grant(100)
    for _ in range(60):
        world.burn(1)
    world.page()
    world.deliver()
    world.books.calls.clear()
    links = Links("acme", "credits", 1, desk=credit_desk(world.books, world.clock, statement=world.statement))
    link, found = world.books.books["acme", "credits"].head, 0
    while link.seq:
        entry = links.entry(link)
        assert entry is not None
        link, found = entry.before, found + 1
    assert found == 61
    assert not world.books.calls
    assert world.statement.pages == 61 // (1 + SPARE_LINES) + 1 + 1  # the reader's own page came before


def test_d_35_a_line_that_is_not_the_chains_own_is_not_shown() -> None:
    """D35, D37: the book decides what the statement is."""
    world = World()
    world.grant(100)
    world.burn(1)
    world.burn(2)
    world.deliver()
    lines = world.statement.lines["acme", "credits"]
    lines[2], lines[3] = replace(lines[3], seq=2), replace(lines[2], seq=3)
    assert world.entries() == world.entries(filed=False)


def test_issue_3_the_consume_path_makes_not_one_call_for_statement_and_events() -> None:
    """Issue 3: no extra write on the consume path. Two calls, as without the outbox."""
    world = World(75)
    world.grant(100)
    world.burn(1)
    world.books.calls.clear()
    world.burn(80)
    assert dict(world.books.calls) == {"burn": 1, "put_entry": 1}
    assert not world.statement.lines
    assert not world.latches.kept
    assert not world.bus.published
