"""Cost by the formula that is printed, the table in bench/README.md and the figures in README.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.prices import FLOOR, Counts, dollars_per_million
from bench.report import (
    BEGIN,
    END,
    FIGURES,
    PAGE,
    README,
    Section,
    as_markdown,
    cost_section,
    figures,
    put_between_marks,
)
from bench.whole import Followed, section
from local.cloud.template import load
from lotbook.domain.news.together import BurnEvents

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
FLOOR_AS_STATED = 1.88  # dollars; the goal is a multiple of this figure


def test_the_floor_costs_what_the_goal_was_set_against() -> None:
    """1.00 HTTP API + 0.20 Lambda + 0.053 of its time + 0.625 for one write unit."""
    assert dollars_per_million(FLOOR) == pytest.approx(FLOOR_AS_STATED, abs=0.005)


def test_a_consume_of_two_calls_and_two_units_stays_within_its_goal() -> None:
    ours = dollars_per_million(Counts(calls=2, write_units=2, read_units=0))
    assert ours == pytest.approx(1.00 + 0.20 + 0.013 * 0.5 * 13.3334 + 2 * 0.625)
    assert ours <= 1.35 * FLOOR_AS_STATED


def test_a_third_write_unit_breaks_the_goal() -> None:
    assert dollars_per_million(Counts(2, 3, 0)) > 1.35 * FLOOR_AS_STATED


def test_a_batch_shares_the_call_not_the_units() -> None:
    alone, batch = Counts(2, 2, 0), Counts(40, 40, 0, items=20)
    assert dollars_per_million(batch) == pytest.approx((1.20 + 0.203 * 0.5 * 13.3334) / 20 + 1.25)
    assert dollars_per_million(batch) < dollars_per_million(alone)


def test_reads_are_paid_for() -> None:
    assert dollars_per_million(Counts(1, 1, 8)) - dollars_per_million(FLOOR) == pytest.approx(1.0)


def test_the_table_goes_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put_between_marks([Section("Time", (("ours", "1.00"),)), cost_section(FLOOR, FLOOR, FLOOR)], readme)
    written = readme.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "| ours | 1.00 |" in written
    assert "old" not in written


def test_a_readme_without_marks_is_refused(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("nothing here")
    with pytest.raises(ValueError, match="0 times"):
        put_between_marks([], readme)


@pytest.mark.parametrize("page", [README, PAGE], ids=["README.md", "bench/README.md"])
def test_our_own_pages_have_the_marks(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1


def test_the_readme_shows_six_figures_of_the_same_run() -> None:
    sections = [Section(f"{title} of a run", ((label, f"figure of {label}"),)) for _, label, title in FIGURES]
    shown = figures(sections)
    assert [words for words, _ in shown.rows] == [words for words, _, _ in FIGURES]
    assert [figure for _, figure in shown.rows] == [f"figure of {label}" for _, label, _ in FIGURES]
    assert len(shown.rows) == 6


def test_a_run_that_did_not_measure_a_figure_writes_none() -> None:
    with pytest.raises(KeyError, match="Cold start"):
        figures([Section(title, ((label, "1"),)) for _, label, title in FIGURES[:-1]])


def test_the_figures_of_the_readme_are_those_of_the_table() -> None:
    """Both pages are written by one run; a figure that was edited by hand is seen."""
    table = PAGE.read_text(encoding="utf-8")
    for words, label, _ in FIGURES:
        (figure,) = [
            row.split(" | ")[1].removesuffix(" |")
            for row in README.read_text(encoding="utf-8").splitlines()
            if row.startswith(f"| {words} | ")
        ]
        assert f"| {label} | {figure} |" in table, words
    assert as_markdown([]) == ""


def test_a_burn_as_a_whole_is_what_its_formula_says() -> None:
    """The printed total left out the stream and the event, which cost nearly as much again (operating 4)."""
    each, told = Followed(100, 15, 100, 100, 100, 51_400), Followed(100, 6, 100, 100, 1, 51_400)
    of_one = Followed(8, 3, 8, 1, 1, 3_912)
    ways: dict[BurnEvents, Followed] = {"each": each, "together": told, "none": replace(told, events=0)}
    made = section(2.537, ways, dict.fromkeys(ways, of_one), (229, 421, 379))
    gb = load(TEMPLATE, {}).functions["outbox"].memory_mb / 1024

    def stream(calls: int) -> float:
        return (0.20 + (3 + 5 * calls / 4) / 1000 * gb * 13.3334 + 0.625 * 100 + 0.125 * 100) / 100

    rows = dict(made.rows)
    sums = f"{2.537 + stream(15) + 1.00:.2f}; {2.537 + stream(6) + 0.01:.2f}"
    assert rows["all in; burn events together"] == f"{sums} (goals: at most 4.35 and 3.35)"
    assert sums == "4.29; 3.30"
    assert rows["  calls for each burn: burn events each; together; none"] == "0.15; 0.06; 0.06"
    assert rows["beside it, logs: 229 + 421 + 379 bytes (function, API Gateway, Lambda)"] == f"{1.029 * 0.5:.2f}"
    assert rows["beside it, each year that they are kept: 514 bytes a burn"] == f"{0.514 * 0.25 * 12:.2f}"
    assert f"x {gb * 1024:.0f} / 1024 x" in made.rows[-1][0]
