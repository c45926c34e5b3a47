"""Mails end by a link, by a bounce, by a complaint."""

from __future__ import annotations

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.mails.stop_tokens import read_stop_token, stop_token
from lotbook.domain.values.errors import Conflict, InvalidRequest, Unavailable
from lotbook.usecases.mails.stop_mails import stop_address, stop_kind
from tests.api.mails.cases import CASES
from tests.fakes.accounts import FakeAccounts
from tests.fakes.mails import MailRoom

KEY = b"k" * 32
TOKEN = stop_token(KEY, "acme", "credits_low")


def test_the_link_of_a_mail_switches_its_kind_off_and_again_changes_nothing() -> None:
    room = MailRoom()
    assert stop_kind(KEY, TOKEN, accounts=room.accounts) == "credits_low"
    version = room.account.version
    stop_kind(KEY, TOKEN, accounts=room.accounts)
    assert room.account.version == version
    assert room.account.notifications.off == ("credits_low",)
    assert room.tell(CASES["credits_low"].news) == "off"
    assert room.tell(CASES["plan_ending"].news) == "sent"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "acme",
        "acme.credits_low",
        TOKEN[:-1],
        TOKEN + "x",
        TOKEN.replace("acme", "other"),
        TOKEN.replace("credits_low", "credits_exhausted"),
        TOKEN.replace("credits_low", "nonsense"),
        stop_token(b"another key", "acme", "credits_low"),
        "acme.credits_low.\u00e9",
    ],
)
def test_a_link_that_is_not_ours_switches_nothing_off(token: str) -> None:
    room = MailRoom()
    assert read_stop_token(KEY, token) is None
    with pytest.raises(InvalidRequest):
        stop_kind(KEY, token, accounts=room.accounts)
    assert room.account.notifications.off == ()


def test_a_link_of_an_account_that_is_gone_is_not_ours_either() -> None:
    with pytest.raises(InvalidRequest):
        stop_kind(KEY, stop_token(KEY, "gone", "credits_low"), accounts=MailRoom().accounts)


@pytest.mark.parametrize("reason", ["bounce", "complaint"])
def test_an_address_that_takes_no_mail_is_off_at_once_and_rings_once(
    reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    room = MailRoom()

    def told() -> bool:
        return stop_address("acme", "OWNER@acme.example", reason, accounts=room.accounts, clock=room.clock)  # type: ignore[arg-type]

    assert [told(), told()] == [True, False]
    assert caplog.text.count("mail_address_off") == 1
    assert "acme.example" not in caplog.text
    assert room.tell(CASES["credits_low"].news) == "off"


def test_a_bounce_of_the_address_before_switches_the_present_one_off_for_nobody() -> None:
    room = MailRoom()
    assert not stop_address("acme", "before@acme.example", "bounce", accounts=room.accounts, clock=room.clock)
    assert not stop_address("gone", "owner@acme.example", "bounce", accounts=room.accounts, clock=room.clock)
    assert room.tell(CASES["credits_low"].news) == "sent"


def test_an_account_that_others_write_all_the_time_is_asked_for_again() -> None:
    class Busy(FakeAccounts):
        def save(self, account: Account) -> Account:
            raise Conflict

    with pytest.raises(Unavailable):
        stop_kind(KEY, TOKEN, accounts=Busy(MailRoom().account))
