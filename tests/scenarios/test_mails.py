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
    expected = ["purchase_completed"]
    eventually(lambda: kinds(stack, account) == expected, "the receipt")
    # of 11,000: three quarters, nine tenths, and all
    for credits, kind in ((8_250, "credits_low"), (1_650, "credits_low"), (1_100, "credits_exhausted")):
        stack.consume(account, credits).ok()
        expected.append(kind)
        eventually(lambda: kinds(stack, account) == expected, "the mail of a level")

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


DECLINES_LATER = "4000000000000341"


def test_mk_27_a_card_that_declines_is_one_mail_with_the_way_to_mend_it_and_a_card_that_pays_a_receipt(
    stack: Stack,
) -> None:
    """The row fails, the account is paused, automatic purchase is suspended, and burns are refused: one mail."""
    account = stack.open_account("make", plan_id="core-10k")
    owner = stack.control("/_local/tokens", {"account_id": account, "role": "owner"})["token"]
    path = f"/v1/accounts/{account}"

    def put_on_file(number: str) -> None:
        page = stack.post(f"{path}/payment-methods/setup", {}, owner).ok(201)["setup_url"]
        call("POST", f"{page}/pay", {"card": number}).ok()
        newest = stack.get(f"{path}/payment-methods", owner).ok()["payment_methods"][0]["payment_method"]
        chosen = {"payment_method": newest}
        stack.request("PUT", f"{path}/payment-methods/default", chosen, owner).ok()

    put_on_file(DECLINES_LATER)
    stack.request("PUT", f"{path}/auto-top-up", {"enabled": True}, owner).ok()
    stack.consume(account, 10_001).ok()  # past the boundary: a loan, and a charge behind the queue
    eventually(lambda: kinds(stack, account) == ["auto_top_up_suspended"], "the mail of the decline")
    for _ in range(5):
        stack.consume(account, 1).problem(403, "account_paused")
    (mail,) = mails(stack, account)
    assert "Make another card your default" in mail["text"]
    assert "$11.70" in mail["text"]

    put_on_file("4242424242424242")
    eventually(lambda: kinds(stack, account)[1:] == ["purchase_completed"], "the receipt of what waited")
    receipt = mails(stack, account)[1]
    assert receipt["subject"] == "Your receipt from Make: $11.70"
    assert "so we bought more, as you asked us to" in receipt["text"]
