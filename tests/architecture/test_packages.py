"""Where a package from outside may be imported; one that is not named here may be imported nowhere."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.rooms import HOUSES, MAY_IMPORT, house_files, room_of
from tests.architecture.tree import LAYER, ROOT, imports, parsed

# By room.
PACKAGES = {
    "boto3": {"local.cloud", "operate", "operate.command", "bench"},
    "botocore": {"adapters", "wiring", "local.cloud", "bench", "operate"},
    "stripe": {"adapters.stripe", "local.stripe_stand_in", "operate.command", "bench"},
    "jwt": {"adapters", "local"},
    "cryptography": {"local"},
    "pydantic": {"api.requests", "api.document", "bench"},
    "pydantic_core": {"api.requests"},
    "aws_lambda_powertools": {"api.http", "bench"},
    "babel": {"api.rendering"},
    "jinja2": {"api.rendering", "api.portal"},
    "markupsafe": {"api.portal"},
    "yaml": {"local.cloud", "local", "operate.command"},
    "typer": {"operate.command"},
    "rich": {"operate.command"},
    "httpx": {"operate.command"},
    "lotbook_client": {"operate.command"},
    "waitress": {"local.cloud"},
    "ministack": {"local.cloud"},
    "uvicorn": {"local.cloud"},
    "typing_extensions": {"local.stripe_stand_in"},
}


def wrong_packages(path: Path, found: Iterable[tuple[int, str]]) -> Iterator[str]:
    for line, name in found:
        package = name.split(".")[0]
        if package in HOUSES or package in sys.stdlib_module_names:
            continue
        if room_of(path) not in PACKAGES.get(package, set()):
            yield f"{path.relative_to(ROOT)}:{line}: {room_of(path)} must not import {package}"


def test_a_package_from_outside_is_imported_where_its_line_says() -> None:
    wrong = [line for path in house_files() for line in wrong_packages(path, imports(parsed(path)))]
    assert not wrong, "\n".join(wrong)


def test_every_line_of_the_table_is_needed() -> None:
    used = {
        (name.split(".")[0], room_of(path))
        for path in house_files()
        for _, name in imports(parsed(path))
        if name.split(".")[0] in PACKAGES
    }
    listed = {(package, room) for package, allowed in PACKAGES.items() for room in allowed}
    assert listed - used == set(), "nothing there imports it any more: take it out of the line"
    assert {room for _, room in listed} <= set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/credits/lots.py", "import pydantic"),
        ("usecases/credits/consume.py", "def f():\n    import boto3"),
        ("adapters/stripe/client.py", "import boto3"),
        ("api/http/http.py", "import stripe"),
        ("api/http/http.py", "import yaml"),
    ],
)
def test_the_package_rule_sees_a_breach(path: str, source: str) -> None:
    assert list(wrong_packages(LAYER / path, imports(ast.parse(source))))
