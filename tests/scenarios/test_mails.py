"""What a buyer is mailed, over HTTP and as the local run shows it: a receipt, low, used up, money back; and how it stops."""

from __future__ import annotations

import urllib.parse
from typing import Any

from tests.scenarios.conftest import Stack, call, eventually


def mails(stack: Stack, account: str) -> list[dict[str, Any]]:
    """The account's mails, oldest first."""
    found = call("GET", f"{stack.base}/_local/emails").ok()["emails"]
    return [mail for mail in reversed(found) if mail["account_id"] == account]


def kinds(stack: Stack, account: str) -> list[str]:
    return [mail["kind"] for mail in mails(stack, account)]


def test_mk_44_a_buyer_is_mailed_a_receipt_each_level_once_and_the_money_that_goes_back(stack: Stack) -> None:
    account = stack.open_account("make", plan_id="core-10k", email="owner@acme.example")
    bought = stack.bought(account, {"kind": "top_up", "credits": 1_000})
    for credits in (8_250, 1_650, 1_000, 100):  # of 11,000: three quarters, nine tenths, and all
        stack.consume(account, credits).ok()
    expected = ["purchase_completed", "credits_low", "credits_low", "credits_exhausted"]
    eventually(lambda: kinds(stack, account) == expected, "the mails of a purchase and of its use")

    payment = {"payment_intent": bought["gateway_refs"]["payment_intent"]}
    stack.control("/_stand_in/refund", payment)
    # ... which takes its data transfer with it, too: one mail about that, not one a level
    more = {"refunded", "credits_exhausted"}
    eventually(lambda: set(kinds(stack, account)[4:]) == more, "the mails of the refund")
    receipt, low, lower, _, *rest = sent = mails(stack, account)
    assert len(rest) == 2
    assert {mail["to"] for mail in sent} == {"owner@acme.example"}
    assert receipt["subject"] == "Your receipt from Make: $0.90"
    assert bought["purchase_id"] in receipt["text"]
    assert ["75%" in low["subject"], "90%" in lower["subject"]] == [True, True]
    assert all({"at", "account_id", "to", "kind", "subject", "text", "html"} <= set(mail) for mail in sent)
    assert all(mail["html"].startswith("<!doctype html>") for mail in sent)


def test_mails_of_a_kind_stop_by_the_accounts_choice_and_come_in_its_language(stack: Stack) -> None:
    account = stack.open_account("make", plan_id="core-10k")
    wanted = {"notifications": {"locale": "de-DE", "off": ["credits_low"]}}
    changed = stack.request("PATCH", f"/v1/accounts/{account}", wanted).ok()
    assert changed["notifications"] == {"locale": "de-DE", "off": ["credits_low"], "unreachable": None}
    stack.consume(account, 10_000).ok()
    (used_up,) = eventually(lambda: mails(stack, account), "the mail of nothing left")
    assert used_up["subject"] == "Credits bei Make: nichts mehr übrig"


def test_one_click_in_a_mail_stops_its_kind(stack: Stack) -> None:
    """RFC 8058: the mail program posts the link, without a person and without a token of ours but the link's own."""
    account = stack.open_account("make", plan_id="core-10k")
    stack.consume(account, 7_500).ok()
    (low,) = eventually(lambda: mails(stack, account), "the mail of the level")
    link = low["headers"]["List-Unsubscribe"].strip("<>")
    assert low["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in low["text"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    page = call("GET", link)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert stack.get(f"/v1/accounts/{account}").ok()["notifications"]["off"] == [], "a look alone stops nothing"
    assert call("POST", link, headers=form, raw=b"List-Unsubscribe=One-Click").status == 200
    assert stack.get(f"/v1/accounts/{account}").ok()["notifications"]["off"] == ["credits_low"]
    forged = urllib.parse.urlsplit(link)._replace(query="token=acme.credits_low.x").geturl()
    assert call("POST", forged, headers=form, raw=b"").status == 400
