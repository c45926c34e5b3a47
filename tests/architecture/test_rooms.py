"""Every room stands in the table, imports what the table says, says what it is for, and no rooms go in a circle."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import rooms
from tests.architecture.rooms import (
    KNOWN,
    MAY_IMPORT,
    arrows,
    arrows_of,
    circles,
    house_files,
    module_arrows,
    offenders,
    room_of,
)
from tests.architecture.tree import COMMANDS, LAYER, ROOT, imports, parsed

README = ROOT / "layers" / "lotbook" / "README.md"


def test_every_room_stands_in_the_table() -> None:
    standing = {room_of(path) for path in house_files() if path.name != "__init__.py"}
    assert standing - set(MAY_IMPORT) == set(), "give it a line in tests/architecture/rooms.py, at its floor"
    assert set(MAY_IMPORT) - standing == set(), "a room that is gone"


def test_the_table_points_to_rooms_that_stand_above_the_line() -> None:
    """So it can allow no circle: the order of the lines is the order of the floors."""
    lines = list(MAY_IMPORT)
    for number, (room, allowed) in enumerate(MAY_IMPORT.items()):
        below = set(allowed) - set(lines[:number]) - {"tests"}
        assert not below, f"{room} would import {below}, which do not stand above it"


def test_a_room_imports_what_the_table_says() -> None:
    wrong = offenders(arrows(house_files()))
    assert not wrong, "\n".join(map(str, wrong))


def test_no_rooms_go_in_a_circle() -> None:
    """Computed from the imports alone; known arrows are listed with what takes them away."""
    found = [arrow for arrow in arrows(house_files()) if (arrow.source, arrow.target) not in KNOWN]
    rings = circles((arrow.source, arrow.target) for arrow in found)
    inside = [f"{arrow} ({ring})" for ring in rings for arrow in found if {arrow.source, arrow.target} <= set(ring)]
    assert not rings, "\n".join(inside)


def test_no_modules_go_in_a_circle() -> None:
    """Also inside a room."""
    assert circles(module_arrows(house_files())) == []


def test_a_known_arrow_that_is_gone_goes_from_the_list() -> None:
    drawn = {(arrow.source, arrow.target) for arrow in arrows(house_files())}
    assert set(KNOWN) <= drawn, f"take out of KNOWN in tests/architecture/rooms.py: {set(KNOWN) - drawn}"


def test_every_room_says_in_one_line_what_it_is_for() -> None:
    without = []
    for folder in sorted({path.parent for path in house_files() if path.is_relative_to(LAYER)} | set(COMMANDS)):
        text = ast.get_docstring(parsed(folder / "__init__.py"))
        if not text or "\n" in text:
            without.append(str(folder.relative_to(ROOT)))
    assert not without, f"a docstring of one line in __init__.py: {without}"


@pytest.mark.parametrize("layer", ["domain", "usecases", "api"])
def test_d36_the_layers_readme_lists_every_room(layer: str) -> None:
    (line,) = [each for each in README.read_text().splitlines() if each.startswith(f"| `{layer}/`")]
    listed = set(re.findall(r"`(\w+)`", line))
    assert listed == {each.name for each in (LAYER / layer).iterdir() if (each / "__init__.py").exists()}


def test_an_init_imports_nothing_of_the_house_below_it() -> None:
    """So importing a room costs that room, and a house can hand to all its rooms what its `__init__` holds."""
    wrong = [
        arrow
        for arrow in arrows(path for path in house_files() if path.name == "__init__.py")
        if arrow.source.split(".")[0] not in ("bench",)  # which imports `local` for the path that it sets
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_tests_stand_in_rooms_of_the_same_names() -> None:
    assert rooms.rooms_with_tests() <= set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/credits/lots.py", "from lotbook.ports.shop import Clock"),
        ("domain/credits/lots.py", "from lotbook.domain.sales.purchase import Purchase"),
        ("domain/credits/lots.py", "from lotbook.domain.sales import purchase"),
        ("usecases/credits/consume.py", "from lotbook import wiring"),
        ("usecases/credits/consume.py", "import lotbook.usecases.sales.create_purchase"),
        ("usecases/credits/consume.py", "def f():\n    from lotbook.usecases.sales import desk"),
        ("usecases/credits/consume.py", "from tests.fakes.books import FakeBooks"),
        ("adapters/dynamo/books.py", "from lotbook.usecases.credits.consume import consume"),
        ("adapters/dynamo/books.py", "from lotbook.settings import settings"),
        ("adapters/dynamo/books.py", "from lotbook.adapters.stripe.gateway import StripeGateway"),
        ("api/http/http.py", "from lotbook.adapters.system import SystemClock"),
        ("wiring.py", "from local import ROOT\nfrom local.clock import LocalClock"),
    ],
)
def test_the_table_sees_a_breach(path: str, source: str) -> None:
    assert offenders(arrows_of(LAYER / path, imports(ast.parse(source))))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("local/stripe_stand_in/store.py", "from local.cloud.template import load"),
        ("local/cloud/streams.py", "from local.clock import LocalClock"),
        ("local/cloud/streams.py", "from lotbook import wiring"),
        ("local/run.py", "from bench import rounds"),
    ],
)
def test_the_table_sees_a_breach_outside_the_layer(path: str, source: str) -> None:
    assert offenders(arrows_of(ROOT / path, imports(ast.parse(source))))


def test_a_circle_is_found_whatever_its_length() -> None:
    assert circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a")]) == [["a", "b", "c"]]
    assert circles([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]) == [["a", "b"], ["c", "d"]]
    assert circles([("a", "b"), ("a", "c"), ("b", "c")]) == []


def test_a_room_is_read_from_the_path() -> None:
    assert room_of(LAYER / "domain" / "credits" / "lots.py") == "domain.credits"
    assert room_of(LAYER / "usecases" / "sweeping.py") == "usecases"
    assert room_of(LAYER / "wiring.py") == "wiring"
    assert room_of(Path(ROOT, "local", "stripe_stand_in", "resources", "charges.py")) == "local.stripe_stand_in"
    assert room_of(Path(ROOT, "local", "run.py")) == "local"
