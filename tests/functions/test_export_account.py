"""One archive of everything that is kept of an account: complete, page by page, without secrets, and again after erasing."""

from __future__ import annotations

import json
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from lotbook import wiring
from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.formats import Format
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.sales.purchase import Purchase
from operate import export_account, exporting
from operate.exporting import NOT_OF_A_PURCHASE, Exporting
from operate.stack import Stack
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Api
from tests.functions.test_erase_account import PATH, gateway, planted, swept
from tests.operate.terminal import on

__all__ = ["gateway"]
# Every stored kind: in which file of the archive it is, or why it is in none.
WHERE = {
    "account": "account",
    "closing": "account: since when, and why; the rest is the program's",
    "billing": "billing-details",
    "purchase": "purchases",
    "entry": "entries, lots, open-holds",
    "note": "entries: metadata",
    "book": "balance, open-holds",
    "policy": "policies",
    "auto event": "automatic-purchase",
    "stray": "strays",
    "marker": "a digest of what is in the archive anyway",
    "directory": "account: where it is found",
    "mark": "how far the audit has come",
    "latch": "how far news were told",
    "notice": "an instant at which news are to be told",
    "mail": "that a mail was sent; none is kept",
    "policy use": "the seller's",
    "service key": "a secret",
    "pass": "a secret",
    "cursor key": "a secret",
    "journal": "the seller's",
    "sweep": "the program's",
    "endpoint": "the seller's",
    "endpoint's secrets": "a secret",
    "delivery": "the seller's: what was sent is in the other files",
    "lane": "the program's",
    "report": "the seller's books: worked out from what is in the other files",
}


def archived(table: Table, path: Path) -> dict[str, list[dict[str, Any]]]:
    export_account.export("acme", path, Exporting(table, wiring.clock()))
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        found = {}
        for name, told in manifest["files"].items():
            text = archive.read(name)
            assert sha256(text).hexdigest() == told["sha256"]
            found[name.removesuffix(".jsonl")] = [json.loads(line) for line in text.splitlines()]
            assert len(found[name.removesuffix(".jsonl")]) == told["lines"]
        assert set(archive.namelist()) == {*manifest["files"], "manifest.json"}
    return found


def test_every_stored_kind_is_in_the_archive_or_says_why_not() -> None:
    assert {made.kind for made in vars(formats).values() if isinstance(made, Format)} == set(WHERE)


def test_the_archive_has_everything_that_was_said_and_no_secret(
    api: Api, gateway: FakeGateway, environment: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 2)
    planted(api, gateway)
    found = archived(environment, tmp_path / "acme.zip")
    text = json.dumps(found)
    said = {f"zzq{number:02d}" for number in range(1, 25)}
    assert {mark for mark in said if mark not in text} == set()
    assert "zzq25" not in text, "who was let in to the billing page is in no archive"
    assert len(found["purchases"]) == 3
    entries = api.call(f"GET {ACCOUNT}/entries", path=PATH, query={"limit": "100"}).ok()["entries"]
    assert found["entries-credits"] == entries
    assert found["balance-credits"] == [api.call(f"GET {ACCOUNT}/balance", path=PATH).ok()]
    assert [hold["credits"] for hold in found["open-holds-credits"]] == [9]
    assert sum(lot["credits"] for lot in found["lots-credits"]) == 1_005
    assert [each["version"] for each in found["policies"]] == [1]
    assert found["account"][0]["stored"]["email"] == "zzq15@x.example"
    for secret in ("digest", "lbk_", "checkout_request", 'fingerprint": "k'):
        assert secret not in text


def test_of_a_purchase_nothing_is_left_out_but_what_the_program_keeps_for_itself() -> None:
    assert {field.name for field in fields(Purchase)} >= NOT_OF_A_PURCHASE


def test_after_erasing_the_archive_names_nobody_and_has_the_same_entries(
    api: Api, gateway: FakeGateway, environment: Table, tmp_path: Path
) -> None:
    planted(api, gateway)
    before = archived(environment, tmp_path / "a.zip")["entries-credits"]
    api.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=PATH).ok()
    api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)
    swept(api, 60_000)
    found = archived(environment, tmp_path / "b.zip")
    assert "zzq" not in json.dumps(found)
    assert [each["entry_id"] for each in found["entries-credits"]] == [each["entry_id"] for each in before]


def test_an_account_that_is_not_there_leaves_no_file(
    api: Api, tmp_path: Path, environment: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Stack({"Table": environment.name}, lambda _: environment.client)
    assert on(found, "accounts", "export", "nobody", str(tmp_path / "acme.zip")) == 1
    assert "There is no account nobody" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
