"""The house rules that a syntax tree can show: who imports whom, who may ask for time, randomness and the environment."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYER = ROOT / "layers" / "lotbook" / "python" / "lotbook"
FUNCTIONS = ROOT / "functions"
LONGEST_FILE = 400

# What each part of the house may import of Lotbook itself.
ALLOWED = {
    "domain": {"domain"},
    "ports": {"ports", "domain"},
    "usecases": {"usecases", "ports", "domain"},
    "adapters": {"adapters", "ports", "domain"},
    "api": {"api", "usecases", "domain"},
    "settings": set(),
    "wiring": {"wiring", "settings", "api", "usecases", "adapters", "ports", "domain"},
    "functions": {"api", "wiring", "usecases", "domain"},
}
# Where a package from outside may be imported; one that is not named here may be imported nowhere.
PACKAGES = {
    "boto3": {"adapters", "wiring"},
    "botocore": {"adapters", "wiring"},
    "stripe": {"adapters", "wiring"},
    "jwt": {"adapters"},
    "cryptography": {"adapters"},
    "pydantic": {"api"},
    "pydantic_core": {"api"},
    "aws_lambda_powertools": {"api", "functions"},
}
MACHINE = {LAYER / "adapters" / "system.py", LAYER / "settings.py"}  # may ask for time, randomness, environment
MACHINE_NAMES = re.compile(
    r"(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime)|uuid\.uuid\d|uuid4|uuid1"
    r"|os\.(environ|getenv|urandom)|random\.(random|uniform|choice|randint|sample|shuffle|Random)|secrets\.(token_\w+|choice|randbelow)|environ|getenv|urandom)"
)
VENDORS = re.compile(r"insurestack|9pic|gocontent|diaflow", re.IGNORECASE)


def part_of(path: Path) -> str:
    """The part of the house that a file belongs to."""
    if path.is_relative_to(FUNCTIONS):
        return "functions"
    return part_of_module("lotbook." + ".".join(path.relative_to(LAYER).with_suffix("").parts))


def part_of_module(name: str) -> str:
    """The part of the house that a module of the layer belongs to."""
    head = name.split(".")[1]
    return "ports" if head.startswith("ports") else head


def deployed_files() -> list[Path]:
    return sorted([*LAYER.rglob("*.py"), *FUNCTIONS.rglob("*.py")])


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported; `from lotbook import wiring` counts as `lotbook.wiring`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            if node.module == "lotbook":
                yield from ((node.lineno, f"lotbook.{name.name}") for name in node.names)
            else:
                yield node.lineno, node.module or ""


def wrong_imports(path: Path, tree: ast.AST) -> list[str]:
    part, wrong = part_of(path), []
    for line, name in imports(tree):
        package = name.split(".")[0]
        if package == "lotbook":
            allowed = part_of_module(name) in ALLOWED[part]
        elif package in sys.stdlib_module_names:
            allowed = True
        else:
            allowed = part in PACKAGES.get(package, set())
        if not allowed:
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {part} must not import {name}")
    return wrong


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, else ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def machine_calls(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        name = dotted(node)
        tail = ".".join(name.split(".")[-2:])
        if MACHINE_NAMES.fullmatch(tail) and not isinstance(getattr(node, "ctx", None), ast.Store):
            found.append((node.lineno, name))
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "uuid", "random", "secrets", "time"):
            found += [
                (node.lineno, f"{node.module}.{n.name}") for n in node.names if n.name not in ("PathLike", "monotonic")
            ]
    return found


def broad_handlers(tree: ast.AST) -> list[ast.ExceptHandler]:
    """Handlers that catch everything."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in kinds):
                found.append(node)
    return found


def test_imports_run_one_way() -> None:
    wrong = [line for path in deployed_files() for line in wrong_imports(path, ast.parse(path.read_text()))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/credits/lots.py", "from lotbook.ports.shop import Clock"),
        ("domain/credits/lots.py", "import pydantic"),
        ("usecases/credits/consume.py", "from lotbook import wiring"),
        ("usecases/credits/consume.py", "def f():\n    import boto3"),
        ("adapters/dynamo/books.py", "from lotbook.usecases.credits.consume import consume"),
        ("adapters/dynamo/books.py", "from lotbook.settings import settings"),
        ("api/http/http.py", "from lotbook.adapters.system import SystemClock"),
        ("api/http/http.py", "import stripe"),
        ("api/http/http.py", "import yaml"),
    ],
)
def test_the_import_rule_sees_a_breach(path: str, source: str) -> None:
    assert wrong_imports(LAYER / path, ast.parse(source))


def test_only_the_machine_is_asked_for_time_randomness_and_environment() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in deployed_files()
        if path not in MACHINE
        for line, name in machine_calls(ast.parse(path.read_text()))
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
    assert machine_calls(ast.parse(source))


def test_nothing_sleeps() -> None:
    """Except to stand back after a conflict: `adapters/system.py` does that, inside named bounds."""
    for path in deployed_files():
        if path not in MACHINE:
            names = {dotted(node).rpartition(".")[2] for node in ast.walk(ast.parse(path.read_text()))}
            assert "sleep" not in names, path


def test_no_handler_catches_everything() -> None:
    """Catch what you can name; the rest crashes. The local run's stand-in for Lambda may turn any crash into its own error."""
    for path in deployed_files():
        found = broad_handlers(ast.parse(path.read_text()))
        assert not found, f"{path}:{found[0].lineno}"
    for path in sorted((ROOT / "local").rglob("*.py")):
        for handler in broad_handlers(ast.parse(path.read_text())):
            assert isinstance(handler.body[-1], ast.Raise), f"{path}:{handler.lineno}"


def test_no_float_in_the_domain_and_the_use_cases() -> None:
    for path in [*(LAYER / "domain").rglob("*.py"), *(LAYER / "usecases").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            value = node.value if isinstance(node, ast.Constant) else None
            cast = dotted(node.func) if isinstance(node, ast.Call) else ""
            assert not isinstance(value, float), f"{path}:{node.lineno}"
            assert cast != "float", f"{path}:{node.lineno}"


def test_no_vendor_is_named_in_deployed_code() -> None:
    """What differs between vendors is data: their policies."""
    for path in deployed_files():
        text = path.read_text()
        found = VENDORS.search(text)
        assert not found, f"{path}: {found and found[0]}"
        for node in ast.walk(ast.parse(text)):
            assert not (isinstance(node, ast.Constant) and node.value == "make"), f"{path}:{node.lineno}"


def test_no_file_is_longer_than_a_reader_bears() -> None:
    folders = [LAYER, FUNCTIONS, ROOT / "local", ROOT / "operate", ROOT / "tests"]
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for folder in folders
        for path in folder.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    assert not long, "\n".join(long)


def test_a_function_is_one_module_and_imports_no_sibling() -> None:
    for folder in sorted(path for path in FUNCTIONS.iterdir() if path.is_dir() and path.name != "__pycache__"):
        assert sorted(p.name for p in folder.iterdir() if p.name != "__pycache__") == ["app.py"]
        names = [name for _, name in imports(ast.parse((folder / "app.py").read_text()))]
        assert not [name for name in names if name.startswith(("functions", "local", "operate", "tests"))]
