"""README and docs/, followed by a reader: each page's blocks in their order against the running product, and what they show is what comes."""

from __future__ import annotations

import io
import json
import re
import ssl
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.docs_site import reference
from local.site.examples import Example, curl, python, typescript
from local.site.markdown import Block
from lotbook_client import ApiError
from tests.clients import node
from tests.docs import answers
from tests.docs.blocks import of, pages
from tests.docs.recorder import Recorder, recorder
from tests.docs.shell import ROOT, Shell
from tests.scenarios.conftest import Stack, call, eventually

RUNNER = ROOT / "tests" / "docs" / "run.mjs"
CLIENT = ROOT / "clients" / "typescript" / "src" / "index.ts"
MOST_PAGES = 50  # of accounts, on the console
ACME = "acme"  # the customer of all pages: here a new account for each
OPENS_IT = re.compile(r'"account_id": "acme"|open_account\(|openAccount\(')
PAGES = {
    page: found for page, text in pages().items() if (found := [each for each in of(page, text) if not each.not_run])
}
FOLLOWED = [page for page, found in PAGES.items() if any(each.language in ("bash", "python") for each in found)]
IN_NODE = [page for page, found in PAGES.items() if any(each.language == "ts" for each in found)]


class Reader:
    """Somebody who follows a page: a terminal, a Python, and a browser in which opened checkouts are paid."""

    def __init__(self, stack: Stack, page: str, folder: Path) -> None:
        self.stack, self.page = stack, page
        self.account = stack.fresh("doc")
        environment = {
            "LOTBOOK_URL": stack.base,
            "LOTBOOK_KEY": stack.dev["service_key"],
            "DATA_DIR": str(stack.directory),
        }
        self._shell = Shell(environment, folder / "errors")
        self._names: dict[str, Any] = {"__name__": page}
        if not OPENS_IT.search("".join(each.text for each in PAGES[page])):
            opened = {"account_id": self.account, "policy_id": "insurestack", "region": "US", "email": "a@example.com"}
            stack.post("/v1/accounts", opened).ok(201)

    def follows(self) -> Iterator[str]:
        """Each block in turn; what differs from what the page shows."""
        printed, statuses = "", list[int]()
        for block in PAGES[self.page]:
            if block.language == "bash":
                printed, statuses = self._shell.paste(self._mine(block.text))
                refused = [each for each in statuses if each >= 400]
                yield from (f"{block.place}: answered {each}" for each in refused if not self._shows(block, each))
            elif block.language == "python":
                printed = self._runs(block)
                told = answers.prints_as_told(self._mine(block.text), printed, "#")
                yield from (f"{block.place}: {each}" for each in told)
            elif block.language == "json" and printed:
                shown = json.loads(self._mine(block.text))
                yield from (f"{block.place}: {each}" for each in answers.differences(shown, answers.last_json(printed)))
            self._pays(printed)

    def _mine(self, text: str) -> str:
        return re.sub(rf"\b{ACME}\b(?!\.example)", self.account, text)

    def _runs(self, block: Block) -> str:
        said = io.StringIO()
        with redirect_stdout(said):
            exec(compile(self._mine(block.text), block.place, "exec"), self._names)
        return said.getvalue()

    def _shows(self, block: Block, status: int) -> bool:
        """Whether the page shows this refusal below the block."""
        later = PAGES[self.page][PAGES[self.page].index(block) + 1 :]
        return bool(later) and later[0].language == "json" and json.loads(later[0].text).get("status") == status

    def _pays(self, printed: str) -> None:
        """As a reader does in the browser: with the good card; and sees what the webhook made of it."""
        for address in re.findall(rf"{re.escape(self.stack.stripe)}/[^\s\"']*", printed):
            path = address.removeprefix(self.stack.stripe)
            if "/pay" not in path:
                self.stack.control(f"{path}/pay", {"card": "4242424242424242"})
                eventually(self._nothing_is_pending, "the webhook completes what was paid")

    def _nothing_is_pending(self) -> bool:
        accounts = (self.account, "insurestack")
        found = [self.stack.get(f"/v1/accounts/{each}/purchases") for each in accounts]
        rows = [row for each in found if each.status == 200 for row in each.body["purchases"]]
        return all(row["state"] not in ("pending", "processing") for row in rows)

    def close(self) -> None:
        self._shell.close()


@pytest.mark.parametrize("document", FOLLOWED)  # a `page` would be the browser's
def test_a_page_does_what_it_says(stack: Stack, document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTBOOK_URL", stack.base)
    monkeypatch.setenv("LOTBOOK_KEY", stack.dev["service_key"])
    reader = Reader(stack, document, tmp_path)
    try:
        assert not list(reader.follows())
    finally:
        reader.close()


def test_the_console_lists_the_accounts(stack: Stack) -> None:
    """What the first page sends its reader to. The functions' own client of the table knows no scan, and this needs one."""
    account = stack.open_account("insurestack")
    shown = call("GET", f"{stack.base}/_local/console/accounts/{account}")
    assert shown.status == 200
    pages = (call("GET", f"{stack.base}/?page={page}").raw.decode() for page in range(1, MOST_PAGES))
    assert any(account in page for page in pages)


def test_typescript_of_all_pages_and_of_the_reference_in_one_node(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTBOOK_KEY", stack.dev["service_key"])
    calls = list(reference().calls())
    texts = {page: "\n".join(each.text for each in PAGES[page] if each.language == "ts") for page in IN_NODE}
    with recorder({(each.operation.method, each.target): sample["answer"] for each, sample in calls}) as kept:
        modules = [(stack.base, page, _with_an_account(stack, text)) for page, text in texts.items()]
        modules += [(kept.address, each.operation.name, typescript(each)) for each, _ in calls]
        found = in_one_node(tmp_path, modules)
        assert came(kept) == sent(calls)
    refused = {each.operation.name for each, sample in calls if sample["answer"]["status"] >= 400}
    assert {name for name, told in found.items() if told["error"]} == refused, found
    told = [each for page, text in texts.items() for each in answers.prints_as_told(text, _printed(found[page]), "//")]
    assert not told


def in_one_node(folder: Path, modules: list[tuple[str, str, str]]) -> dict[str, Any]:
    """What each of (address, name, text) printed, and the error that it ended with."""
    written = {}
    for at, (_, name, text) in enumerate(modules):
        written[name] = folder / f"{at}.ts"
        written[name].write_text(text.replace('"lotbook-client"', json.dumps(str(CLIENT))))
    arguments = [part for address, name, _ in modules for part in (address, str(written[name]))]
    found = node.run(RUNNER, *arguments)
    return {name: found[str(path)] for name, path in written.items()}


def _printed(told: dict[str, Any]) -> str:
    return "\n".join(told["lines"])


def _with_an_account(stack: Stack, text: str) -> str:
    return re.sub(rf"\b{ACME}\b(?!\.example)", stack.open_account("insurestack"), text)


def sent(calls: list[tuple[Example, Any]]) -> list[tuple[Any, ...]]:
    """What the sample requests are: method, path, query, key and body."""
    return [
        (each.operation.method, each.target, sample.get("query", {}), each.key, sample.get("body"))
        for each, sample in calls
    ]


def answered(sample: Any) -> Any:
    """A route that the samples see refused only is refused here as well."""
    return pytest.raises(ApiError) if sample["answer"]["status"] >= 400 else nullcontext()


def came(kept: Recorder) -> list[tuple[Any, ...]]:
    return [(each.method, each.path, each.query, each.key, each.body) for each in kept.taken()]


@pytest.mark.process
def test_the_references_curl_and_python_send_the_sample_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The samples are played against the product by tests/functions/test_samples.py: what equals them works."""
    calls = list(reference().calls())
    assert {each.operation.name for each, _ in calls} == {each.name for each in reference().operations()}
    with recorder({(each.operation.method, each.target): sample["answer"] for each, sample in calls}) as kept:
        monkeypatch.setenv("LOTBOOK_URL", kept.address)
        monkeypatch.setenv("LOTBOOK_KEY", "lbk_key")
        monkeypatch.setattr(
            ssl, "create_default_context", cache(ssl.create_default_context)
        )  # not for each client anew
        for each, sample in calls:
            with redirect_stdout(io.StringIO()), answered(sample):
                exec(compile(python(each), each.operation.name, "exec"), {})
        assert came(kept) == sent(calls)
        shell = Shell({}, tmp_path / "errors")
        shell.paste("\n".join(curl(each) for each, _ in calls))
        shell.close()
        tokens = [each.token for each in kept.came]
        assert came(kept) == sent(calls)
        assert tokens == [None if each.public else "Bearer lbk_key" for each, _ in calls]
