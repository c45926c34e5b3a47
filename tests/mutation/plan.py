"""What is mutated, the tests that should notice, and the mutants that nothing can notice: two tables in text files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.mutation.operators import Mutant, mutants

HERE = Path(__file__).parent
PLAN, EQUIVALENT = HERE / "plan.txt", HERE / "equivalent.txt"


@dataclass(frozen=True, slots=True)
class Target:
    """A source file below `source`, and stages of tests: the later ones run where the earlier ones noticed nothing."""

    file: str
    stages: tuple[tuple[str, ...], ...]

    @property
    def module(self) -> str:
        """Its name when it is imported."""
        return self.file.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True, slots=True)
class Case:
    """One mutant of one target."""

    target: Target
    mutant: Mutant
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.target.file}:{self.mutant.line}: {self.before}  ->  {self.after}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All cases, less those that are `equivalent`; `stale`: rows of that list that match no mutant any more."""

    cases: tuple[Case, ...]
    equivalent: int
    stale: tuple[str, ...]


def targets(source: Path, plan: Path = PLAN) -> list[Target]:
    """Rows `files | tests | more tests`; a `*` stands for every file that has mutants."""
    found: dict[str, Target] = {}
    for pattern, *stages in _rows(plan):
        files = sorted(path.relative_to(source).as_posix() for path in source.glob(pattern))
        if not files:
            raise SystemExit(f"{plan.name}: there is no {pattern}")
        for file in files:
            found[file] = Target(file, tuple(tuple(stage.split()) for stage in stages))
    return list(found.values())


def planned(source: Path, plan: Path = PLAN, equivalent: Path = EQUIVALENT, only: str = "") -> Plan:
    """Every mutant of every target whose file's name contains `only`."""
    known = {(file, before, after): False for file, before, after, _ in _rows(equivalent)}
    cases = []
    for target in targets(source, plan):
        if only not in target.file:
            continue
        text = (source / target.file).read_bytes()
        for mutant in mutants(text):
            case = Case(target, mutant, *mutant.lines(text))
            key = (target.file, case.before, case.after)
            if key in known:
                known[key] = True
            else:
                cases.append(case)
    stale = tuple(" | ".join(key) for key, met in known.items() if not met and only in key[0])
    return Plan(tuple(cases), sum(known.values()), stale)


def _rows(table: Path) -> list[list[str]]:
    lines = [line for line in table.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines]
