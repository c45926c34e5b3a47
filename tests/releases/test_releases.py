"""Releases meet: this code and data of each kept release, and each release's code and data of this one (issue 12, a rollback)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.formats import Format
from lotbook.domain.credits import ledger
from lotbook.domain.credits.batches import lines_of_request
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.instants import DAY
from lotbook.usecases.audit.audit_account import audit_account
from tests.releases import kept, play
from tests.releases.play import ACCOUNT, DIED, POLICIES, READS, call, ok, world

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = [f"of-{policy_id}" for policy_id in POLICIES]
REPLAYED = ("of-insurestack", "of-make")  # accounts whose keys are sent again: the others' are of the same shape
GRANT: dict[str, Any] = {"kind": "promotional", "credits": 5, "reason": "a turn"}
REFUSED = (503, "newer_format")
# Metadata of burns have another partition since (decision 139): an older release shows none of what was noted there, and changes nothing.
UNSEEN = re.compile(r"/entries/\d+/metadata: None became ")
# Entries have ids since that are unique over accounts and lead to their entry (decision 147): both releases show theirs of all entries.
OTHER_IDS = re.compile(r".*/entry_id: 'ent_[0-9A-Za-z_-]+' became 'ent_[0-9A-Za-z_-]+'$")
# Latches have another partition since: what stands in the one before is no version of what will be written (decision 123).
MOVED = ("/latch/version: 2 became 0",)


def lacks(less: Any, more: Any, place: str = "") -> Iterator[str]:
    """Where `more` does not say all that `less` says: a release may say more than one before it, and nothing else."""
    if isinstance(less, dict) and isinstance(more, dict):
        for name, value in less.items():
            yield from lacks(value, more.get(name), f"{place}/{name}")
    elif isinstance(less, list) and isinstance(more, list) and len(less) == len(more):
        for number, (one, other) in enumerate(zip(less, more, strict=True)):
            yield from lacks(one, other, f"{place}/{number}")
    elif less != more and not OTHER_IDS.match(told := f"{place}: {less!r} became {more!r}"):
        yield told


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of all kept releases."""
    folder = tmp_path_factory.mktemp("releases")
    kept.unpack(folder)
    return folder


@pytest.fixture(scope="module")
def ours() -> Any:
    """What this code writes, reads and answers."""
    with world() as clock:
        return {**play.play(clock), "items": play.items()}


@contextmanager
def world_of(told: Any) -> Iterator[Any]:
    """A world that holds what was played, at the instant at which that ended; its clock."""
    with world() as clock:
        play.put_items(told["items"])
        clock.instant = told["at"]
        yield clock


def audited() -> list[str]:
    """Every disagreement of ledger, books and purchases that this code's audit finds in the API's accounts."""
    auditing, units_of = wiring.auditing(), wiring.units_of()
    found = [audit_account(each, units_of(each), auditing=auditing) for each in ACCOUNTS if each != "of-make"]
    return [f"{each.account_id}: {unit} {told}" for each in found for unit, told in each.differences]


def replayed(told: Any) -> list[Any]:
    """Calls whose keys were used, with their first answers."""
    return [used for used in told["used"] if used["path"]["account_id"] in REPLAYED]


def balance(account_id: str) -> int:
    found: int = ok(f"GET {ACCOUNT}/balance", account_id=account_id)["available"]
    return found


# --- this code, and data of a release -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", kept.names())
def test_s1_this_code_reads_what_a_release_wrote_and_goes_on_with_it(name: str) -> None:
    told = kept.written(name)
    with world_of(told) as clock:
        assert list(lacks(told["read"], play.read())) == []
        assert list(lacks(told["stored"], play.stored())) == list(MOVED)
        before = {each: balance(each) for each in ACCOUNTS}
        for used in replayed(told):
            again = ok(f"POST {ACCOUNT}{used['route']}", used["body"], key=used["key"], **used["path"])
            assert list(lacks(used["answer"], again)) == [], used
        assert {each: balance(each) for each in ACCOUNTS} == before, "a key of before burns nothing now"
        capture = {"account_id": "of-insurestack", "hold_id": told["open_hold"]}
        ok(f"POST {ACCOUNT}/holds/{{hold_id}}/capture", {"credits": 2}, key="capture-still", **capture)
        for account_id in ACCOUNTS:
            if before[account_id]:
                ok(f"POST {ACCOUNT}/consume", {"credits": 1}, key="new", account_id=account_id)
        clock.instant += 40 * DAY
        import_module("functions.expire.app").handler({}, play.Context())
        assert audited() == []


# --- a release, and data of this code -----------------------------------------------------------------------------------


def take_over(clock: Any) -> Any:
    """The release's wiring on the table and the clock of this world."""
    table, old = wiring.table(), import_module("lotbook.wiring")
    assert old is not wiring
    old.table, old.clock, old.bus = lambda: table, lambda: clock, wiring.bus  # type: ignore[attr-defined]
    return old


def right_or_refused(asked: tuple[int, Any], ours: Any, before: list[Any] | None = None) -> str | None:
    """What is wrong with the release's answer: it must say nothing that ours does not, or refuse by the number and change nothing."""
    status, body = asked
    if (status, body.get("code")) == REFUSED:
        return None if before is None or before == play.items() else "it refused, and changed something"
    wrong = [each for each in lacks(body, ours) if not UNSEEN.match(each)]
    return None if status < 300 and not wrong else f"{status} {wrong}"


@pytest.mark.parametrize("name", kept.names())
def test_s1_a_release_reads_what_this_code_writes_or_refuses_it_by_its_number(
    name: str, codes: Path, ours: Any
) -> None:
    """But for the account of the next test: a sweep of the older release ends with what it refused, after all else is done."""
    others = [item for item in ours["items"] if DIED not in str(item)]
    with world_of({**ours, "items": others}) as clock:
        with kept.code_of(name, codes):
            old = take_over(clock)
            read = {
                (each, route): right_or_refused(call(route, account_id=each), ours["read"][each][route])
                for each in ACCOUNTS
                for route in READS
            }
            assert {asked: wrong for asked, wrong in read.items() if wrong} == {}
            rows = old.purchases().page("of-make", 100, None)[0]
            again = [
                right_or_refused(
                    call(f"POST {ACCOUNT}{used['route']}", used["body"], key=used["key"], **used["path"]),
                    used["answer"],
                )
                for used in replayed(ours)
            ]
            assert [wrong for wrong in again if wrong] == []
            before, left = play.items(), balance("of-insurestack")
            burned = call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="old", account_id="of-insurestack")
            assert right_or_refused((burned[0], {"code": burned[1].get("code")}), {"code": None}, before) is None
            clock.instant += 40 * DAY
            import_module("functions.expire.app").handler({}, play.Context())
        assert len(rows) == len(play.ROWS)
        clock.instant -= 40 * DAY
        ok(f"POST {ACCOUNT}/consume", {"credits": 1}, key="old", account_id="of-insurestack")
        clock.instant += 40 * DAY
        assert audited() == []
        assert left > 0


@pytest.mark.parametrize("name", [name for name in kept.names() if name != kept.UNNUMBERED])
def test_s1_a_release_refuses_an_account_whose_lots_have_died_together(name: str, codes: Path, ours: Any) -> None:
    """It would owe what died, if its money went back, and tell all of it of the first lot (decision 188)."""
    with world_of(ours) as clock:
        told = ok(f"GET {ACCOUNT}/entries", account_id=DIED)["entries"]
        assert max(len(entry["draws"]) for entry in told if entry["kind"] == "expired") == 3
        before, records = play.items(), [each for each in play.records() if "lot#@" in str(each["dynamodb"]["Keys"])]
        with kept.code_of(name, codes):
            take_over(clock)
            asked = [call(route, account_id=DIED) for route in (f"GET {ACCOUNT}/balance", f"GET {ACCOUNT}/entries")]
            asked.append(call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="old", account_id=DIED))
            streamed = import_module("functions.outbox.app").handler({"Records": records}, None)
        assert [(status, body.get("code")) for status, body in asked] == [REFUSED] * 3
        assert len(streamed["batchItemFailures"]) == len(records) == 1, "it waits in the queue of what failed"
        assert play.items() == before


@pytest.mark.parametrize("name", [name for name in kept.names() if name != kept.UNNUMBERED])
def test_s1_a_batch_under_one_key_keeps_its_credits_whoever_journals_it_and_its_lines_where_they_were_written(
    name: str, codes: Path, ours: Any
) -> None:
    """Decision 178: an older release reads past lines. What it files it files without them, and the ledger has them still.

    Only the entry that it writes itself, for a worker that died between the two writes, is one line of all its credits.
    """
    lines, who = [{"credits": 2, "reference": "a"}, {"credits": 3}], dict[str, Any](account_id="of-insurestack")
    batch, read = f"POST {ACCOUNT}/consume/batch", f"GET {ACCOUNT}/entries"
    with world_of(ours) as clock:
        whole = ok(batch, {"items": lines}, key="whole", **who)
        died = lines_of_request([BurnRequest(1, reference="b", actor="x"), BurnRequest(1, actor="x")])
        memo = died.memo(clock.instant)
        assert wiring.books().burn("of-insurestack", "credits", ledger.burn_name("died"), memo, ()).done
        left = balance("of-insurestack")
        with kept.code_of(name, codes):
            take_over(clock)
            status, told = call(f"GET {ACCOUNT}/balance", **who)
            is_read = status < 300
            if is_read:
                assert told["available"] == left
                assert call(read, **who)[0] < 300
                assert call(f"POST {ACCOUNT}/grants", GRANT, key="turns", **who)[0] < 300
                assert import_module("functions.outbox.app").handler({"Records": list(play.records())}, None)
        shown = {each["entry_id"]: each["lines"] for each in ok(read, **who)["entries"]}
        assert [(line["credits"], line["reference"]) for line in shown[whole["entry_id"]]] == [(2, "a"), (3, None)]
        assert ok(batch, {"items": lines}, key="whole", **who) == whole
        again = ok(batch, {"items": [{"credits": 1, "reference": "b"}, {"credits": 1}]}, key="died", **who)
        assert sum(line["credits"] for line in again["lines"]) == again["credits"] == 2
        assert balance("of-insurestack") == left + GRANT["credits"] * is_read
        assert audited() == []


# --- the rollback that was played ---------------------------------------------------------------------------------------


def begin_the_next_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the commit of four days before changed it: books of another format, and the name that is made of a key with them."""
    book, named = Format("book", writes=2, reads=2), ledger.burn_name
    monkeypatch.setattr(formats, "BOOK", book)
    monkeypatch.setitem(formats._BY_KEY, "B#", (("", book),))
    monkeypatch.setattr(ledger, "burn_name", lambda key: f"{named(key)}.2")


@pytest.mark.parametrize(("name", "burned"), [(name, 2 if name == kept.UNNUMBERED else 1) for name in kept.names()])
def test_s1_the_played_rollback_one_key_sent_to_the_older_and_then_to_the_newer_release(
    name: str, burned: int, codes: Path, ours: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 -> 39 by the older release, which crashed, and 39 -> 38 by the newer one, to which the caller's retry came.

    The code before numbers still does it (2); a release that knows numbers burns nothing, and the key burns once (1).
    """
    consume = f"POST {ACCOUNT}/consume"
    with world_of(ours) as clock:
        begin_the_next_release(monkeypatch)
        ok(consume, {"credits": 1}, key="next", account_id="of-insurestack")
        at_first, before = balance("of-insurestack"), play.items()
        with kept.code_of(name, codes):
            take_over(clock)
            status, body = call(consume, {"credits": 1}, key="k", account_id="of-insurestack")
        if burned == 1:
            assert (status, body["code"]) == REFUSED
            assert play.items() == before, "the older release changed nothing"
        first = ok(consume, {"credits": 1}, key="k", account_id="of-insurestack")
        assert ok(consume, {"credits": 1}, key="k", account_id="of-insurestack") == first
        assert at_first - balance("of-insurestack") == burned


# --- what is kept -------------------------------------------------------------------------------------------------------


def test_what_is_played_holds_every_kind_that_has_a_number(ours: Any) -> None:
    """A kind that no fixture holds is met by the next release for the first time at the customer's."""
    met = {formats.format_of(item["pk"]["S"], item["sk"]["S"]) for item in ours["items"]}
    assert met == {made for made in vars(formats).values() if isinstance(made, Format)}


def test_the_version_of_the_project_is_a_release_that_is_kept() -> None:
    """Whoever sets the next version runs `python -m tests.releases.keep` with it (docs/releases.md)."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version in kept.names()
    assert f"\n## {version} - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_archive_stays_small() -> None:
    assert kept.ARCHIVE.stat().st_size < 400_000


def test_a_difference_is_seen() -> None:
    assert list(lacks({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}], "d": 4})) == []
    assert list(lacks({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})) == ["/a/1/b: 2 became 3"]
    assert list(lacks({"a": [1]}, {"a": [1, 2]})) == ["/a: [1] became [1, 2]"]


def test_the_release_is_another_code_than_this_one_and_this_one_is_back_after_it(codes: Path) -> None:
    (name, *_) = kept.names()
    with kept.code_of(name, codes):
        assert str(import_module("lotbook.adapters.dynamo.table").__file__).startswith(str(codes / name))
    assert import_module("lotbook.wiring") is wiring
