"""What the template lets functions do: read as IAM reads it, and held against what they do."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.needs import Need, NotUnderstood, needs
from local.cloud.permissions import Statement, asking, checker, may, statements

READ = Statement(allows=True, actions=("dynamodb:GetItem", "dynamodb:Query"), resources=("Table",))
WRITE = Statement(allows=True, actions=("dynamodb:PutItem",), resources=("Table",), keys=("A#*", "B#*"))
NO_KEYS = Statement(allows=False, actions=("dynamodb:*",), resources=("Table",), keys=("K#*",), for_any=True)


def item(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "x"}}


@pytest.mark.parametrize(
    ("need", "allowed"),
    [
        (Need("dynamodb:GetItem", "Table", ("P#make",)), True),
        (Need("dynamodb:GetItem", "Table", ("K#hash",)), False),
        (Need("dynamodb:GetItem", "Table/index/due", ("book#01",)), False),
        (Need("dynamodb:Scan", "Table", ()), False),
        (Need("dynamodb:PutItem", "Table", ("A#acme",)), True),
        (Need("dynamodb:PutItem", "Table", ("A#acme", "B#acme#credits")), True),
        (Need("dynamodb:PutItem", "Table", ("A#acme", "P#make")), False),
        (Need("events:PutEvents", "Bus"), False),
    ],
)
def test_something_must_allow_it_and_nothing_deny_it(need: Need, allowed: bool) -> None:
    assert may((READ, WRITE, NO_KEYS), need) is allowed


def test_a_transaction_with_one_service_key_among_its_items_is_denied() -> None:
    anything = Statement(allows=True, actions=("dynamodb:*",), resources=("Table",))
    batch = Need("dynamodb:BatchGetItem", "Table", ("A#acme", "K#hash"))
    assert may((anything,), batch)
    assert not may((anything, NO_KEYS), batch)


@pytest.mark.parametrize(
    ("operation", "parameters", "wanted"),
    [
        ("GetItem", {"Key": item("A#a")}, [Need("dynamodb:GetItem", "Table", ("A#a",))]),
        ("PutItem", {"Item": item("A#a")}, [Need("dynamodb:PutItem", "Table", ("A#a",))]),
        (
            "Query",
            {"KeyConditionExpression": "pk = :pk AND sk < :sk", "ExpressionAttributeValues": {":pk": {"S": "S#a"}}},
            [Need("dynamodb:Query", "Table", ("S#a",))],
        ),
        (
            "Query",
            {
                "IndexName": "due",
                "KeyConditionExpression": "dp = :dp",
                "ExpressionAttributeValues": {":dp": {"S": "book#01"}},
            },
            [Need("dynamodb:Query", "Table/index/due", ("book#01",))],
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"Key": item("B#a")}}, {"Get": {"Key": item("A#a")}}]},
            [Need("dynamodb:GetItem", "Table", ("B#a",)), Need("dynamodb:GetItem", "Table", ("A#a",))],
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [item("L#a"), item("U#a")]}}},
            [Need("dynamodb:BatchGetItem", "Table", ("L#a", "U#a"))],
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"t": [{"PutRequest": {"Item": item("S#a")}}, {"DeleteRequest": {"Key": item("L#a")}}]}},
            [Need("dynamodb:BatchWriteItem", "Table", ("S#a", "L#a"))],
        ),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"Item": item("A#a")}}, {"ConditionCheck": {"Key": item("P#p")}}]},
            [
                Need("dynamodb:PutItem", "Table", ("A#a",)),
                Need("dynamodb:ConditionCheckItem", "Table", ("P#p",)),
            ],
        ),
    ],
)
def test_what_a_call_needs(operation: str, parameters: dict[str, Any], wanted: list[Need]) -> None:
    assert list(needs("dynamodb", operation, parameters)) == wanted


def test_a_statement_may_name_all_the_attributes_that_a_request_may_name() -> None:
    """As IAM does: those of the item and its key, and those in expressions, by whatever name they stand there."""
    own = Statement(
        allows=True, actions=("*",), resources=("Table",), keys=("A#*",), attributes=frozenset({"pk", "sk", "du", "dp"})
    )
    key = {"Key": item("A#a")}
    moved = key | {"UpdateExpression": "SET du = :until, #p = :p", "ExpressionAttributeNames": {"#p": "dp"}}
    asked: list[tuple[str, dict[str, Any], bool]] = [
        ("UpdateItem", moved, True),
        ("UpdateItem", moved | {"ConditionExpression": "attribute_exists(pk) AND du = :listed"}, True),
        ("UpdateItem", moved | {"ConditionExpression": "version = :read"}, False),
        ("UpdateItem", moved | {"ExpressionAttributeNames": {"#p": "dp", "#e": "email"}}, False),
        ("UpdateItem", key | {"UpdateExpression": "REMOVE email"}, False),
        ("PutItem", {"Item": item("A#a")}, True),
        ("PutItem", {"Item": item("A#a") | {"email": {"S": "x"}}}, False),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Update": moved}, {"Put": {"Item": item("A#a") | {"x": {"N": "1"}}}}]},
            False,
        ),
    ]
    for operation, parameters, allowed in asked:
        wanted = [may((own,), need) for need in needs("dynamodb", operation, parameters)]
        assert all(wanted) is allowed, parameters


def test_other_services_have_their_own_resources() -> None:
    asked = {"Name": "/lotbook/local/stripe-key", "WithDecryption": True}
    assert list(needs("ssm", "GetParameter", asked)) == [Need("ssm:GetParameter", "parameter/lotbook/local/stripe-key")]
    assert list(needs("events", "PutEvents", {})) == [Need("events:PutEvents", "Bus")]
    assert list(needs("s3", "GetObject", {})) == [Need("s3:GetObject", "?")], "which no statement names"


def test_mail_needs_its_sender_its_set_and_a_queue_its_name() -> None:
    asked = {"FromEmailAddress": "Make <billing@lotbook.invalid>", "ConfigurationSetName": "lotbook-local"}
    wanted = list(needs("sesv2", "SendEmail", asked))
    resources = [
        {"Fn::Sub": "arn:aws:ses:r:1:identity/*"},
        {"Fn::Sub": "arn:aws:ses:r:1:configuration-set/lotbook-local"},
    ]
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": resources}
    condition = {"Condition": {"StringEquals": {"ses:FromAddress": "billing@lotbook.invalid"}}}
    (given,) = statements(
        {"Policies": [{"Statement": [statement | condition]}]},
        {},
        lambda value: value["Fn::Sub"] if isinstance(value, dict) else value,
    )
    assert [may((given,), need) for need in wanted] == [True, True]
    other = list(needs("sesv2", "SendEmail", asked | {"FromEmailAddress": "somebody@lotbook.invalid"}))
    assert [may((given,), need) for need in other] == [False, False]
    (queue,) = needs("sqs", "SendMessage", {"QueueUrl": "http://localhost/000000000000/lotbook-local-autotopups"})
    assert queue.resource.casefold() == "AutoTopUps".casefold()


@pytest.mark.parametrize(
    "strange",
    [
        {"Effect": "Allow", "NotAction": "s3:*", "Action": "x", "Resource": {"Fn::GetAtt": "Table.Arn"}},
        {"Effect": "Allow", "Action": "x", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "x",
            "Resource": {"Fn::GetAtt": "Table.Arn"},
            "Condition": {"StringEquals": {"aws:SourceIp": "10.0.0.1"}},
        },
    ],
)
def test_a_statement_that_is_not_understood_is_refused(strange: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        statements({"Policies": [{"Statement": [strange]}]}, {}, str)


@pytest.fixture
def as_account() -> Iterator[None]:
    caller = asking.set("account")
    yield
    asking.reset(caller)


GET = SimpleNamespace(name="GetItem", service_model=SimpleNamespace(service_name="dynamodb"))


@pytest.mark.usefixtures("as_account")
def test_a_function_without_the_permission_is_told_as_aws_tells_it() -> None:
    check = checker({"account": (READ, NO_KEYS)})
    check(params={"Key": item("A#acme")}, model=GET)
    with pytest.raises(ClientError, match=r"template\.yaml does not let account do dynamodb:GetItem") as refused:
        check(params={"Key": item("K#hash")}, model=GET)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_what_no_function_asks_for_needs_no_permission() -> None:
    """The local run's own calls: tables, parameters, the demo's keys."""
    checker({})(params={"Key": item("K#hash")}, model=GET)
