"""Who gets in, and who does not: links that were used or stolen, pages of others that send forms, frame, read, and other people's ids."""

from __future__ import annotations

import re

from playwright.sync_api import Route

from tests.browser.people import COOKIE, People, Person
from tests.pictures.camera import link
from tests.scenarios.conftest import Stack

NEIGHBOUR = (
    "http://127.0.0.1:65001"  # another port of this machine: the same site to a browser, so the cookie goes along
)
FOREIGN = "https://evil.example"
FORM = """<!doctype html><title>evil</title><form method="post" action="{action}">
<input name="form" value="{token}"><input name="do" value="off"><button>Win</button></form>"""
FRAME = '<!doctype html><title>evil</title><iframe src="{address}" width="900" height="500"></iframe>'


def visit(person: Person, origin: str, text: str) -> None:
    """A page of that origin; nobody listens there, the browser is handed the page."""

    def told(route: Route) -> None:
        route.fulfill(content_type="text/html", body=text)

    person.page.route(f"{origin}/", told)
    person.page.goto(f"{origin}/")


def token(person: Person) -> str:
    """A form's, as only the page itself can read it."""
    found = person.page.locator("input[name=form]").first.get_attribute("value")
    assert found
    return found


def is_shut_out(person: Person, sentence: str) -> None:
    """One sentence, and no figure of the account."""
    assert sentence in person.heading(), person.heading()
    assert person.page.locator("[data-field]").count() == 0
    assert person.account not in person.page.locator("main").inner_text()


def test_a_link_opens_once_for_whoever_comes_first_and_a_copy_of_it_for_nobody(shop: Stack, people: People) -> None:
    account = shop.open_account("insurestack")
    address = link(shop, account)
    ann, thief = people.somebody(), people.somebody()
    ann.page.goto(address)
    assert ann.value("available") == "10"
    assert "code=" not in ann.page.url, "the address that is left behind opens nothing"
    ann.account = thief.account = account
    thief.page.goto(address)
    is_shut_out(thief, "This link was used already")
    thief.go("/")
    is_shut_out(thief, "Your session has ended")
    ann.page.goto(address)
    is_shut_out(ann, "This link was used already")
    ann.go("/")
    assert ann.value("available") == "10", "whoever is in stays in"
    shop.post(f"/v1/accounts/{account}/portal-sessions/revoke", None).ok()
    ann.go("/")
    is_shut_out(ann, "Your session has ended")


def test_the_cookie_is_for_the_server_alone_and_leads_no_script_in(shop: Stack, ann: Person) -> None:
    """S: what somebody wrote into a reference is text; a script that got in all the same would not run."""
    account = shop.open_account("insurestack")
    attack = '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    shop.consume(account, 1, reference=attack).ok()
    ann.enter(account).go("/statement")
    assert attack in ann.page.locator('[data-row="entry"]').first.inner_text()
    (cookie,) = ann.page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Lax")
    assert ann.page.evaluate("document.cookie") == ""
    assert ann.wrong == []
    ann.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1'; document.body.append(s) }"
    )
    assert ann.page.evaluate("window.hit") is None
    assert "Content Security Policy" in ann.wrong[0]


def test_a_form_of_another_page_does_nothing_even_with_the_cookie_and_the_token(shop: Stack, ann: Person) -> None:
    account = shop.open_account("insurestack")
    ann.enter(account)
    form = FORM.format(action=f"{shop.base}/portal/leave", token=token(ann))
    visit(ann, NEIGHBOUR, form)
    ann.press("Win")
    assert ann.alerts() == ["This form came from another page. Nothing was changed."]
    visit(ann, FOREIGN, form)
    ann.press("Win")
    assert ann.heading() == "Your session has ended. Open the page again from where you came.", "no cookie went along"
    ann.go("/")
    assert ann.value("available") == "10", "and nobody was signed out"


def test_no_page_is_shown_in_the_frame_of_another_one_or_read_by_it(shop: Stack, ann: Person) -> None:
    """Clickjacking: with the cookie, too, the frame stays empty."""
    account = shop.open_account("insurestack")
    ann.enter(account)
    for origin in (NEIGHBOUR, FOREIGN):
        ann.page.context.grant_permissions(["local-network-access"], origin=origin)  # other browsers ask nobody
        visit(ann, origin, FRAME.format(address=f"{shop.base}/v1/openapi.json"))
        assert ann.page.frames[1].url.startswith(shop.base), "what may be framed is, so this attack is one"
        visit(ann, origin, FRAME.format(address=f"{shop.base}/portal/"))
        framed = ann.page.frames[1]
        framed.wait_for_load_state()
        assert framed.url.startswith("chrome-error:"), framed.url
        assert framed.locator("[data-field], nav").count() == 0
        read = f"fetch('{shop.base}/portal/', {{credentials: 'include'}}).then(a => a.text(), () => 'refused')"
        assert ann.page.evaluate(f"() => {read}") == "refused"


def test_d40_ids_of_other_accounts_lead_nowhere(shop: Stack, people: People, ann: Person) -> None:
    mine, theirs = shop.open_account("insurestack"), shop.open_account("insurestack")
    order = shop.buy(theirs, {"kind": "top_up", "credits": 5}).ok(201)["purchase_id"]
    ann.enter(mine)
    for path in (f"/purchases/{order}", f"/purchases/{order}/invoice", f"/purchases/{order}/left"):
        ann.go(path)
        assert ann.alerts() == ["There is no such purchase in this account."]
    ann.go("/")
    button = ann.page.locator("form[action$='/leave']")
    button.evaluate(f"form => {{ form.action = '/portal/purchases/{order}/recheck' }}")
    ann.press("Sign out")
    assert ann.alerts() == ["There is no such purchase in this account."]
    assert shop.purchase(theirs, order)["state"] == "pending"


def test_np_01_is_31_each_role_sees_all_pages_and_only_buyers_have_buttons_that_change(
    shop: Stack, people: People
) -> None:
    account = shop.open_account("make", plan_id="core-10k")
    harmless = re.compile("^(Show|Show that day|Download CSV|Invoice|Copy|Sign out)$")
    changing: dict[str, set[str]] = {}
    for role in ("owner", "admin", "billing", "member"):
        ann = people.somebody().enter(account, role)
        names = ann.page.get_by_role("navigation").get_by_role("link").all_inner_texts()
        assert len(names) == 8, names
        changing[role] = set()
        for name in names if role == "member" else ("Cards", "Buy credits"):
            ann.follow(name)
            assert ann.heading()
            buttons = ann.page.get_by_role("button").all_inner_texts()
            changing[role] |= {each for each in buttons if not harmless.match(each)}
        assert ann.wrong == []
    assert changing["member"] == set()
    assert {"Next", "Add card"} <= changing["owner"] & changing["admin"] & changing["billing"]
