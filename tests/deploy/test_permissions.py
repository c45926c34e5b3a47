"""Who may do what, as `template.yaml` says it: a table by function, action and kind of item (decisions 37, 123)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from local.cloud.intrinsics import read
from local.cloud.needs import Need
from local.cloud.permissions import may
from local.cloud.template import Template, load
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.purchase_items import due, to_values
from lotbook.domain.accounts.account import Account
from lotbook.domain.sales.auto_history import AutoEvent
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.reversals import MoneyBack
from tests.fakes.purchases import a_purchase

ROOT = Path(__file__).resolve().parents[2]
RESOURCES: Mapping[str, Any] = read(ROOT / "template.yaml")["Resources"]
PLACE = {"pk", "sk", formats.NAME}
IN_THE_INDEX = {"dp", "du"}
OF_AN_ACCOUNT = {each.name for each in fields(Account)}
OF_A_PURCHASE = {*to_values(a_purchase(money_back=(MoneyBack(1, 1),))), *due(a_purchase())}
OF_AN_EVENT = {each.name for each in fields(AutoEvent)}
KINDS = {  # one item of each kind: its key, and its attributes where a statement names any
    "account": (keys.account("a"), OF_AN_ACCOUNT),
    "purchase": (keys.purchase("a", "p"), OF_A_PURCHASE),
    "billing": (keys.billing("a"), {each.name for each in fields(BillingRecord)}),
    "auto event": (keys.auto_event("a", "e"), OF_AN_EVENT),
    "marker": (keys.idempotency("a", "buy", "f"), {"key", "record"}),
    "hold marker": (keys.hold_marker("a", "f"), {"key", "record"}),
    "latch": (keys.latch("a", "u"), {"seq", "said"}),
    "notice": (keys.notice("a", "u", "l"), IN_THE_INDEX),
    "book": (keys.book("a", "u"), {"lots"}),
    "note": (keys.note("a", "n", "d"), {"metadata"}),
    "directory": (keys.directory("2026", "n"), {"account_id"}),
    "shelf": (keys.shelf("a", "u", "n"), {"lots"}),
    "lot ledger": (keys.lot_ledger("a", "u", "n"), {"seq"}),
    "burn ledger": (keys.spread_ledger("a", "n"), {"seq"}),
    "statement": (keys.statement("a", "u", 1), {"seq"}),
    "policy": (keys.policy_head("p"), {"newest"}),
    "policy use": (keys.policy_use("p", "unit", "u"), {"account"}),
    "journal": (keys.reconciliation_note("2026-01-31", "n"), {"at"}),
    "progress": (keys.reconciliation_progress("n"), {"at"}),
    "stray": (keys.stray("n"), {"at"}),
    "memory": (keys.stumble("k", "n"), {"times"}),
    "next run": (keys.next_run("n"), {"ttl"}),
    "report": (keys.report_month("2026-01", "a"), {"content"}),
    "audit mark": (keys.audit_mark("a", "unit#u"), {"content"}),
    "service key": (keys.service_key("h"), {"scopes"}),
    "cursor key": (keys.cursor_key(), {"secret"}),
    "portal pass": (keys.portal_pass("a", "link", "d"), {"ends"}),
    "mail latch": (keys.mail_latch("a", "k", "c"), {"at"}),
    "endpoint": (keys.endpoint("e"), {"url"}),
    "endpoint secrets": (keys.endpoint_secrets("e"), {"secret_0"}),
    "delivery": (keys.delivery("e", "d"), {"state"}),
    "lane": (keys.lane("e", 1), {"taken_until"}),
}
SENT = {"delivery", "lane"}
LEDGER = {"book", "shelf", "lot ledger", "burn ledger"}
ACCOUNTS = {"account", "purchase", "billing", "auto event", "marker"}
JOURNAL = {"journal", "progress", "stray"}


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", {"Stage": "test"})


def who_may(template: Template, action: str, resource: str = "Table") -> dict[str, set[str]]:
    """Functions by name, with the kinds of items on which they may do this to all attributes."""
    found: dict[str, set[str]] = {}
    for function, permissions in template.permissions.items():
        for kind, (key, attributes) in KINDS.items():
            if may(permissions, Need(action, resource, (key["pk"],), attributes=frozenset(PLACE | attributes))):
                found.setdefault(function, set()).add(kind)
    return found


def test_only_the_authorizer_reads_service_keys_and_nobody_writes_them(template: Template) -> None:
    """A bug in one function must not be able to mint or read keys."""
    reads = who_may(template, "dynamodb:GetItem")
    assert reads.pop("authorizer") == {"service key"}
    assert reads.pop("mailer") == ACCOUNTS | {
        "book",
        "latch",
        "notice",
        "policy",
        "cursor key",
        "mail latch",
        "endpoint",
    }
    assert reads.pop("consume") == ACCOUNTS | LEDGER | {"policy", "hold marker"}
    assert reads.pop("endpoints") == SENT | {"endpoint", "cursor key"}
    assert reads.pop("relay") == SENT | {"endpoint", "endpoint secrets"}  # and nobody else reads these
    assert all(kinds == set(KINDS) - {"service key", "endpoint secrets"} for kinds in reads.values())
    for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
        assert all("service key" not in kinds for kinds in who_may(template, f"dynamodb:{action}").values())


def test_nothing_is_deleted_but_notices_progress_and_the_memory_of_sweeps(template: Template) -> None:
    """An entry that is gone would turn a late duplicate into a second charge. BatchWriteItem deletes, too."""
    deletes = who_may(template, "dynamodb:DeleteItem")
    assert deletes.pop("expire") == {"latch", "notice", "memory", "next run"}  # of one partition
    assert deletes.pop("account") == {"directory"}
    assert deletes.pop("recheck") == {"directory", "memory", "next run"}
    assert deletes.pop("reconcile") == {"progress"}
    assert deletes.pop("endpoints") == {"endpoint", "endpoint secrets"}
    assert deletes == {name: {"memory", "next run"} for name in deletes}
    assert who_may(template, "dynamodb:BatchWriteItem") == {"outbox": {"statement"}}  # copies of entries
    for action in ("PartiQLDelete", "PartiQLUpdate", "PartiQLInsert"):
        assert who_may(template, f"dynamodb:{action}") == {}


def test_each_function_puts_what_is_its_business(template: Template) -> None:
    puts = who_may(template, "dynamodb:PutItem")
    assert puts.pop("account") == LEDGER | ACCOUNTS | {"directory", "policy", "policy use", "cursor key", "note"}
    for pages in ("purchase", "plan"):
        assert puts.pop(pages) == LEDGER | ACCOUNTS | {"cursor key"}
    assert puts.pop("portal") == LEDGER | ACCOUNTS | {"cursor key", "portal pass"}
    for keeps_strays in ("webhook", "auto_top_up"):
        assert puts.pop(keeps_strays) == LEDGER | ACCOUNTS | JOURNAL
    assert puts.pop("reconcile") == LEDGER | ACCOUNTS | JOURNAL | {"next run"}
    assert puts.pop("recheck") == LEDGER | ACCOUNTS | JOURNAL | {"memory", "next run"}
    assert puts.pop("mailer") == {"cursor key", "mail latch"}
    assert puts.pop("consume") == LEDGER | {"note", "purchase", "auto event", "hold marker"}
    assert puts.pop("expire") == LEDGER | {"purchase", "memory", "next run"}
    assert puts.pop("outbox") == {"statement", "latch", "notice", "policy use"}
    assert puts.pop("report") == {"report", "next run"}
    assert puts.pop("audit") == {"policy use", "next run", "audit mark"}
    assert puts.pop("endpoints") == SENT | {"endpoint", "endpoint secrets", "cursor key"}
    assert puts.pop("relay") == SENT | {"endpoint", "next run"}
    assert puts == {}


def test_each_function_changes_what_is_its_business(template: Template) -> None:
    """Whoever burns or renews changes accounts, and none of what is filed with them; the audit changes nothing that it audits."""
    updates = who_may(template, "dynamodb:UpdateItem")
    for sells in ("account", "purchase"):
        assert updates.pop(sells) == LEDGER | ACCOUNTS
    for ends_sessions in ("portal", "plan"):
        assert updates.pop(ends_sessions) == LEDGER | ACCOUNTS | {"portal pass"}
    assert updates.pop("recheck") == LEDGER | ACCOUNTS | JOURNAL | {"portal pass", "statement", "note", "hold marker"}
    for keeps_strays in ("webhook", "auto_top_up", "reconcile"):
        assert updates.pop(keeps_strays) == LEDGER | ACCOUNTS | JOURNAL
    assert updates.pop("consume") == LEDGER | {"account"}
    assert updates.pop("expire") == LEDGER | {"account", "latch", "notice"}
    assert updates.pop("mailer") == {"account"}
    assert updates.pop("endpoints") == {"endpoint", "endpoint secrets"}
    assert updates.pop("relay") == SENT
    assert updates == {}
    for name, moved in (("audit", IN_THE_INDEX), ("audit", {"du"})):
        need = Need("dynamodb:UpdateItem", "Table", ("A#a",), attributes=frozenset({"pk", "sk", *moved}))
        assert may(template.permissions[name], need)


@pytest.mark.parametrize(("policy", "attributes"), [("AccountChanges", OF_AN_ACCOUNT), ("PurchaseRows", OF_A_PURCHASE)])
def test_the_attributes_that_a_statement_names_are_those_that_the_code_writes(
    policy: str, attributes: set[str]
) -> None:
    """One that is missing there would refuse every renewal on a burn's way."""
    (statement,) = RESOURCES[policy]["Properties"]["PolicyDocument"]["Statement"]
    assert set(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:Attributes"]) == (
        PLACE | IN_THE_INDEX | attributes
    )


def test_only_schedules_see_what_is_due_and_nobody_scans(template: Template) -> None:
    due_index = who_may(template, "dynamodb:Query", f"Table/index/{keys.DUE_INDEX}")
    beside = {"relay", "report"}  # the reports find accounts in the directory
    assert set(due_index) | beside == {schedule.function for schedule in template.schedules}
    for what, seen in (("delivery#00", True), ("book#00", False)):  # the relay looks for deliveries alone
        need = Need("dynamodb:Query", f"Table/index/{keys.DUE_INDEX}", (what,))
        assert may(template.permissions["relay"], need) == seen
    assert who_may(template, "dynamodb:Scan") == {}


def allowed(template: Template, action: str, resource: str) -> set[str]:
    return {name for name, given in template.permissions.items() if may(given, Need(action, resource))}


def test_only_what_talks_to_the_gateway_reads_its_key_and_only_the_webhook_its_secrets(template: Template) -> None:
    asks = {"purchase", "plan", "portal", "webhook", "recheck", "reconcile", "auto_top_up", "report"}
    assert allowed(template, "ssm:GetParameter", "parameter/lotbook/test/stripe-key") == asks
    assert allowed(template, "ssm:GetParameter", "parameter/lotbook/test/stripe-webhook-secrets") == {"webhook"}


def test_who_asks_for_automatic_purchases_who_announces_and_who_mails(template: Template) -> None:
    assert allowed(template, "sqs:SendMessage", "AutoTopUps") == {"outbox"}
    assert allowed(template, "events:PutEvents", "Bus") == {"outbox", "expire", "relay"}
    assert allowed(template, "sqs:SendMessage", "Deliveries") == {"endpoints", "relay"}
    assert {name for name, given in template.permissions.items() if "ses:SendEmail" in str(given)} == {"mailer"}


def test_what_a_stream_or_queue_feeds_reads_that_one_alone(template: Template) -> None:
    """SAM would give such a function every stream, or every queue, of the AWS account."""
    fed = {
        name
        for name, each in RESOURCES.items()
        if each["Type"] == "AWS::Serverless::Function"
        and any(event["Type"] in ("SQS", "DynamoDB") for event in each["Properties"].get("Events", {}).values())
    }
    assert {name for name in fed if "Role" in RESOURCES[name]["Properties"]} == fed
    assert allowed(template, "dynamodb:GetRecords", "Table/stream/*") == {"outbox"}
    for queue, function in (
        *(("AutoTopUps", "auto_top_up"), ("Mails", "mailer")),
        *(("News", "relay"), ("Deliveries", "relay")),
    ):
        assert allowed(template, "sqs:ReceiveMessage", queue) == {function}


def test_no_statement_allows_everything(template: Template) -> None:
    """That a resource is named is said by `local.cloud.permissions`, which reads nothing else."""
    for name, given in template.permissions.items():
        assert not [action for each in given if each.allows for action in each.actions if "*" in action], name
