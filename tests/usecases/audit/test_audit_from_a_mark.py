"""What a replay from a checkpoint finds: all that the whole finds about what is new, whatever it is and wherever one cuts (D37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from lotbook.domain.audit.books import differences, examine
from lotbook.domain.audit.marks import (
    AccountMark,
    Damaged,
    Mark,
    Whole,
    _packed,
    account_mark_bytes,
    account_mark_of,
    mark_bytes,
    mark_of,
    seal,
)
from lotbook.domain.audit.replay import Window
from lotbook.domain.audit.standing import START, LedgerStanding
from lotbook.domain.credits.ledger import Entry, Pointer
from tests.usecases.audit.test_audit import BURN, CORRUPTIONS, U, World

OTHER_NAMES = {
    "hold_open": {"hold_open", "hold_without_entry"}
}  # what was resolved before is not known as a hold any more
CUTS = range(15)


def entries_of(world: World) -> dict[str, Entry]:
    """Everything in the ledger, by name."""
    return {key[-1]: entry for key, entry in world.books.ledger.items()}


def chain_of(world: World) -> dict[int, Pointer]:
    """The links by number, those of pending receipts too."""
    links = {entry.seq: Pointer(entry.name, entry.seq) for entry in entries_of(world).values() if entry.seq}
    return links | {receipt.seq: Pointer(name, receipt.seq) for name, receipt in world.book.receipts.items()}


def standing_at(world: World, seq: int) -> LedgerStanding:
    """What the sound ledger came to at a link."""
    if seq == 0:
        return START
    up_to = {name: entry for name, entry in entries_of(world).items() if entry.seq <= seq}
    found, standing = examine(U, Window(chain_of(world)[seq], up_to, world.book.receipts), START)
    assert found == []
    return standing


def since(world: World, standing: LedgerStanding) -> set[tuple[str, int]]:
    """Kinds and places of what the replay from the standing finds; older entries are there to be referred to."""
    entries, cut = entries_of(world), standing.at.seq
    new = {name: each for name, each in entries.items() if each.seq > cut or standing.unread.get(each.seq) == name}
    known = {name: each for name, each in entries.items() if name not in new}
    window = Window(world.book.head, new, world.book.receipts, world.book.outcomes, known)
    return {(each.kind, each.seq) for each in examine(U, window, standing, world.book)[0]}


@pytest.mark.parametrize("cut", CUTS)
def test_d37_a_sound_account_is_sound_from_every_link_on(cut: int) -> None:
    """D37: grants, burns, a capture, a lapse under way, a claw-back, a receipt that is pending: the sums carry all of it."""
    world = World()
    assert world.book.head.seq in CUTS, "every link is to be a cut"
    if cut <= world.book.head.seq:
        assert since(world, standing_at(world, cut)) == set()


OF_BOOK_AND_LEDGER = {
    name: case for name, case in CORRUPTIONS.items() if "purchase" not in name and "refund" not in name
}


@pytest.mark.parametrize("name", OF_BOOK_AND_LEDGER)
def test_d37_what_the_whole_finds_after_a_checkpoint_the_checkpoint_finds_too(name: str) -> None:
    """D37: each corruption, and each link as a checkpoint that was made before it."""
    world, sound = World(), World()
    OF_BOOK_AND_LEDGER[name][0](world)
    whole = {each.kind for each in differences(U, world.book, entries_of(world))}
    for cut in range(oldest_change(world, sound)):
        found = {kind for kind, _ in since(world, standing_at(sound, cut))}
        for kind in whole:
            assert found & OTHER_NAMES.get(kind, {kind}), f"{kind} is not found from link {cut} on"


def oldest_change(world: World, sound: World) -> int:
    """The number of the oldest entry that was changed, added or lost; one past the head where only the book was."""
    was, now = entries_of(sound), entries_of(world)
    changed = [name for name in was.keys() | now.keys() if was.get(name) != now.get(name)]
    return min(((was.get(name) or now[name]).seq for name in changed), default=sound.book.head.seq + 1)


def test_d37_what_lies_before_the_checkpoint_is_left_to_the_rotation() -> None:
    """The other side of the same: an old entry that is changed afterwards is in no sum that is looked at again."""
    world, sound = World(), World()
    world.change(BURN("k1"), credits=-9)
    seq = world.entry(BURN("k1"))[1].seq
    assert since(world, standing_at(sound, seq)) == set()
    assert since(world, standing_at(sound, seq - 1)) == {("entry_credits", seq)}


def test_d37_a_pending_receipt_is_carried_until_its_entry_is_read() -> None:
    """A worker that died left a burn in the book alone: the checkpoint goes on past it, and waits for its entry."""
    world = World()
    key, entry = world.entry(BURN("k4"))
    world.drop(BURN("k4"))
    standing = standing_at(world, world.book.head.seq)
    assert standing.unread == {entry.seq: BURN("k4")}
    assert since(world, standing) == set(), "the receipt is in the book yet"
    world.book = replace(world.book, receipts={})  # whoever took it out must have journaled it
    assert ("entry_missing", entry.seq) in since(world, standing)
    world.books.ledger[key] = entry
    assert since(world, standing) == set()


def test_d37_an_outcome_that_was_not_journaled_yet_is_carried_until_its_entry_is_read() -> None:
    """A worker died between its turn and the ledger: the outcome lies in the book alone, and others have burned behind it."""
    world = World()
    key, granted = world.entry(f"lot#{world.purchase.lot_id}")
    sums = standing_at(world, world.book.head.seq)
    world.drop(granted.name)
    world.book = replace(world.book, outcomes={granted.name: granted})
    standing = sums
    for _ in range(3):
        standing = kept_by(world, standing_at_head(world) if standing is sums else standing)
        assert standing.unread == {granted.seq: granted.name}
        assert since(world, standing) == set()
    world.book = replace(world.book, outcomes={})  # whoever took it out must have journaled it
    assert ("entry_missing", granted.seq) in since(world, standing)
    world.books.ledger[key] = granted
    assert since(world, standing) == set()
    assert kept_by(world, standing) == replace(sums, entries=sums.entries)


def standing_at_head(world: World) -> LedgerStanding:
    """Of a ledger whose last turn is not journaled."""
    entries = entries_of(world)
    found, standing = examine(
        U, Window(world.book.head, entries, world.book.receipts, world.book.outcomes), START, world.book
    )
    assert found == []
    return standing


def kept_by(world: World, standing: LedgerStanding) -> LedgerStanding:
    """The standing that the next look keeps."""
    entries = entries_of(world)
    late = {name: each for name, each in entries.items() if standing.unread.get(each.seq) == name}
    window = Window(world.book.head, late, world.book.receipts, world.book.outcomes, entries)
    return examine(U, window, standing, world.book)[1]


def test_d37_a_checkpoint_that_is_no_link_of_the_chain_is_said_to_be_that() -> None:
    """Its name or its number is another's, or it is ahead of the book."""
    world = World()
    sound = standing_at(world, 5)
    for at in (Pointer("another", 5), Pointer(sound.at.name, 4), Pointer("ahead", 99)):
        kinds = {kind for kind, _ in since(world, replace(sound, at=at))}
        assert "checkpoint_off_the_chain" in kinds


MARKS: Mapping[str, Mark] = {
    "nothing": Mark(),
    "a first replay under way": Mark(LedgerStanding(Pointer("a", 3), {"lot": 3}), goals=(Pointer("b", 9),)),
    "a whole under way": Mark(
        LedgerStanding(Pointer("a", 3), {"lot": 3}, {"h": 1}, {"r": 2}, {3: "a"}, 4, 3, 1, {"consumed": -3}),
        whole=Whole(LedgerStanding(Pointer("a", 3)), LedgerStanding(Pointer("z", 1)), (Pointer("y", 2),)),
        whole_ended_at=7,
        by_chain=True,
    ),
}


@pytest.mark.parametrize("name", MARKS)
def test_d37_a_mark_is_read_as_it_was_written(name: str) -> None:
    assert mark_of(mark_bytes(MARKS[name])) == MARKS[name]


def test_d37_an_accounts_mark_is_read_as_it_was_written() -> None:
    mark = AccountMark(7, ("pur_1", "pur_2"), ("credits",), 8, 9)
    assert account_mark_of(account_mark_bytes(mark)) == mark


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", mark_bytes(Mark())[:-3], _packed(), _packed(standing=3), account_mark_bytes(AccountMark())],
)
def test_d37_what_the_audit_did_not_write_is_no_mark(content: bytes) -> None:
    with pytest.raises(Damaged):
        mark_of(content)


def test_d37_a_seal_is_of_one_account_one_name_and_one_content() -> None:
    seals = {seal("a", "b", b"c"), seal("x", "b", b"c"), seal("a", "x", b"c"), seal("a", "b", b"x")}
    assert len(seals) == 4
