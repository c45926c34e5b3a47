"""Links into the billing page, people who opened them, and pages that refuse."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.functions.browsing import Browser, Shown
from tests.functions.conftest import ACCOUNT, Api, key_with

LINK = f"POST {ACCOUNT}/portal-sessions"
KEY = key_with("portal:write")


def link(api: Api, account_id: str = "acme", role: str = "owner", **more: Any) -> str:
    """The address that a back end sends a person to, without its host."""
    made = api.call(LINK, {"role": role, **more}, KEY, path={"account_id": account_id}).ok(201)
    parts = urlsplit(made["url"])
    return f"{parts.path}?{parts.query}"


def visitor(api: Api, account_id: str = "acme", role: str = "owner", **more: Any) -> tuple[Browser, Shown]:
    """Somebody who has opened a link, and the page that they see."""
    browser = Browser()
    shown = browser.get(link(api, account_id, role, **more))
    assert shown.status == 200, shown.text
    return browser, shown


def refused(shown: Shown, status: int) -> None:
    """A page of one sentence, with no figure of the account on it."""
    assert shown.status == status, shown.text
    assert len(shown.page.all("h1")) == 1
    assert shown.page.all(data_field=None) == []
    assert "acme" not in shown.text
