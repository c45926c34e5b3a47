"""Who may do what, as `template.yaml` says it: a table by function, action and kind of item."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.cloud.permissions import Need, may
from local.cloud.template import Template, load
from lotbook.adapters.dynamo import keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", {"Stage": "test"})


KEYS = {  # one partition key of each kind of item
    "account": keys.account("a")["pk"],
    "book": keys.book("a", "u")["pk"],
    "shelf": keys.shelf("a", "u", "n")["pk"],
    "lot ledger": keys.lot_ledger("a", "u", "n")["pk"],
    "burn ledger": keys.spread_ledger("a", "n")["pk"],
    "statement": keys.statement("a", "u", 1)["pk"],
    "policy": keys.policy_head("p")["pk"],
    "journal": keys.reconciliation_note("2026-01-31", "n")["pk"],
    "progress": keys.reconciliation_progress("n")["pk"],
    "stray": keys.stray("n")["pk"],
    "service key": keys.service_key("h")["pk"],
    "cursor key": keys.cursor_key()["pk"],
    "portal pass": keys.portal_pass("a", "link", "d")["pk"],
    "mail latch": keys.mail_latch("a", "k", "c")["pk"],
}
LEDGER = {"account", "book", "shelf", "lot ledger", "burn ledger"}
JOURNAL = {"journal", "progress", "stray"}


def who_may(template: Template, action: str, resource: str = "Table") -> dict[str, set[str]]:
    """Functions by name, with the kinds of items on which they may do this."""
    found = {
        function: {kind for kind, key in KEYS.items() if may(permissions, Need(action, resource, (key,)))}
        for function, permissions in template.permissions.items()
    }
    return {function: kinds for function, kinds in found.items() if kinds}


def test_only_the_authorizer_reads_service_keys_and_nobody_writes_them(template: Template) -> None:
    """A bug in one function must not be able to mint or read keys."""
    reads = who_may(template, "dynamodb:GetItem")
    assert reads.pop("authorizer") == {"service key"}
    assert reads.pop("mailer") == {"account", "book", "policy", "cursor key", "mail latch"}
    assert all(kinds == set(KEYS) - {"service key"} for kinds in reads.values())
    for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
        assert all("service key" not in kinds for kinds in who_may(template, f"dynamodb:{action}").values())


def test_nothing_is_deleted_but_notices_and_progress(template: Template) -> None:
    """An entry that is gone would turn a late duplicate into a second charge; IAM cannot tell items of one partition apart."""
    assert who_may(template, "dynamodb:DeleteItem") == {"expire": {"account"}, "reconcile": {"progress"}}
    assert who_may(template, "dynamodb:BatchWriteItem") == {"outbox": {"statement"}}
    assert who_may(template, "dynamodb:PartiQLDelete") == {}


def test_each_function_writes_what_is_its_business(template: Template) -> None:
    writes = who_may(template, "dynamodb:PutItem")
    assert writes.pop("account") == LEDGER | {"policy", "cursor key"}
    for pages in ("purchase", "plan"):
        assert writes.pop(pages) == LEDGER | {"cursor key"}
    assert writes.pop("portal") == LEDGER | {"cursor key", "portal pass"}
    assert writes.pop("mailer") == {"cursor key", "mail latch"}
    assert who_may(template, "dynamodb:UpdateItem").pop("mailer") == {"account"}
    for keeps_strays in ("webhook", "recheck", "reconcile", "auto_top_up"):
        assert writes.pop(keeps_strays) == LEDGER | JOURNAL
    assert set(writes) == {"consume", "expire", "audit", "outbox"}
    assert all(kinds == LEDGER for kinds in writes.values())


def test_only_schedules_see_what_is_due_and_nobody_scans(template: Template) -> None:
    due = who_may(template, "dynamodb:Query", f"Table/index/{keys.DUE_INDEX}")
    assert set(due) == {schedule.function for schedule in template.schedules}
    assert who_may(template, "dynamodb:Scan") == {}


def test_only_what_talks_to_the_gateway_may_read_its_secrets(template: Template) -> None:
    for parameter in ("stripe-key", "stripe-webhook-secrets"):
        need = Need("ssm:GetParameter", f"parameter/lotbook/test/{parameter}")
        users = {function for function, permissions in template.permissions.items() if may(permissions, need)}
        assert users == {"purchase", "plan", "portal", "webhook", "recheck", "reconcile", "auto_top_up"}
    asking = {name for name, given in template.permissions.items() if may(given, Need("sqs:SendMessage", "AutoTopUps"))}
    assert asking == {"outbox"}
    announcing = {name for name, given in template.permissions.items() if may(given, Need("events:PutEvents", "Bus"))}
    assert announcing == {"outbox", "expire"}


def test_no_statement_allows_everything(template: Template) -> None:
    """That a resource is named is said by `local.cloud.cloud.permissions`, which reads nothing else."""
    for name, given in template.permissions.items():
        assert not [action for each in given if each.allows for action in each.actions if "*" in action], name
