"""The house rules that a syntax tree can show: who may ask for time, randomness and the environment, sleep, catch, or use a float."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import DEPLOYED, FUNCTIONS, LAYER, ROOT, dotted, files, imports, parsed, walk

MACHINE = {LAYER / "adapters" / "system.py", LAYER / "settings.py"}  # may ask for time, randomness, environment
MACHINE_NAMES = re.compile(
    r"(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime)|uuid\.uuid\d|uuid4|uuid1"
    r"|os\.(environ|getenv|urandom)|random\.(random|uniform|choice|randint|sample|shuffle|Random)|secrets\.(token_\w+|choice|randbelow)|environ|getenv|urandom)"
)


def machine_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in walk(tree):
        name = dotted(node)
        tail = ".".join(name.split(".")[-2:])
        if MACHINE_NAMES.fullmatch(tail) and not isinstance(getattr(node, "ctx", None), ast.Store):
            yield node.lineno, name  # type: ignore[attr-defined]
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "uuid", "random", "secrets", "time"):
            asked = [each.name for each in node.names if each.name not in ("PathLike", "monotonic")]
            yield from ((node.lineno, f"{node.module}.{each}") for each in asked)


def broad_handlers(tree: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Handlers that catch everything."""
    for node in walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in kinds):
                yield node


def floats(tree: ast.AST) -> Iterator[int]:
    """Lines with a float, or a cast to one."""
    for node in walk(tree):
        constant = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if constant or (isinstance(node, ast.Call) and dotted(node.func) == "float"):
            yield node.lineno  # type: ignore[attr-defined]


def sleeps(tree: ast.AST) -> Iterator[int]:
    for node in walk(tree):
        if dotted(node).rpartition(".")[2] == "sleep":
            yield node.lineno  # type: ignore[attr-defined]


def test_only_the_machine_is_asked_for_time_randomness_and_environment() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in files(*DEPLOYED)
        if path not in MACHINE
        for line, name in machine_calls(parsed(path))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "x = time.time()",
        "from time import time",
        "from uuid import uuid4",
        "uuid.uuid4()",
        "os.environ['A']",
        "os.getenv('A')",
        "from os import environ",
        "random.random()",
        "secrets.token_hex()",
    ],
)
def test_the_machine_rule_sees_a_breach(source: str) -> None:
    assert list(machine_calls(ast.parse(source)))


def test_nothing_sleeps() -> None:
    """Except to stand back after a conflict: `adapters/system.py` does that, inside named bounds."""
    deployed = [path for path in files(*DEPLOYED) if path not in MACHINE]
    wrong = [f"{path.relative_to(ROOT)}:{line}" for path in deployed for line in sleeps(parsed(path))]
    assert not wrong, "\n".join(wrong)


def test_no_handler_catches_everything() -> None:
    """Catch what you can name; the rest crashes. The local run's stand-in for Lambda may turn any crash into its own error."""
    wrong = [
        f"{path.relative_to(ROOT)}:{handler.lineno}"
        for path in files(*DEPLOYED, ROOT / "local")
        for handler in broad_handlers(parsed(path))
        if path.is_relative_to(LAYER) or path.is_relative_to(FUNCTIONS) or not isinstance(handler.body[-1], ast.Raise)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_float_in_the_domain_and_the_use_cases() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files(LAYER / "domain", LAYER / "usecases")
        for line in floats(parsed(path))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (floats, "price = 1.5"),
        (floats, "float(text)"),
        (sleeps, "time.sleep(1)"),
        (sleeps, "from time import monotonic\nself.clock.sleep(1)"),
        (broad_handlers, "try: f()\nexcept Exception: pass"),
        (broad_handlers, "try: f()\nexcept: pass"),
        (broad_handlers, "try: f()\nexcept (KeyError, BaseException): pass"),
    ],
)
def test_the_other_rules_see_a_breach(rule: object, source: str) -> None:
    assert list(rule(ast.parse(source)))


def test_a_function_is_one_module_and_imports_no_sibling() -> None:
    for folder in sorted(path for path in FUNCTIONS.iterdir() if path.is_dir() and path.name != "__pycache__"):
        assert sorted(p.name for p in folder.iterdir() if p.name != "__pycache__") == ["app.py"]
        names = [name for _, name in imports(parsed(folder / "app.py"))]
        assert not [name for name in names if name.startswith("functions")], folder


LIBRARYS_ONLY = re.compile(r"kw_only=|eq=False|repr=False\)|\bis_dataclass\b|FrozenInstanceError")
LIGHT = LAYER / "domain" / "values" / "light_dataclasses.py"


def heavy_dataclasses(text: str) -> bool:
    """Whether a module takes the library's dataclasses for what the light ones do in a tenth of the time (decision 198)."""
    return bool(re.search(r"^(from dataclasses import|import dataclasses)", text, re.MULTILINE)) and not (
        LIBRARYS_ONLY.search(text)
    )


def test_the_layer_takes_the_librarys_dataclasses_for_what_light_ones_cannot_do() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in files(LAYER)
        if path != LIGHT and heavy_dataclasses(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "from lotbook.domain.values.light_dataclasses: " + ", ".join(wrong)
    assert heavy_dataclasses("from dataclasses import dataclass\n\n\n@dataclass(frozen=True, slots=True)")
    assert not heavy_dataclasses("from dataclasses import dataclass\n\n\n@dataclass(frozen=True, kw_only=True)")
