"""Mails in `template.yaml`: who may send what, what is copied to the queue, and that a burn carries none of it."""

from __future__ import annotations

from local.cloud.needs import Need
from local.cloud.permissions import may
from local.cloud.template import load
from lotbook.domain.mails.latches import LEASE
from lotbook.domain.mails.occasions import EVENT_TYPES
from tests.deploy.test_template import DOCUMENT, ROOT, of_type


def test_mails_are_sent_by_one_function_from_one_address_about_events_that_have_a_mail() -> None:
    with_sender = load(ROOT / "template.yaml", {"Stage": "test", "MailFrom": "billing@shop.example"})
    for resource in ("identity/*", "configuration-set/lotbook-test"):
        asked = Need("ses:SendEmail", resource, sender="billing@shop.example")
        assert [name for name, given in with_sender.permissions.items() if may(given, asked)] == ["mailer"]
        other = Need("ses:SendEmail", resource, sender="ceo@shop.example")
        assert not any(may(given, other) for given in with_sender.permissions.values())
    mailed = [rule for rule in with_sender.rules if "mails" in rule.queue]
    news, returns = mailed
    assert set(news.pattern["detail-type"]) == set(EVENT_TYPES)
    assert returns.pattern["detail"] == {"mail": {"tags": {"ses:configuration-set": ["lotbook-test"]}}}
    assert {rule.queue for rule in mailed} == {
        source.queue for source in with_sender.queues if source.function == "mailer"
    }
    without = load(ROOT / "template.yaml", {"Stage": "test"}).rules
    assert not [rule for rule in without if "mails" in rule.queue], "without a sender nothing is copied, nothing mailed"
    mailer, queue = of_type("AWS::Serverless::Function")["MailerFunction"], of_type("AWS::SQS::Queue")["Mails"]
    assert mailer["Timeout"] * 1_000 < LEASE < queue["VisibilityTimeout"] * 1_000


def test_only_what_people_read_carries_the_layer_that_writes_it() -> None:
    functions = of_type("AWS::Serverless::Function")
    assert {"Ref": "RenderingLayer"} in functions["MailerFunction"]["Layers"]
    assert "Layers" not in functions["ConsumeFunction"]
    assert {"Ref": "RenderingLayer"} not in DOCUMENT["Globals"]["Function"]["Layers"]
