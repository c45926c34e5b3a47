"""The rooms of the house and what each may import. A room is a folder with an `__init__.py` whose docstring says what it is for.

The order is the order of the floors: a room may import rooms that stand above it in this table, never one below. So the table can
hold no circle, and a new arrow is either a line here that a reader can judge, or an offender.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.architecture.tree import COMMANDS, FUNCTIONS, LAYER, PYTHON, ROOT, TESTS, files, imports, module_name, parsed

HOUSES = ("lotbook", "functions", "local", "operate", "bench", "tests")  # the packages at the top

_DOMAIN: dict[str, tuple[str, ...]] = {
    "domain.values": (),
    "domain.credits": ("domain.values",),
    "domain.policy": ("domain.values", "domain.credits"),
    "domain.accounts": ("domain.values", "domain.credits", "domain.policy"),
    "domain.plans": ("domain.values", "domain.credits", "domain.policy", "domain.accounts"),
    "domain.invoices": ("domain.values",),
    "domain.advice": ("domain.values", "domain.credits", "domain.policy", "domain.accounts"),
    "domain.sales": (
        *("domain.values", "domain.credits", "domain.policy", "domain.accounts", "domain.plans"),
        *("domain.invoices", "domain.advice"),
    ),
    "domain.money_back": ("domain.values", "domain.credits", "domain.policy", "domain.invoices", "domain.sales"),
    "domain.closing": (*("domain.values", "domain.credits", "domain.accounts", "domain.invoices", "domain.sales"),),
    "domain.audit": ("domain.values", "domain.credits", "domain.plans", "domain.sales"),
    "domain.reports": ("domain.values", "domain.credits", "domain.plans", "domain.sales"),
    "domain.reconciliation": (
        *("domain.values", "domain.credits", "domain.accounts", "domain.sales", "domain.money_back"),
    ),
    "domain.portal": ("domain.values",),
    "domain.news": ("domain.values", "domain.credits", "domain.accounts", "domain.plans", "domain.sales"),
    "domain.endpoints": ("domain.values", "domain.news"),
    "domain.mails": (
        "domain.values",
        "domain.credits",
        "domain.accounts",
        "domain.policy",
        "domain.sales",
        "domain.news",
    ),
}
# Below the use cases an arrow names the room; from them upwards all rules are there for everybody.
_RULES = tuple(_DOMAIN)
_BELOW_USECASES = (*_RULES, "ports", "usecases")
_USECASES: dict[str, tuple[str, ...]] = {
    "usecases": (*_RULES, "ports"),  # what all sweeps share
    "usecases.credits": ("domain.values", "domain.credits", "ports", "usecases"),
    "usecases.accounts": (*_BELOW_USECASES, "usecases.credits"),
    "usecases.sales": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts"),
    "usecases.plans": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts", "usecases.sales"),
    "usecases.money_back": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts", "usecases.sales"),
    "usecases.automatic": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts", "usecases.sales"),
    "usecases.audit": _BELOW_USECASES,
    "usecases.reports": _BELOW_USECASES,
    "usecases.reconciliation": (*_BELOW_USECASES, "usecases.sales", "usecases.plans", "usecases.money_back"),
    "usecases.closing": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts", "usecases.sales"),
    "usecases.inbox": (
        *(*_BELOW_USECASES, "usecases.sales", "usecases.plans", "usecases.money_back", "usecases.reconciliation"),
        "usecases.closing",
    ),
    "usecases.portal": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts", "usecases.sales", "usecases.plans"),
    "usecases.news": (*_BELOW_USECASES, "usecases.credits", "usecases.accounts"),
    "usecases.mails": (*_BELOW_USECASES, "usecases.accounts"),
    "usecases.endpoints": _BELOW_USECASES,
}
_DOINGS = tuple(_USECASES)
_ADAPTERS: dict[str, tuple[str, ...]] = {
    "adapters": (*_RULES, "ports"),
    "adapters.thin": ("domain.values", "ports", "adapters"),
    "adapters.dynamo": (*_RULES, "ports", "adapters"),
    "adapters.stripe": (*_RULES, "ports", "adapters"),
}
_API: dict[str, tuple[str, ...]] = {
    "api.http": (*_RULES, "usecases", "settings"),  # what rings when a call crashes; the stage of a job's figures
    "api.requests": (*_RULES, "api.http"),
    "api.rendering": ("domain.values",),
    "api.mails": (*_RULES, "api.http", "api.rendering"),
    "api.answers": (*_RULES, *_DOINGS),
    "api.portal": (*_RULES, *_DOINGS, "api.http", "api.requests", "api.rendering", "api.answers"),
    "api.document": (*_RULES, "api.http", "api.requests", "api.answers"),
    "api": (*_RULES, "api.http", "api.requests", "api.answers", "api.document"),  # the OpenAPI document
}
_PRODUCT = (
    *_RULES,
    "ports",
    *_DOINGS,
    *_ADAPTERS,
    *_API,
    "settings",
    "wiring",
    "wiring_automatic",
    "wiring_portal",
    "wiring_closing",
    "wiring_accounts",
    "wiring_reconciliation",
    "wiring_reports",
)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    **_DOMAIN,
    "settings": ("domain.values",),  # the kind of dataclass that a start can afford
    "ports": _RULES,
    **_USECASES,
    **_ADAPTERS,
    **_API,
    "wiring": (*_RULES, "ports", *_DOINGS, *_ADAPTERS, "settings"),
    "wiring_automatic": (*_RULES, "ports", *_DOINGS, *_ADAPTERS, "settings", "wiring"),
    "wiring_check": (*_RULES, "ports", *_DOINGS, *_ADAPTERS, "wiring", "wiring_automatic"),
    "wiring_rating": (*_RULES, *_DOINGS, *_ADAPTERS, "wiring"),
    "wiring_portal": ("domain.portal", *_DOINGS, *_ADAPTERS, "settings", "wiring"),
    "wiring_accounts": (*_DOINGS, *_ADAPTERS, "ports", "wiring"),
    "wiring_closing": (*_DOINGS, *_ADAPTERS, "wiring"),
    "wiring_reconciliation": (*_DOINGS, *_ADAPTERS, "wiring"),
    "wiring_reports": (*_DOINGS, *_ADAPTERS, "ports", "wiring"),
    "wiring_schedules": ("usecases", "adapters", "wiring"),
    "wiring_release": (*_ADAPTERS, "settings", "wiring"),
    "wiring_endpoints": ("ports", *_DOINGS, *_ADAPTERS, "settings", "wiring"),
    "wiring_stream": (*_RULES, *_ADAPTERS),
    "wiring_mails": (*_RULES, *_DOINGS, *_ADAPTERS, "settings", "wiring"),
    "portal": (*_RULES, *_DOINGS, *_API, "wiring", "wiring_automatic", "wiring_portal"),
    "ledger": (*_RULES, *_DOINGS, *_API, "wiring"),
    "policies": (*_RULES, *_DOINGS, *_API, "wiring", "wiring_accounts"),
    "functions": (
        *(
            *_RULES,
            *_DOINGS,
            *_API,
            "settings",
            "wiring",
            "wiring_automatic",
            "wiring_check",
            "wiring_rating",
            "wiring_portal",
            "wiring_closing",
            "wiring_accounts",
            "wiring_reconciliation",
            "wiring_reports",
            "wiring_stream",
            "wiring_mails",
            "wiring_endpoints",
            "wiring_schedules",
            "wiring_release",
            "portal",
            "ledger",
            "policies",
        ),
    ),
    "local.stripe_stand_in": (),  # a vendor's world: it knows nothing of ours
    "local.cloud": ("domain.values", "ports", "adapters", "adapters.thin"),
    "local.console": ("domain.values", "api.http", "api.rendering", "local.cloud"),
    "local.clients": (),  # reads the document as JSON, like any other generator
    "local.site": ("local.clients",),  # how the clients' calls are named
    "local.demo": (),  # speaks HTTP, like a stranger
    "local": (
        *_PRODUCT,
        "local.stripe_stand_in",
        "local.cloud",
        "local.console",
        "local.clients",
        "local.site",
        "local.demo",
    ),
    "operate": (*_PRODUCT, "local.cloud", "local"),
    "operate.command": (*_PRODUCT, "local.cloud", "local", "operate"),
    "bench": (*_PRODUCT, "functions", "local.cloud", "local", "tests"),
}
# Arrows that should not be, each with the reason and what takes it away. One that is gone must go from here as well.
KNOWN: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Arrow:
    """One import from a room into another."""

    source: str
    target: str
    where: str  # file:line
    name: str  # what is imported

    def __str__(self) -> str:
        return f"{self.where}: {self.source} must not import {self.name}"


def house_files() -> tuple[Path, ...]:
    """Every module that has a place in the table."""
    return files(LAYER, FUNCTIONS, *COMMANDS)


@cache
def room_of(path: Path) -> str:
    """The room that a file stands in: its folder, without `lotbook`; two modules of the layer have none and stand for themselves."""
    inside = path.relative_to(PYTHON if path.is_relative_to(PYTHON) else ROOT)
    parts = inside.parent.parts
    if parts[0] in ("functions", "tests"):
        return parts[0]
    if parts[0] == "lotbook":
        return ".".join(parts[1:3]) or inside.stem
    return ".".join(parts[:2])  # rooms of the stand-in have their own table, beside it


@cache
def file_of_name(name: str) -> Path | None:
    """The file that an imported name lives in; None when it is not of the house, or is what a house hands to all its rooms."""
    head, *rest = name.split(".")
    if head not in HOUSES:
        return None
    base = (PYTHON if head == "lotbook" else ROOT) / head
    for depth in range(len(rest), 0, -1):
        found = base.joinpath(*rest[:depth])
        for file in (found.with_suffix(".py"), found / "__init__.py"):
            if file.is_file():
                return file
    return None


def arrows(paths: Iterable[Path]) -> Iterator[Arrow]:
    """Every import that leaves its room."""
    for path in paths:
        yield from _arrows_from(path)


@cache
def _arrows_from(path: Path) -> tuple[Arrow, ...]:
    return tuple(arrows_of(path, imports(parsed(path))))


def arrows_of(path: Path, found: Iterable[tuple[int, str]]) -> Iterator[Arrow]:
    source = room_of(path)
    for line, name in found:
        file = file_of_name(name)
        if file is not None and room_of(file) != source:
            yield Arrow(source, room_of(file), f"{path.relative_to(ROOT)}:{line}", name)


def module_arrows(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Which module imports which, rooms or none; what is only for the type checker counts as well."""
    for path in paths:
        for _, name in imports(parsed(path)):
            file = file_of_name(name)
            if file is not None and file != path:
                yield module_name(path), module_name(file)


def offenders(found: Iterable[Arrow]) -> list[Arrow]:
    """Those that the table does not allow."""
    return [
        arrow
        for arrow in found
        if arrow.target not in MAY_IMPORT.get(arrow.source, ()) and (arrow.source, arrow.target) not in KNOWN
    ]


def circles(found: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Rooms that can be reached from each other, each circle once; from the arrows alone, whatever a table says."""
    reached: dict[str, set[str]] = defaultdict(set)
    for source, target in found:
        reached[source].add(target)
    for through in list(reached):
        for source in list(reached):
            if through in reached[source]:
                reached[source] |= reached[through]
    rings = {frozenset(other for other in reached[room] if room in reached.get(other, ())) for room in reached}
    return sorted(sorted(ring) for ring in rings if ring)


def rooms_with_tests() -> set[str]:
    """The folders of `tests/domain` and `tests/usecases`, named like the rooms that they test."""
    return {
        f"{layer}.{folder.name}"
        for layer in ("domain", "usecases")
        for folder in (TESTS / layer).iterdir()
        if folder.is_dir() and folder.name != "__pycache__"
    }
