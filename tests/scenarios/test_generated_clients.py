"""Clients generated from the document that the product serves, called against it: nothing has to be found out beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests import patience
from tests.clients import node
from tests.scenarios.conftest import Stack

CLIENTS = Path(__file__).resolve().parents[1] / "clients"
INSTALL_SECONDS, BUILD_SECONDS, CALL_SECONDS = 300, 300, patience.SECONDS
PYTHON_CLIENT = "generated_client"


@pytest.fixture(scope="module")
def document(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The served document as a file."""
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_bytes(stack.request("GET", "/v1/openapi.json", token="").raw)
    return path


@pytest.fixture(scope="module")
def python_client(document: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Finds a module of the Python client by its name inside it."""
    from openapi_python_client import generate  # which every worker would load to collect this file
    from openapi_python_client.config import Config, ConfigFile, MetaType

    folder = tmp_path_factory.mktemp("python")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]), MetaType.NONE, document, "utf-8", True, folder / PYTHON_CLIENT
    )
    warned = [f"{each.header}: {each.detail}" for each in generate(config=config)]
    assert warned == [], "a warning is a piece of the client that is missing"
    sys.path.insert(0, str(folder))
    yield lambda name: import_module(f"{PYTHON_CLIENT}.{name}")
    sys.path.remove(str(folder))


def test_openapi_python_client_makes_functions_that_are_called_as_they_read(
    stack: Stack, python_client: Callable[[str], Any]
) -> None:
    models, api = python_client("models"), python_client
    client = python_client("client").AuthenticatedClient(base_url=stack.base, token=stack.dev["service_key"])
    account_id = stack.fresh("py")
    body = models.AccountBody(account_id=account_id, policy_id="insurestack", region="US", email="ann@example.com")
    opened = api("api.accounts.open_account").sync(client=client, body=body)
    assert (type(opened), opened.state) == (models.Account, "active")

    burn, key = api("api.burning.consume_credits"), stack.fresh()
    burned = burn.sync(account_id, client=client, body=models.ConsumeBody(credits_=3), idempotency_key=key)
    assert (type(burned), burned.credits_, burned.available) == (models.Consumed, 3, 7)
    refused = burn.sync(account_id, client=client, body=models.ConsumeBody(credits_=99), idempotency_key=stack.fresh())
    assert (type(refused), refused.code) == (models.Problem, "insufficient_credits")
    assert refused.additional_properties["available"] == 7

    held = api("api.burning.hold_credits").sync(
        account_id, client=client, body=models.HoldBody(credits_=2), idempotency_key=stack.fresh()
    )
    captured = api("api.burning.capture_hold").sync(
        account_id, held.hold_id, client=client, body=models.CaptureBody(credits_=1), idempotency_key=stack.fresh()
    )
    assert (captured.captured, captured.released) == (1, 1)
    page = api("api.statement.list_entries").sync(account_id, client=client, limit=2)
    assert [entry.kind for entry in page.entries] == ["released", "captured"]
    assert page.next_cursor


@pytest.fixture(scope="module")
def workshop(pytestconfig: pytest.Config) -> Path:
    """The TypeScript tools as the lock file pins them, installed once into pytest's cache."""
    assert pytestconfig.cache is not None
    lock = (CLIENTS / "package-lock.json").read_bytes()
    folder: Path = pytestconfig.cache.mkdir(f"clients-{sha256(lock).hexdigest()[:16]}")
    for name in ("package.json", "package-lock.json", "build.mjs", "check.mjs", "client.ts"):
        shutil.copyfile(CLIENTS / name, folder / name)
    if not (folder / "node_modules" / ".package-lock.json").exists():  # what npm writes last
        command = [str(node.NODE), str(node.NPM), "ci", "--silent", "--no-audit", "--no-fund"]
        installed = subprocess.run(command, cwd=folder, timeout=INSTALL_SECONDS, capture_output=True, text=True)
        if installed.returncode:
            pytest.skip(f"npm could not install the TypeScript tools: {installed.stderr[-300:]}")
    return folder


def built(document: Path, workshop: Path) -> Path:
    """The folder of the compiled client; what was compiled from the very same files is not compiled again."""
    sources = [document, workshop / "build.mjs", workshop / "client.ts", workshop / "package-lock.json"]
    output = workshop / "built" / sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    if (output / "client.js").exists():
        return output
    command = [str(node.NODE), "build.mjs", str(document), str(output)]
    compiled = subprocess.run(command, cwd=workshop, timeout=BUILD_SECONDS, capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    return output


def test_openapi_typescript_needs_no_field_that_is_optional_and_knows_every_answer(
    stack: Stack, document: Path, workshop: Path
) -> None:
    """The client is checked by the compiler, strictly, and then run."""
    output = built(document, workshop)
    arguments = [stack.base, stack.dev["service_key"], stack.fresh("ts")]
    called = subprocess.run(
        [str(node.NODE), str(output / "client.js"), *arguments],
        cwd=workshop,
        timeout=CALL_SECONDS,
        capture_output=True,
        text=True,
    )
    assert called.returncode == 0, called.stderr
    assert json.loads(called.stdout) == {
        "state": "active",
        "burned": 3,
        "held": True,
        "granted": True,
        "available": 10,
        "kinds": ["granted", "held"],
        "more": True,
        "total": 3_000,
        "refused": "insufficient_credits",
    }


@pytest.mark.process
def test_our_typescript_client_and_its_example_pass_the_compiler_and_its_package_runs(
    workshop: Path, tmp_path: Path
) -> None:
    command = [str(node.NODE), "check.mjs", str(CLIENTS.parents[1] / "clients" / "typescript"), str(tmp_path)]
    checked = subprocess.run(command, cwd=workshop, timeout=BUILD_SECONDS, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    asking = "const { Lotbook, operations } = await import(process.argv[1]); console.log(Lotbook.name, operations.listEntries.path)"
    command = [str(node.NODE), "--input-type=module", "-e", asking, str(tmp_path / "src" / "index.js")]
    run = subprocess.run(command, timeout=CALL_SECONDS, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["Lotbook", "/v1/accounts/{account_id}/entries"]
