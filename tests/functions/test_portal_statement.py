"""The statement on the billing page: every entry in words, adding up, filtered, downloaded, and the balance of other days."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from lotbook import wiring
from lotbook.domain.values.instants import DAY
from lotbook.usecases.credits import statement
from lotbook.usecases.portal import overview, statement_pages
from tests.fakes.purchases import FakeGateway
from tests.functions.browsing import Browser, Element, Shown
from tests.functions.conftest import ACCOUNT, Api, open_account
from tests.functions.portal_visits import visitor

ACME = {"account_id": "acme"}


@pytest.fixture
def used(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """10 free on the 15th, 25 bought on the 16th, 12 burned on the 17th, 3 held and given back on the 18th."""
    gateway = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: gateway)
    open_account(api, "acme")
    api.clock.instant += DAY
    item = {"item": {"kind": "top_up", "credits": 25}}
    made = api.call(f"POST {ACCOUNT}/purchases", item, key="p", path=ACME).ok(201)["purchase_id"]
    gateway.pay(gateway.opened[made])
    api.call(f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck", path={**ACME, "purchase_id": made}).ok()
    api.clock.instant += DAY
    api.call(f"POST {ACCOUNT}/consume", {"credits": 12, "reference": "=order <7>"}, key="c", path=ACME).ok()
    api.clock.instant += DAY
    hold = api.call(f"POST {ACCOUNT}/holds", {"credits": 3}, key="h", path=ACME).ok(201)["hold_id"]
    api.call(f"POST {ACCOUNT}/holds/{{hold_id}}/release", key="r", path={**ACME, "hold_id": hold}).ok()
    return api


def words(shown: Shown) -> list[str]:
    return [row.all("td")[1].text for row in shown.rows("entry")]


def number(cell: Element) -> int:
    return int(cell.text.replace(",", "").replace("+", ""))


def test_a_batch_under_one_key_is_one_entry_whose_parts_are_behind_a_click(used: Api) -> None:
    lines = {"items": [{"credits": 4, "reference": "<row 1>"}, {"credits": 2}]}
    used.call(f"POST {ACCOUNT}/consume/batch", lines, key="b", path=ACME).ok()
    browser, home = visitor(used)
    shown = browser.get("/portal/statement")
    assert words(shown)[0].startswith("Burned 6: 6 bought on Jan 16, 2026")
    assert [row.text for row in shown.rows("line")] == ["4 <row 1>", "2"]
    rows = [[number(cell) for cell in row.all("td")[2:4]] for row in shown.rows("entry")]
    assert sum(change for change, _ in rows) == rows[0][1] == int(home.value("available")) == 17


def test_np_59_np_60_every_entry_is_told_in_words_and_they_add_up_to_the_balance(used: Api) -> None:
    browser, home = visitor(used)
    shown = browser.get("/portal/statement")
    assert words(shown) == [
        "Gave back 3 that were held: 3 bought on Jan 16, 2026",
        "Held 3: 3 bought on Jan 16, 2026",
        "Burned 12: 10 free, 2 bought on Jan 16, 2026 =order <7>",
        "Added 25 that were bought (order)",
        "Added 10 free",
    ]
    rows = [[number(cell) for cell in row.all("td")[2:4]] for row in shown.rows("entry")]
    assert sum(change for change, _ in rows) == rows[0][1] == int(home.value("available")) == 23
    assert [after for _, after in rows] == [23, 20, 23, 35, 10]


def test_df_23_entries_are_filtered_and_downloaded_and_a_formula_is_none(used: Api) -> None:
    browser, _ = visitor(used)
    assert len(words(browser.get("/portal/statement?kind=burned"))) == 1
    assert words(browser.get("/portal/statement?from=2026-01-16&to=2026-01-16")) == [
        "Added 25 that were bought (order)"
    ]
    assert len(words(browser.get("/portal/statement?kind=x&from=x&unit=x&as_of=x"))) == 5
    file = browser.press(browser.get("/portal/statement?kind=burned"), "Download CSV")
    (line,) = csv.DictReader(StringIO(file.text))
    assert (line["credits"], line["reference"]) == ("-12", "'=order <7>")


def test_df_21_the_balance_of_a_day_that_is_over_and_of_one_to_come(used: Api) -> None:
    browser, _ = visitor(used)
    of_day = {
        day: browser.get(f"/portal/statement?as_of={day}")
        for day in ("2026-01-14", "2026-01-15", "2026-01-16", "2026-01-17")
    }
    assert {day: int(shown.value("available")) for day, shown in of_day.items()} == {
        "2026-01-14": 0,
        "2026-01-15": 10,
        "2026-01-16": 35,
        "2026-01-17": 23,
    }
    used.call(
        f"POST {ACCOUNT}/grants",
        {"credits": 7, "kind": "promotional", "reason": "x", "expires_at": "2026-03-01T00:00:00Z"},
        key="g",
        path=ACME,
    ).ok(201)
    before, after = browser.get("/portal/statement?as_of=2026-02-27"), browser.get("/portal/statement?as_of=2026-02-28")
    assert [int(shown.value("available")) for shown in (before, after)] == [30, 23]
    (lot,) = after.rows("lot")
    assert lot.one(data_field="expires-at").attributes["data-value"] == "2026-03-01T00:00:00Z"
    assert int(browser.get("/portal/statement?as_of=2027-01-16").value("available")) == 0, "a year after the purchase"


def test_a_long_statement_is_paged_by_a_cursor_that_is_good_for_this_account_alone(
    used: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_pages, "ROWS_A_PAGE", 2)
    browser, _ = visitor(used)
    first = browser.get("/portal/statement")
    (older,) = [link for link in first.links() if "cursor=" in link]
    second = browser.get(older)
    assert (len(words(first)), len(words(second))) == (2, 2)
    assert words(second)[0].startswith("Burned 12")
    open_account(used, "other")
    stranger, _ = visitor(used, "other")
    assert stranger.get(older).status == 422
    assert browser.get(older[:-3]).status == 422


def downloaded(browser: Browser, shown: Shown, label: str) -> Shown:
    """What a link of the page leads to."""
    (address,) = [link.attributes["href"] for link in shown.page.all("a") if link.text == label]
    return browser.get(str(address))


def rows_of(file: Shown) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(file.text)))


def test_df_23_a_statement_that_one_file_cannot_hold_comes_in_parts_and_none_is_missing(
    used: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _ = visitor(used)
    whole = rows_of(browser.press(browser.get("/portal/statement"), "Download CSV"))
    monkeypatch.setattr(statement, "PAGE_ENTRIES", 2)
    monkeypatch.setattr(statement, "MAX_EXPORT_PAGES", 1)
    shown = browser.press(browser.get("/portal/statement"), "Download CSV")
    lines: list[dict[str, str]] = []
    for count in ("2", "2"):
        assert shown.value("part") == count
        lines += rows_of(downloaded(browser, shown, "Download this part"))
        shown = downloaded(browser, shown, "Next part")
    assert (len(whole), lines + rows_of(shown)) == (5, whole)


def test_df_23_a_filter_is_kept_over_the_parts_and_ends_with_its_period(
    used: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for may lie behind the first part; the file of it was empty then."""
    monkeypatch.setattr(statement, "PAGE_ENTRIES", 2)
    monkeypatch.setattr(statement, "MAX_EXPORT_PAGES", 1)
    browser, _ = visitor(used)
    shown = browser.press(browser.get("/portal/statement?from=2026-01-17&to=2026-01-17"), "Download CSV")
    assert shown.value("part") == "0"
    file = downloaded(browser, shown, "Next part")
    assert [line["credits"] for line in csv.DictReader(StringIO(file.text))] == ["-12"], (
        "the rest is older: no further part"
    )


def test_gc_23_the_overview_shows_what_was_used_this_period_and_in_all(used: Api) -> None:
    _, home = visitor(used)
    assert (home.value("used-in-period"), home.value("used-in-all")) == ("12", "12")
    used.clock.instant += 31 * DAY
    used.call(f"POST {ACCOUNT}/consume", {"credits": 4}, key="c2", path=ACME).ok()
    _, later = visitor(used)
    assert (later.value("used-in-period"), later.value("used-in-all")) == ("4", "16")


def test_gc_23_what_was_not_read_is_not_told_as_nothing(used: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "MAX_PAGES", 1)
    monkeypatch.setattr(statement, "PAGE_ENTRIES", 2)
    _, home = visitor(used)
    assert home.page.all(data_field="used-in-all") == home.page.all(data_field="used-in-period") == []
    assert "At least" in home.text
    assert "The bars show the newest entries only" in home.text


def test_np_58_a_burn_by_usage_shows_its_calculation_and_a_void_what_was_said_about_it(api: Api) -> None:
    open_account(api, "flow", "diaflow")
    path = {"account_id": "flow"}
    usage = {"action": "tokens", "quantities": {"input_token": 12, "output_token": 5}}
    api.call(f"POST {ACCOUNT}/consume", {"usage": usage, "reference": "run 1"}, key="c", path=path).ok()
    grant = {"kind": "promotional", "credits": 7, "reason": "welcome"}
    lot_id = api.call(f"POST {ACCOUNT}/grants", grant, key="g", path=path).ok(201)["lot_id"]
    void = {"reason": "sent twice"}
    done = api.call(f"POST {ACCOUNT}/lots/{{lot_id}}/void", void, key="v", path=path | {"lot_id": lot_id}).ok()
    browser, _ = visitor(api, account_id="flow")
    shown = browser.get("/portal/statement")
    assert words(shown)[:3] == [
        "Took back 7 that were unused: 7 promotional sent twice",
        "Added 7 as a gift welcome",
        "Burned 74: 74 of the plan run 1 tokens: 12 input_token × 2 + 5 output_token × 10 = 74",
    ]
    assert shown.rows("entry")[0].attributes["data-id"] == done["entry_id"]
