"""No condition of the table can be lost: each one is taken out in turn, in each place, and its stories must go wrong.

The conditions are found in the source (`conditions.py`), not listed here: a new one without a story fails, and so does one
that has no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from lotbook.adapters.refusals import ServiceRefused
from tests import table as tables
from tests.contracts import (
    condition_cases_books,
    condition_cases_endpoints,
    condition_cases_formats,
    condition_cases_reports,
    condition_cases_shop,
    condition_cases_watch,
)
from tests.contracts.condition_stories import MORE_THAN_A_TABLE, STORIES, Place, Story
from tests.contracts.conditions import FOLDER, PACKAGE, Use, unnamed_in, uses, uses_in, without
from tests.contracts.fake_guards import NEED_NO_GUARD, NO_CONDITION, ONE_FORMAT, STANDS_FOR
from tests.fakes.books import GUARDS, FakeBooks
from tests.quick_moto import mock_aws

TOLD_BY = (
    condition_cases_books,
    condition_cases_endpoints,
    condition_cases_formats,
    condition_cases_reports,
    condition_cases_shop,
    condition_cases_watch,
)  # importing them fills STORIES
PAIRS = [(use, story) for use in uses() for story in STORIES.get(str(use), [])]
# Without a book, the table refuses the write as such, and moto knows no size of nothing. Of other conditions, such an error
# would say nothing about the promise.
NO_PLACE = (ServiceRefused, ValueError)
BOOK_STORIES = {
    story: None
    for use, stories in STORIES.items()
    if use.startswith("books.") and use not in ONE_FORMAT
    for story in stories
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield


def in_table(store: Any, name: str = "lotbook") -> Place:
    table = tables.create(tables.dynamodb(), name)
    return Place(store(table, *MORE_THAN_A_TABLE.get(store.__name__, ())), table)


def named(value: Any) -> str:
    return value.__name__ if callable(value) else str(value)


def test_every_use_of_a_condition_has_a_story_and_every_story_is_of_a_use_that_is_there() -> None:
    assert {str(use) for use in uses()} == set(STORIES)


@pytest.mark.parametrize("module", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_every_condition_has_a_name(module: str) -> None:
    """A text in the middle of a request is a guard that nobody can take out."""
    assert unnamed_in((FOLDER / f"{module}.py").read_text()) == []


@pytest.mark.parametrize(("use", "story"), PAIRS, ids=named)
def test_the_store_keeps_its_promise_and_breaks_it_without_the_condition(aws: None, use: Use, story: Story) -> None:
    story(in_table(getattr(import_module(f"{PACKAGE}.{use.module}"), use.owner)))
    careless = in_table(without(use), "careless")
    with pytest.raises((AssertionError, pytest.fail.Exception, *NO_PLACE)) as broken:
        story(careless)
    assert not isinstance(broken.value, NO_PLACE) or use.condition == "IS_THERE"


@pytest.mark.parametrize("story", BOOK_STORIES, ids=named)
def test_the_fake_keeps_the_promises_of_books(story: Story) -> None:
    story(Place(FakeBooks(), None))


def test_the_fake_has_a_guard_for_every_condition_of_books() -> None:
    of_books = {str(use) for use in uses() if use.module == "books"}
    assert {use for uses_of in STANDS_FOR.values() for use in uses_of} == of_books - NEED_NO_GUARD - ONE_FORMAT
    assert set(STANDS_FOR) == GUARDS - NO_CONDITION


@pytest.mark.parametrize(
    ("guard", "story"),
    [
        (guard, story)
        for guard, stands_for in STANDS_FOR.items()
        for story in dict.fromkeys(story for use in stands_for for story in STORIES[use])
    ],
    ids=named,
)
def test_the_fake_breaks_its_promise_without_the_guard(guard: str, story: Story) -> None:
    with pytest.raises(AssertionError):
        story(Place(FakeBooks(without=[guard]), None))


# --- the finder itself ------------------------------------------------------------------------------------------------

NAMES = frozenset({"FREE"})


@pytest.mark.parametrize(
    "source",
    [
        'request = {"ConditionExpression": "pk = :pk"}',
        'request["ConditionExpression"] = f"size({name}) < :max"',
        'send(ConditionExpression="v = :v")',
        'conditions += [f"attribute_not_exists(r.#k{number})"]',
        'FREE = "attribute_not_exists(pk)"',
        'free = Condition("attribute_not_" + "exists(pk)" if once else "size(r) < :max")',
    ],
)
def test_a_condition_without_a_name_is_found(source: str) -> None:
    assert unnamed_in(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        'FREE = Condition("attribute_not_exists(pk)")',
        'request = {"ConditionExpression": FREE}',
        'request = {"KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)"}',
        'more(ConditionExpression=" AND ".join(conditions))',
    ],
)
def test_a_condition_with_a_name_and_what_selects_are_no_finding(source: str) -> None:
    assert unnamed_in(source) == []


def test_each_use_is_found_in_its_method() -> None:
    source = "class Store:\n    def put(self):\n        return [FREE, OTHER]\n    def ask(self):\n        return FREE\n"
    found = uses_in("stores", source, NAMES)
    assert [str(use) for use in found] == ["stores.put.FREE", "stores.ask.FREE"]
    assert {use.owner for use in found} == {"Store"}
