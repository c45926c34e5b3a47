"""A browser without a screen: addresses through the template's routes, cookies, forms as a page has them, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.cloud.api_events import Request, route_event
from local.cloud.gateway import Router
from local.cloud.template import load

ROOT = Path(__file__).resolve().parents[2]
HOST = "billing.example"
ORIGIN = f"https://{HOST}"
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "rect", "line", "circle", "path"}
MOST_REDIRECTS = 3


@dataclass
class Element:
    """A piece of a page."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = field(repr=False, default=None)
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a reader reads, white space made one blank."""
        parts = [each if isinstance(each, str) else " " if each.tag == "br" else each.text for each in self.children]
        return " ".join("".join(parts).split())

    def all(self, tag: str | None = None, **wanted: str | None) -> list[Element]:
        """Elements below, by tag and attributes (`data_row="lot"`; None: whatever it says)."""
        return [each for each in self._below() if tag in (None, each.tag) and each.has(wanted)]

    def one(self, tag: str | None = None, **wanted: str | None) -> Element:
        """The only one."""
        (found,) = self.all(tag, **wanted)
        return found

    def has(self, wanted: Mapping[str, str | None]) -> bool:
        return all(
            name.replace("_", "-").rstrip("-") in self.attributes
            and value in (None, self.attributes[name.replace("_", "-").rstrip("-")])
            for name, value in wanted.items()
        )

    def _below(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._below()


class _Reader(HTMLParser):
    """Builds the tree; what is not closed, or closed and not open, is an error of the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@dataclass
class Shown:
    """What came back, the last of the redirects."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: list[str]
    path: str

    @property
    def page(self) -> Element:
        """The page as a tree."""
        reader = _Reader()
        reader.feed(self.text)
        assert reader.here is reader.root, f"<{reader.here.tag}> is not closed"
        return reader.root

    def value(self, name: str) -> str:
        """The machine's value of a field."""
        return self.page.one(data_field=name).attributes["data-value"]

    def rows(self, name: str) -> list[Element]:
        """Rows of that kind."""
        return self.page.all(data_row=name)

    def buttons(self) -> list[str]:
        """What the page's buttons say."""
        return [each.text for each in self.page.all("button")]

    def links(self) -> list[str]:
        """Where the page's own links lead."""
        return [each.attributes["href"] for each in self.page.all("a", href=None)]

    def form(self, button: str, inside: Element | None = None) -> tuple[str, str, dict[str, str]]:
        """Method, address and hidden or filled fields of the form with that button (in that row)."""
        for form in (inside or self.page).all("form"):
            for each in form.all("button"):
                if each.text == button:
                    own = (
                        {each.attributes["name"]: each.attributes.get("value", "")} if "name" in each.attributes else {}
                    )
                    return form.attributes.get("method", "get"), form.attributes["action"], _fields(form) | own
        raise AssertionError(f"no button {button!r}: {self.buttons()}")

    def alerts(self) -> list[str]:
        """What is wrong, as the page says it."""
        return [each.text for each in self.page.all(role="alert")]


def _fields(form: Element) -> dict[str, str]:
    found = {}
    for each in form.all("input", name=None):
        kind = each.attributes.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in each.attributes:
            continue
        found[each.attributes["name"]] = each.attributes.get("value", "on" if kind == "checkbox" else "")
    for select in form.all("select", name=None):
        chosen = [each for each in select.all("option") if "selected" in each.attributes] or select.all("option")
        found[select.attributes["name"]] = chosen[0].attributes.get("value", chosen[0].text) if chosen else ""
    return found


@cache
def _router() -> Router:
    return Router(load(ROOT / "template.yaml", {}).routes)


@dataclass
class Browser:
    """One person's. `cookie` is the session's, as the page set it."""

    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Shown:
        """Show an address, redirects followed as long as they stay on the page."""
        return self._follow(self.send("GET", path, None, headers))

    def post(self, path: str, form: Mapping[str, str], origin: str | None = ORIGIN, **headers: str) -> Shown:
        """Send a form."""
        more = {"origin": origin} if origin is not None else {}
        return self._follow(self.send("POST", path, form, {**more, **headers}))

    def press(self, shown: Shown, button: str, inside: Element | None = None, **typed: str) -> Shown:
        """Press a button of what is shown, with what was typed into its form."""
        method, path, fields = shown.form(button, inside)
        fields = {name: value for name, value in {**fields, **typed}.items() if value is not None}
        return self.post(path, fields) if method == "post" else self.get(f"{path}?{urlencode(fields)}")

    def send(self, method: str, path: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Shown:
        """One request, nothing followed."""
        found = _router().find(method, path.partition("?")[0])
        assert found is not None, f"{method} {path} has no route"
        route, parameters = found
        sent = {"host": HOST, "user-agent": "tests", **self.headers, **headers}
        if self.cookie:
            sent["cookie"] = self.cookie
        body = b""
        if form is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        request = Request(method, path, sent, body, "req-1", 1_768_000_000_000, "127.0.0.1")
        event = route_event(request, route.key, parameters, None)
        result: dict[str, Any] = import_module("functions.portal.app").handler(event, None)
        return Shown(result["statusCode"], result["headers"], result["body"], result.get("cookies", []), path)

    def _follow(self, shown: Shown) -> Shown:
        for _ in range(MOST_REDIRECTS):
            for cookie in shown.cookies:
                self.cookie = cookie.partition(";")[0]
            location = shown.headers.get("location", "")
            if not location.startswith("/"):
                return shown
            shown = self.send("GET", location, None, {})
        return shown
