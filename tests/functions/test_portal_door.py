"""Who gets into the billing page, and who does not: links, sessions, forms, other accounts, headers."""

from __future__ import annotations

import re

import pytest

from lotbook import wiring
from lotbook.domain.accounts.pauses import with_pause
from lotbook.domain.values.access import ROLES
from lotbook.domain.values.instants import HOUR, MINUTE
from tests import table as tables
from tests.functions.browsing import ORIGIN, Browser
from tests.functions.conftest import ACCOUNT, Api, key_with, member, open_account
from tests.functions.portal_visits import KEY, LINK, link, refused, visitor

BACK = "https://app.example/settings"


def test_a_link_opens_the_page_once_and_a_second_time_it_says_so_with_the_way_back(shop: Api) -> None:
    way_in = link(shop, return_url=BACK)
    first, second = Browser(), Browser()
    assert first.get(way_in).value("available") == "10"
    again = second.get(way_in)
    refused(again, 410)
    assert again.links() == [BACK]
    assert second.cookie == ""
    assert first.get("/portal/").status == 200, "who was in stays in"


def test_a_link_is_good_for_15_minutes_and_a_session_for_an_hour(shop: Api) -> None:
    late, in_time = link(shop), link(shop)
    shop.clock.instant += 15 * MINUTE - 1
    browser = Browser()
    assert browser.get(in_time).status == 200
    shop.clock.instant += 1
    refused(Browser().get(late), 410)
    shop.clock.instant += HOUR - 2
    assert browser.get("/portal/").status == 200
    shop.clock.instant += 1
    refused(browser.get("/portal/"), 401)


@pytest.mark.parametrize(
    "code", ["", "acme", "acme.", "acme." + "A" * 43, "." + "A" * 43, "a#b." + "A" * 43, "acme." + "é" * 43]
)
def test_what_nobody_was_given_opens_nothing(shop: Api, code: str) -> None:
    refused(Browser().get(f"/portal/enter?code={code}"), 410)
    browser = Browser(f"__Host-lotbook={code.encode('latin-1', 'replace').decode('latin-1')}")
    refused(browser.get("/portal/"), 401)


def test_a_link_is_no_session_and_a_session_no_link(shop: Api) -> None:
    way_in = link(shop)
    code = way_in.partition("code=")[2]
    refused(Browser(f"__Host-lotbook={code}").get("/portal/"), 401)
    browser, _ = visitor(shop)
    refused(Browser().get(f"/portal/enter?code={browser.cookie.partition('=')[2]}"), 410)


def test_revoking_ends_every_session_and_every_link_that_was_not_opened(shop: Api) -> None:
    open_account(shop, "other")
    unopened, (browser, _), (stranger, _) = link(shop), visitor(shop), visitor(shop, "other")
    shop.call(f"{LINK}/revoke", None, KEY, path={"account_id": "acme"}).ok()
    refused(browser.get("/portal/"), 401)
    refused(Browser().get(unopened), 410)
    assert stranger.get("/portal/").status == 200, "of another account"
    assert visitor(shop)[1].status == 200, "whoever is asked in anew"


def test_whoever_signs_out_is_out_and_nobody_else(shop: Api) -> None:
    (browser, shown), (other, _) = visitor(shop, return_url=BACK), visitor(shop)
    assert browser.press(shown, "Sign out").links() == [BACK]
    refused(browser.get("/portal/"), 401)
    assert other.get("/portal/").status == 200


def test_only_a_service_key_with_that_scope_lets_people_in(shop: Api) -> None:
    path = {"account_id": "acme"}
    for caller in (member("acme"), key_with("read", "purchases:write", "accounts:write")):
        for call, body in ((LINK, {"role": "owner"}), (f"{LINK}/revoke", None)):
            shop.call(call, body, caller, path=path).problem(403, "forbidden")
    shop.call(LINK, {"role": "owner"}, KEY, path={"account_id": "nobody"}).problem(404, "account_not_found")
    shop.call(LINK, {"role": "root"}, KEY, path=path).problem(422, "invalid_request")
    shop.call(LINK, {"role": "owner", "return_url": "http://evil.example/"}, KEY, path=path).problem(
        422, "invalid_request"
    )


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("https://evil.example", {}),
        ("null", {}),
        (ORIGIN.replace("https", "http"), {}),
        (None, {"sec-fetch-site": "cross-site"}),
        (ORIGIN, {"sec-fetch-site": "same-site"}),
    ],
)
def test_a_form_from_another_page_does_nothing(shop: Api, origin: str | None, headers: dict[str, str]) -> None:
    browser, shown = visitor(shop)
    _, path, fields = shown.form("Sign out")
    foreign = browser.post(path, fields, origin=origin, **headers)
    assert (foreign.status, "another page" in foreign.text) == (403, True)
    assert browser.get("/portal/").status == 200


def test_a_form_needs_the_token_of_its_own_session(shop: Api) -> None:
    (browser, shown), (_, theirs) = visitor(shop), visitor(shop)
    _, path, fields = shown.form("Sign out")
    for token in ("", theirs.form("Sign out")[2]["form"], fields["form"][:-1]):
        assert browser.post(path, {**fields, "form": token}).status == 403
    assert browser.post(path, fields).status == 200


def test_no_secret_is_stored_and_none_is_logged(shop: Api, capsys: pytest.CaptureFixture[str]) -> None:
    way_in = link(shop)
    browser = Browser()
    shown = browser.get(way_in)
    secrets = {
        way_in.partition("code=acme.")[2],
        browser.cookie.partition("acme.")[2],
        shown.form("Sign out")[2]["form"],
    }
    written = str(tables.everything(wiring.table())) + capsys.readouterr().out
    assert all(len(secret) > 40 and secret not in written for secret in secrets)


def test_the_cookie_is_for_this_host_and_no_script(shop: Api) -> None:
    sent = Browser().send("GET", link(shop), None, {})
    assert (sent.status, sent.headers["location"]) == (303, "/portal/")
    assert re.fullmatch(
        r"__Host-lotbook=acme\.[\w-]{43}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure", sent.cookies[0]
    )


def test_every_page_keeps_strangers_out_and_is_kept_nowhere(shop: Api) -> None:
    browser, shown = visitor(shop)
    for each in (shown, browser.get("/portal/enter?code=x")):
        policy = each.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert each.headers["x-frame-options"] == "DENY"
        assert each.headers["cache-control"] == "no-store"
        assert each.headers["referrer-policy"] == "same-origin"
        assert "script>" not in each.text.replace("</script>", "")
        assert " style=" not in each.text
        assert "<style" not in each.text


def test_static_files_are_kept_for_ever_under_their_digest(shop: Api) -> None:
    _, shown = visitor(shop)
    addresses = re.findall(r'"(/portal/static/[^"]+)"', shown.text)
    assert len(addresses) == 2
    for address in addresses:
        file = Browser().get(address)
        assert (file.status, "immutable" in file.headers["cache-control"]) == (200, True)
        assert Browser().get(address.replace("page.", "page.0")).status == 404
    for odd in ("../door.py", "page.css", "%2e%2e%2fdoor.py"):
        assert Browser().send("GET", f"/portal/static/{odd.replace('/', '%2f')}", None, {}).status == 404


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_page_of_its_account_only(shop: Api, role: str) -> None:
    browser, shown = visitor(shop, role=role)
    assert shown.value("available") == "10"
    assert browser.get("/portal/?account_id=other").value("available") == "10"


def test_figures_are_told_in_the_sessions_locale_before_the_browsers(shop: Api) -> None:
    shop.call(
        f"POST {ACCOUNT}/grants",
        {"credits": 12_345, "kind": "promotional", "reason": "x"},
        key="g",
        path={"account_id": "acme"},
    ).ok(201)
    browser, _ = visitor(shop)
    assert (
        browser.get("/portal/", **{"accept-language": "de-DE,de;q=0.9"}).page.one(data_field="available").text
        == "12.355"
    )
    german, _ = visitor(shop, locale="de")
    assert german.get("/portal/", **{"accept-language": "en"}).page.one(data_field="available").text == "12.355"


@pytest.mark.parametrize(
    ("reason", "step"),
    [("payment_failed", "/portal/cards"), ("plan_payment_failed", "/portal/cards"), ("something_new", None)],
)
def test_x_32_a_paused_account_says_why_and_what_to_do(shop: Api, reason: str, step: str | None) -> None:
    accounts = wiring.accounts()
    account = accounts.get("acme")
    assert account is not None
    accounts.save(with_pause(account, reason))
    for role, is_led in (("owner", step is not None), ("member", False)):
        _, shown = visitor(shop, role=role)
        (alert,) = [each for each in shown.page.all("li") if each.all("span", role="alert")]
        assert "This account is paused." in alert.text
        assert [each.attributes["href"] for each in alert.all("a")] == ([step] if is_led else [])
