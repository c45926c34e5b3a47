"""The door of the billing page: an event in; a page, a redirect or a file out, with the headers that keep strangers out.

Order of refusals: the session (401), the form's origin and token (403), then what the page itself says. A refusal is a page with
its sentence and the next step, never a problem document; only named outcomes become pages, anything else crashes as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lotbook.api.http import problems
from lotbook.api.http.http import Event, Request, read
from lotbook.api.http.observability import Invocation, log_answer, log_crash
from lotbook.api.portal import assets, sentences
from lotbook.api.portal.rendering import render
from lotbook.api.portal.replies import File, Page, Redirect, Reply
from lotbook.api.portal.routes import ENTER, ROOT, STATIC
from lotbook.api.portal.visits import Visit
from lotbook.domain.portal.brand import Brand
from lotbook.domain.portal.sessions import SESSION_LASTS
from lotbook.domain.values.errors import Forbidden, Outcome
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.portal.sessions import OpenSession

Show = Callable[[Visit], Reply]
FOREIGN = "This form came from another page. Nothing was changed."
STALE = "This form belongs to a session that is over. Nothing was changed."
YEAR_SECONDS = 31_536_000


@dataclass(frozen=True)
class Keeper:
    """Who lets people in: `open_link` and `read_session` are the use cases of the same names."""

    brand: Brand
    open_link: Callable[[str], OpenSession]
    read_session: Callable[[str], OpenSession]


def answer(pages: Mapping[str, Show], event: Event, context: object, keeper: Keeper) -> dict[str, Any]:
    """Answer one event. Raises KeyError for an address that the function does not have: the template is wrong then."""
    request, invocation = read(event), Invocation(context)
    base_url = keeper.brand.url or f"https://{request.host}"
    door = _Door(request, keeper, base_url, event.get("cookies") or ())
    told: dict[str, Any] | None = None
    code = None
    try:
        told = door.open(pages)
    except Outcome as outcome:
        code = outcome.code
        told = door.refuse(outcome)
    finally:
        logged = {"request_id": request.request_id, "route": request.route_key, **door.who()}
        if told is None:
            log_crash(**invocation.fields(), **logged)
    log_answer(**invocation.fields(), **logged, status=told["statusCode"], code=code)
    return told


class _Door:
    """One request on its way in and out."""

    def __init__(self, request: Request, keeper: Keeper, base_url: str, cookies: tuple[str, ...] | list[str]) -> None:
        self._request, self._keeper, self._base_url = request, keeper, base_url
        self._is_secure = base_url.startswith("https://")
        self._cookie = "__Host-lotbook" if self._is_secure else "lotbook"
        sent = (cookie.partition("=") for cookie in cookies)
        self._token = next((value for name, _, value in sent if name == self._cookie), "")
        self._visit: Visit | None = None

    def who(self) -> dict[str, str | None]:
        """For the log: never a code, a cookie or a form's token."""
        visit = self._visit
        return {
            "account_id": visit.account_id if visit else None,
            "actor": visit.caller.actor if visit else None,
            "purchase_id": self._request.path.get("purchase_id") if visit else None,
        }

    def open(self, pages: Mapping[str, Show]) -> dict[str, Any]:
        if self._request.route_key == STATIC:
            found = assets.find(self._request.path["file"], self._keeper.brand)
            return self._told(found or sentences.missing())
        if self._request.route_key == ENTER:
            return self._let_in()
        show = pages[self._request.route_key]
        self._visit = Visit(self._request, self._keeper.read_session(self._token), self._keeper.brand, self._base_url)
        if self._request.route_key.startswith("POST "):
            self._check_form(self._visit)
        return self._told(show(self._visit))

    def refuse(self, outcome: Outcome) -> dict[str, Any]:
        """The page that says so."""
        status = problems.kind_of(type(outcome)).status
        return self._told(sentences.page(outcome, status, self._request.request_id))

    def _let_in(self) -> dict[str, Any]:
        opened = self._keeper.open_link(self._request.query.get("code", ""))
        self._visit = Visit(self._request, opened, self._keeper.brand, self._base_url)
        kept = (
            f"Path=/; Max-Age={SESSION_LASTS // SECOND}; HttpOnly; SameSite=Lax{'; Secure' if self._is_secure else ''}"
        )
        return {**self._told(Redirect(f"{ROOT}/")), "cookies": [f"{self._cookie}={opened.token.text}; {kept}"]}

    def _check_form(self, visit: Visit) -> None:
        """A browser says where a form comes from; whatever says nothing needs the token all the same."""
        headers = self._request.headers
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        if (origin is not None and origin != self._base_url) or site not in ("same-origin", "none"):
            raise Forbidden(FOREIGN)
        if not visit.session.token.made(visit.form.get("form", "")):
            raise Forbidden(STALE)

    def _told(self, reply: Reply) -> dict[str, Any]:
        headers = {**self._policy(), **_headers_of(reply)}
        match reply:
            case Page(status=status):
                text = render(reply, self._visit, self._keeper.brand)
            case Redirect():
                status, text = 303, ""
            case File(text=text):
                status = 200
        return {"statusCode": status, "headers": headers, "body": text, "isBase64Encoded": False}

    def _policy(self) -> dict[str, str]:
        """With `no-referrer` our own forms would send `Origin: null`. The gateway's origins: a form's redirects count, too."""
        brand = self._keeper.brand
        frames = " ".join(brand.frames) or "'none'"
        rules = (
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "connect-src 'self'",
            f"img-src 'self' data: {brand.logo_origin}".rstrip(),
            f"form-action 'self' {' '.join(brand.pages)}".rstrip(),
            f"frame-ancestors {frames}",
            "base-uri 'none'",
        )
        given = {
            "content-security-policy": "; ".join(rules),
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "x-robots-tag": "noindex",
        }
        if not brand.frames:
            given["x-frame-options"] = "DENY"
        if self._is_secure:
            given["strict-transport-security"] = f"max-age={YEAR_SECONDS}"
        return given


def _headers_of(reply: Reply) -> dict[str, str]:
    match reply:
        case Redirect(location=location):
            return {"cache-control": "no-store", "location": location}
        case File(is_fixed=True, content_type=kind):
            return {"cache-control": f"public, max-age={YEAR_SECONDS}, immutable", "content-type": kind}
        case File(content_type=kind, name=name):
            told = {"content-disposition": f'attachment; filename="{name}"'}
            return {"cache-control": "no-store", "content-type": kind, **told}
    return {"cache-control": "no-store", "content-type": "text/html; charset=utf-8"}
