"""Every command against a Lotbook whose answers are written down: what is shown, what is asked, how it exits.

`screens/` has what a terminal of 80 columns shows; `python -m tests.operate.command.test_screens` writes it anew.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from operate.command import api
from operate.command.start import words
from tests.operate.command.recorded import ACME, OTHER, Recorded
from tests.operate.terminal import lotbook

HERE = Path(__file__).resolve().parent
SCREENS = HERE / "screens"
DOCS = HERE.parents[2] / "docs" / "command.md"
WIDTH = 80
# Name of the screen, words, exit code, and what was asked last.
CASES: list[tuple[str, str, int, str]] = [
    ("accounts-list", "accounts list", 0, "GET /v1/accounts"),
    ("accounts-find", "accounts find ann@acme.example", 0, "GET /v1/accounts/ann@acme.example"),
    ("accounts-show", "accounts show acme", 0, "GET /v1/accounts/acme"),
    ("accounts-nobody", "accounts show nobody", 1, "GET /v1/accounts/nobody"),
    ("accounts-open", "accounts open acme --policy make --email ann@acme.example", 0, "POST /v1/accounts"),
    ("accounts-change", "accounts change acme --external-id crm-17 --metadata a=b", 0, "PATCH /v1/accounts/acme"),
    ("accounts-close", "accounts close acme --reason left", 0, "POST /v1/accounts/acme/close"),
    ("balance", "balance acme", 0, "GET /v1/accounts/acme/balance"),
    ("balance-as-of", "balance acme --as-of 2026-01-10", 0, "GET /v1/accounts/acme/entries"),
    ("statement", "statement acme", 0, "GET /v1/accounts/acme/entries"),
    ("statement-from-to", "statement acme --from 2026-01-06 --to 2026-01-31", 0, "GET /v1/accounts/acme/entries"),
    ("grant", "grant acme 5000 --reason welcome --key g-1", 0, "POST /v1/accounts/acme/grants"),
    ("holds", "holds acme --state captured", 0, "GET /v1/accounts/acme/holds"),
    ("lot", "lot acme lot_9", 0, "GET /v1/accounts/acme/lots/lot_9"),
    ("void", "void acme lot_9 --reason twice --credits 4000 --key v-1", 0, "POST /v1/accounts/acme/lots/lot_9/void"),
    ("reconcile", "reconcile --from 2026-01-01", 1, "POST /_local/schedules/reconcile/run"),
    ("events-tail", "events tail", 0, "GET /_local/events"),
    ("events-tail-type", "events tail --type credits.low --account acme", 0, "GET /_local/events"),
    ("reports", "reports roll-forward --month 2026-01", 0, "GET /v1/reports/roll-forward"),
    ("endpoints-list", "endpoints list", 0, "GET /v1/endpoints"),
    ("endpoints-make", "endpoints make https://hooks.shop.example/lotbook credits.low", 0, "POST /v1/endpoints"),
    ("endpoints-switch", "endpoints switch end_1 --off", 0, "PATCH /v1/endpoints/end_1"),
    ("endpoints-rotate", "endpoints rotate end_1", 0, "POST /v1/endpoints/end_1/rotate"),
    ("endpoints-delete", "endpoints delete end_1", 0, "DELETE /v1/endpoints/end_1"),
    ("endpoints-deliveries", "endpoints deliveries end_1", 0, "GET /v1/endpoints/end_1/deliveries"),
    ("endpoints-again", "endpoints again end_1 dlv_1", 0, "POST /v1/endpoints/end_1/deliveries/dlv_1/again"),
    ("policies-list", "policies list", 0, "GET /v1/policies"),
    ("policies-versions", "policies versions insurestack", 0, "GET /v1/policies/insurestack/versions"),
    ("policies-diff", "policies diff FILE", 0, "PUT /v1/policies/insurestack"),
    ("policies-publish", "policies publish FILE --yes", 0, "PUT /v1/policies/insurestack"),
]
IDS = [name for name, *_ in CASES]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return prepared(monkeypatch)


def prepared(patch: pytest.MonkeyPatch) -> Recorded:
    """Where the sample policy was published before, with another title of a plan."""
    made = Recorded()
    plans = a_policy()["plans"]
    at, title = {"published_at": "2026-01-15T10:00:00Z", "published_by": "backend"}, plans[0]["title"]
    made.answers |= {
        "GET /v1/policies": {
            "policies": [{"policy_id": "insurestack", "title": a_policy()["title"], "version": 3, **at}],
            "next_cursor": None,
        },
        "GET /v1/policies/insurestack/versions": {
            "policy_id": "insurestack",
            "versions": [{"version": 3, **at}, {"version": 2, "published_at": None, "published_by": None}],
            "next_cursor": None,
        },
        "PUT /v1/policies/insurestack?dry_run": {
            "policy_id": "insurestack",
            "version": 4,
            "changes": [{"path": "plans[payg].title", "before": "Another title", "after": title}],
            "affects": [{"plan_id": "payg", "by": "plan", "accounts": 12, "keeping": 3}],
            "next_cursor": None,
        },
        "PUT /v1/policies/insurestack": {"policy_id": "insurestack", "version": 4, "published_at": at["published_at"]},
    }
    made.answers["GET /v1/accounts"] = {
        "accounts": [ACME, {**OTHER, "plan_id": plans[0]["plan_id"]}],
        "next_cursor": None,
    }
    made.take_the_place(patch)
    patch.setenv("DATA_DIR", ".lotbook")
    return made


def a_policy() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(policy_file().read_text())
    return found


def policy_file() -> Path:
    return HERE.parents[2] / "samplefiles" / "policies" / "insurestack.yaml"


def split(said: str) -> list[str]:
    return [str(policy_file()) if each == "FILE" else each for each in said.split()]


def screen(said: str) -> tuple[int, str]:
    """The exit code, and both streams as a terminal shows them."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = lotbook(*split(said))
    shown = "\n".join(line.rstrip() for line in f"{err.getvalue()}{out.getvalue()}".splitlines())
    return code, f"$ lotbook {said}\n{shown}\n"


@pytest.mark.parametrize(("name", "said", "code", "asked"), CASES, ids=IDS)
def test_a_command_shows_this_asks_that_and_exits_so(
    name: str, said: str, code: int, asked: str, recorded: Recorded
) -> None:
    found = screen(said)
    assert found == (code, (SCREENS / f"{name}.txt").read_text())
    assert recorded.asked[-1][0] == asked
    tables = [line for line in found[1].splitlines() if "─" in line]
    assert all(len(line) <= WIDTH for line in tables)
    assert "\x1b" not in found[1], "no colour where no terminal is"


@pytest.mark.parametrize(("name", "said", "code", "asked"), CASES, ids=IDS)
def test_json_is_one_document_and_nothing_else_on_stdout(
    name: str, said: str, code: int, asked: str, recorded: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lotbook(*split(said), "--json") == code
    shown = capsys.readouterr()
    assert shown.err.startswith("Target: the local run of .lotbook\n"), "which target it is, is always said"
    if name == "accounts-nobody":
        assert shown.out == ""
    else:
        assert isinstance(json.loads(shown.out), dict)


def test_a_comparison_counts_on_through_all_pages(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """A call counts a thousand accounts: what the pages found is added up, by plan."""
    first = recorded.answers["PUT /v1/policies/insurestack?dry_run"]
    other = {"plan_id": "pro", "by": "plan", "accounts": 1, "keeping": 0}
    pages = [{**first, "next_cursor": "c-1"}, {**first, "affects": [*first["affects"], other]}]
    recorded.answers["PUT /v1/policies/insurestack?dry_run"] = pages
    assert lotbook(*split("policies diff FILE --json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["plan_id"], each["accounts"], each["keeping"]) for each in found["affects"]] == [
        ("payg", 24, 6),
        ("pro", 1, 0),
    ]
    assert found["counted_all"]
    assert [query for _, query, *_ in recorded.asked] == [{"dry_run": "true"}, {"dry_run": "true", "cursor": "c-1"}]


@pytest.mark.parametrize(
    ("said", "route", "last", "way_on"),
    [
        ("statement acme --limit 100", "GET /v1/accounts/acme/entries", "entries", "with --to 2026-01-05T09:00:00Z"),
        ("balance acme --as-of 2026-01-10", "GET /v1/accounts/acme/entries", "entries", "with --limit"),
        ("holds acme --state lapsed", "GET /v1/accounts/acme/holds", "holds", "with --limit"),
        ("accounts list --plan pro", "GET /v1/accounts", "accounts", "with --limit"),
    ],
)
def test_a_list_without_an_end_is_left_after_so_many_pages_with_the_way_on(
    said: str, route: str, last: str, way_on: str, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """A page may be empty and not the last: an account with a million entries would be asked for ever."""
    monkeypatch.setattr(api, "MOST_PAGES", 3)
    one = {**recorded.answers["GET /v1/accounts/acme/entries"]["entries"][0], "at": "2026-01-05T09:00:00Z"}
    found = [one] if said.startswith("statement") else []
    recorded.answers[route] = [{last: found, "next_cursor": f"c-{number}"} for number in range(9)]
    assert lotbook(*split(said)) == 1
    told = capsys.readouterr().err
    assert f"3 pages of {last} were read, and there are more." in told
    assert way_on in told
    pages = [query for name, query, *_ in recorded.asked if name == route]
    assert [query.get("cursor") for query in pages] == [None, "c-0", "c-1"]
    assert [query["limit"] for query in pages[1:]] == ["100", "100"], "what is left is asked for by whole pages"


def test_what_a_publication_would_refuse_is_refused_before_anybody_is_asked(
    recorded: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    """X-33, B3: units and plans that accounts use; `publish` says so before it asks, and sends nothing more."""
    errors = [
        {"field": "units", "code": "unit_in_use", "message": "found no unit mb; allowed: a version that keeps it"}
    ]
    problem = {"status": 422, "code": "invalid_request", "detail": "The policy is not valid.", "errors": errors}
    recorded.answers["PUT /v1/policies/insurestack?dry_run"] = [httpx.Response(422, json=problem) for _ in range(2)]
    for words_of in ("policies diff FILE", "policies publish FILE"):
        assert lotbook(*split(words_of)) == 1
        assert "units: found no unit mb" in capsys.readouterr().err
    assert len(recorded.asked) == 2


def groups(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command and group."""
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from groups(each, (*path, name))


def every_help() -> str:
    return "".join(screen(" ".join((*path, "--help")))[1] for path in groups(words()))


def test_the_help_of_everything_is_this() -> None:
    assert every_help() == (SCREENS / "help.txt").read_text()


def test_every_command_says_what_it_does_and_takes_json() -> None:
    leaves = [command for path in groups(words()) if not hasattr(command := found(path), "commands")]
    assert len(leaves) > 35
    for each in leaves:
        assert each.help, each.name
        assert "--json" in {option for parameter in each.params for option in parameter.opts}, each.name


def found(path: tuple[str, ...]) -> Any:
    command: Any = words()
    for name in path:
        command = command.commands[name]
    return command


def test_the_page_shows_screens_as_they_are_and_names_every_command() -> None:
    page = DOCS.read_text()
    shown = [name for name in IDS if (SCREENS / f"{name}.txt").read_text().rstrip() in page]
    assert len(shown) >= 3, shown
    leaves = [path for path in groups(words()) if not hasattr(found(path), "commands")]
    missing = [" ".join(path) for path in leaves if f"lotbook {' '.join(path)}" not in page]
    assert missing == []


if __name__ == "__main__":  # write the screens anew
    with pytest.MonkeyPatch.context() as patched:
        for each, told, *_ in CASES:
            prepared(patched)
            (SCREENS / f"{each}.txt").write_text(screen(told)[1])
        (SCREENS / "help.txt").write_text(every_help())
