"""What grows with an account: the table that `tests/contracts/test_growth.py` gates, counted once more.

In memory: so many calls to the local engine would take a minute, and what is counted does not depend on who answers.
"""

from __future__ import annotations

from typing import Any

import boto3

from bench.counts import new_world
from bench.prices import Counts
from bench.report import Section, as_text
from tests.contracts import growing
from tests.quick_moto import mock_aws

IN_MEMORY = "https://dynamodb.us-east-1.amazonaws.com"  # what moto answers for
TITLE = "Growth, counted: calls / write units / read units at each size"


def sections() -> list[Section]:
    """A part for each way to grow, a row for each operation. Raises AssertionError where a figure is not the gate's."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    rows = []
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=IN_MEMORY)  # not the run's engine
        for (grow, number), gated in growing.GROWTH.items():
            counted = growing.costs_of(new_world(client), grow, number)
            _agree(f"{grow.__name__} {number}", counted, gated)
            found.setdefault(_name(grow), {})[number] = {name: _text(each) for name, each in counted.rows().items()}
        for number, of_instant in growing.DYING.items():
            _agree(f"dying {number}", growing.of_dying(new_world(client), number), of_instant)
            rows.append((f"{number} lots", _text(of_instant)))
    parts = [_section(what, sizes) for what, sizes in found.items()]
    return [*parts, Section("An instant at which so many lots die", tuple(rows))]


def _section(what: str, sizes: dict[int, dict[str, str]]) -> Section:
    title = f"{TITLE}, {what}: {', '.join(map(str, sizes))}"
    names = next(iter(sizes.values()))
    return Section(
        title, tuple((name.replace("_", " "), " ; ".join(size[name] for size in sizes.values())) for name in names)
    )


def _agree(what: str, counted: Any, gated: Any) -> None:
    if counted != gated:
        raise AssertionError(f"{what} took {counted}, the gate says {gated}")


def _name(grow: growing.Grown) -> str:
    return grow.__name__.removeprefix("with_")


def _text(counts: tuple[int, int, int]) -> str:
    found = Counts(*counts)
    return f"{found.calls}/{found.write_units}/{found.read_units}"


if __name__ == "__main__":
    print(as_text(sections()))
