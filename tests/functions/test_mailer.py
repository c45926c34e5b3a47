"""The mailer as Lambda calls it: a batch of its queue, bounces and complaints, and the page that stops mails."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.mailer import app
from lotbook import settings, wiring, wiring_mails
from lotbook.adapters.mail import SesPost
from lotbook.api.mails.render import write
from lotbook.domain.mails.latches import LEASE, MailLatch
from lotbook.domain.mails.occasions import Occasion
from lotbook.domain.mails.posting import Mail, Written
from lotbook.domain.mails.stop_tokens import stop_token
from lotbook.domain.values.errors import Conflict
from tests.functions.conftest import Api

LOW = {"unit": "credits", "available": 25, "seq": 7, "used_percent": 75, "of_credits": 100}
SENDER = "billing@shop.example"


class Ses:
    """SES as botocore's client is called; `fails` in the next calls."""

    def __init__(self) -> None:
        self.asked = list[Mapping[str, Any]]()
        self.fails = list[Exception]()

    def send_email(self, **request: Any) -> dict[str, str]:
        if self.fails:
            raise self.fails.pop(0)
        self.asked.append(request)
        return {"MessageId": "1"}


def refusal(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")  # type: ignore[typeddict-item]


@pytest.fixture
def ses(shop: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    for name, value in {
        "MAIL_FROM": SENDER,
        "MAIL_SET": "lotbook-test",
        "PUBLIC_URL": "https://api.shop.example/",
    }.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    made = Ses()
    monkeypatch.setattr(wiring_mails, "_ses", lambda: made)
    yield made
    settings.settings.cache_clear()


def news(type_: str = "credits.low", event_id: str = "evt_1", **detail: Any) -> dict[str, Any]:
    told = {"id": event_id, "at": "2026-01-15T10:00:00Z", "account_id": "acme", **(detail or LOW)}
    return {"source": "lotbook", "detail-type": type_, "detail": told}


def returned(kind: str, address: str, **more: Any) -> dict[str, Any]:
    """What SES tells of a mail of acme's."""
    recipient = [{"emailAddress": address}]
    bounce = {"bounce": {"bounceType": "Permanent", "bouncedRecipients": recipient, **more}}
    detail: dict[str, Any] = {"mail": {"tags": {"account_id": ["acme"]}}}
    detail |= bounce if kind == "Email Bounced" else {"complaint": {"complainedRecipients": recipient, **more}}
    return {"source": "aws.ses", "detail-type": kind, "detail": detail}


def handed(*envelopes: Any) -> list[str]:
    """The messages that must come again."""
    records = [{"messageId": f"m{at}", "body": json.dumps(each)} for at, each in enumerate(envelopes)]
    answer = app.handler({"Records": records}, None)
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_a_mail_is_one_call_with_its_sender_its_link_and_its_tags(ses: Ses) -> None:
    assert handed(news(), news(), news("credits.granted")) == []
    (asked,) = ses.asked
    assert asked["FromEmailAddress"] == f"InsureStack <{SENDER}>"
    assert asked["Destination"] == {"ToAddresses": [wiring.accounts().get("acme").email]}
    assert asked["ConfigurationSetName"] == "lotbook-test"
    assert {tag["Name"]: tag["Value"] for tag in asked["EmailTags"]} == {"account_id": "acme", "kind": "credits_low"}
    headers = {each["Name"]: each["Value"] for each in asked["Content"]["Simple"]["Headers"]}
    token = stop_token(wiring.cursor_key(), "acme", "credits_low")
    assert headers == {
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<https://api.shop.example/mails/stop?token={token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_one_message_that_fails_comes_again_alone(ses: Ses, caplog: pytest.LogCaptureFixture) -> None:
    assert handed(news(), {"detail": "nonsense"}, news(event_id="evt_2")) == ["m1"]
    assert len(ses.asked) == 2
    assert "mail_failed" in caplog.text


def test_what_ses_refuses_is_sent_the_next_time_and_what_nobody_knows_after_the_lease(ses: Ses, shop: Api) -> None:
    ses.fails = [refusal("TooManyRequestsException", 429), refusal("MessageRejected", 400), refusal("Throttling", 400)]
    assert [handed(news()) for _ in range(4)] == [["m0"], ["m0"], ["m0"], []]
    ses.fails = [ReadTimeoutError(endpoint_url="https://email.example"), refusal("InternalFailure", 500)]
    assert [handed(news(event_id="evt_2")), handed(news(event_id="evt_2"))] == [["m0"], ["m0"]]
    shop.clock.instant += LEASE
    assert handed(news(event_id="evt_2")) == ["m0"], "the second failure is tried by then"
    shop.clock.instant += LEASE
    assert handed(news(event_id="evt_2")) == []


def test_a_deployment_without_a_sender_mails_nothing(shop: Api, ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    settings.settings.cache_clear()
    assert handed(news()) == []
    assert ses.asked == []


@pytest.mark.parametrize(
    ("envelope", "is_off"),
    [
        (lambda address: returned("Email Bounced", address), True),
        (lambda address: returned("Email Complaint Received", address), True),
        (lambda address: returned("Email Bounced", address, bounceType="Transient"), False),
        (lambda address: returned("Email Complaint Received", address, complaintFeedbackType="not-spam"), False),
        (lambda _: returned("Email Bounced", "another@acme.example"), False),
    ],
)
def test_an_address_that_takes_no_mail_gets_none(ses: Ses, envelope: Any, is_off: bool) -> None:
    assert handed(envelope(wiring.accounts().get("acme").email)) == []
    assert handed(news()) == []
    assert len(ses.asked) == (0 if is_off else 1)


def test_the_latch_is_written_under_its_version_and_left_to_the_table_to_take_away(ses: Ses) -> None:
    latches, occasion = wiring_mails.mail_desk(write).latches, Occasion("credits_low", "evt_9")
    first = latches.save("acme", occasion, MailLatch(lease="a", leased_until=5_000, tries=1))
    assert latches.get("acme", occasion) == first
    for stale in (MailLatch(), MailLatch(version=7)):
        with pytest.raises(Conflict):
            latches.save("acme", occasion, stale)
    second = latches.save("acme", occasion, first)
    assert (first.version, second.version) == (1, 2)
    assert latches.get("acme", Occasion("credits_low", "evt_8")) == MailLatch()


@pytest.mark.parametrize(
    ("title", "sender"),
    [
        ("Acme, Inc.", f'"Acme, Inc." <{SENDER}>'),
        ("M\u00fcller\r\nBcc: x@evil.example", f"=?utf-8?q?M=C3=BCller__Bcc=3A_x=40evil=2Eexample?= <{SENDER}>"),
    ],
)
def test_a_title_is_a_name_and_no_header(title: str, sender: str) -> None:
    ses = Ses()
    mail = Mail("acme", "refunded", "a@acme.example", title, Written("s", "t", "h"))
    SesPost(ses, SENDER, "lotbook-test").send(mail)
    (asked,) = ses.asked
    assert asked["FromEmailAddress"] == sender
    assert [each["Name"] for each in asked["Content"]["Simple"]["Headers"]] == ["Auto-Submitted"]
    assert "ReplyToAddresses" not in asked


# --- the page ---------------------------------------------------------------------------------------------------------


def page(method: str, token: str, language: str = "") -> Any:
    event = {
        "routeKey": f"{method} /mails/stop",
        "queryStringParameters": {"token": token} if token else None,
        "headers": {"Accept-Language": language},
        "requestContext": {"requestId": "req-1"},
    }
    answer = SimpleNamespace(**app.handler(event, None))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    return answer


def test_a_look_asks_and_a_post_stops(ses: Ses, capsys: pytest.CaptureFixture[str]) -> None:
    token = stop_token(wiring.cursor_key(), "acme", "credits_low")
    looked = page("GET", token)
    assert '<form method="post">' in looked.body
    assert wiring.accounts().get("acme").notifications.off == ()
    stopped = page("POST", token, "de-AT, en;q=0.5")
    assert (looked.statusCode, stopped.statusCode) == (200, 200)
    assert "Sie erhalten keine Mails dieser Art mehr" in stopped.body
    assert wiring.accounts().get("acme").notifications.off == ("credits_low",)
    assert token.rpartition(".")[2] not in capsys.readouterr().out, "a token is not logged"
    assert handed(news()) == []
    assert ses.asked == []


@pytest.mark.parametrize("token", ["", "acme.credits_low.x", "<script>"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_ours_is_told_so(ses: Ses, method: str, token: str) -> None:
    answer = page(method, token)
    assert answer.statusCode == 400
    assert "<script>" not in answer.body
    assert "<form" not in answer.body
