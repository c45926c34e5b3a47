"""The console as one object: a request in, a page, a redirect or a file out. What changes something is a POST with the form's token."""

from __future__ import annotations

import hmac
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from local.cloud.api_events import Answer, Request
from local.console import account_actions, assets, gateway_actions, pages, time_actions
from local.console.accounts import Policies
from local.console.calls import CallRefused, Problem
from local.console.desk import Asking, Desk
from local.console.doing import Action, Doing, Done, Link, Result
from local.console.fields import LONGEST_FORM, Fields, Unclear, pairs, place_of
from local.console.look import Look
from local.console.pages import SHOWN, Page, Visit
from local.console.ring import Ring
from local.console.words import LOOK_ANEW, NEXT, PAGES

DO = f"{PAGES}/do/"
STATIC = f"{PAGES}/static/"
MAIL = re.compile(rf"{PAGES}/mails/([0-9]+)/html")
ACTIONS: Mapping[str, Action] = {**account_actions.ACTIONS, **time_actions.ACTIONS, **gateway_actions.ACTIONS}
MOST_DONE = 200
QUIET_SECONDS = 2.0  # for what the gateway still delivers, before a page is read
NOT_OURS = "This form is not of this console, or of an earlier run of it. Nothing was done: load the page again."
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'"
)
AROUND = (
    ("cache-control", "no-store"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


class Console:
    """`advice`: what a caller should do about a code of the API, as the catalogue of errors has it."""

    def __init__(self, desk: Desk, ring: Ring, advice: Mapping[str, str]) -> None:
        self.desk, self._ring, self._advice = desk, ring, advice
        self._policies = Policies()
        self._look = Look(desk, advice)
        self._done: OrderedDict[int, Done] = OrderedDict()
        self._lock = threading.Lock()
        self._count = 0

    @staticmethod
    def answers(path: str) -> bool:
        """Whether the path is one of the console's."""
        return path in ("/", PAGES) or path.startswith(f"{PAGES}/")

    def answer(self, request: Request) -> Answer:
        """The answer. Whoever asks has passed the door: nobody from another origin, and no foreign host."""
        if request.path.startswith(DO):
            return self._act(request) if request.method == "POST" else self._page(request, pages.missing(NOT_OURS))
        if request.method not in ("GET", "HEAD"):
            return _html(self._look.page(pages.missing(NOT_OURS), "/", None), 405)
        if request.path.startswith(STATIC):
            return assets.answer(request.path.removeprefix(STATIC))
        if (mail := MAIL.fullmatch(request.path)) is not None:
            return self._mail(mail[1])
        return self._show(request)

    def _show(self, request: Request) -> Answer:
        if self.desk.gateway is not None:
            self.desk.gateway.settled(QUIET_SECONDS)
        path = request.path.removeprefix(PAGES).strip("/")
        first, _, step = path.partition("/")
        show = SHOWN.get(f"{first}/*" if step else first)
        query = pairs(request.query)
        if show is None or "/" in step:
            return self._page(request, pages.missing("There is no such page."))
        visit = Visit(self.desk, self._ring, self._policies, Asking(self.desk), query, step)
        return self._page(request, show(visit), visit)

    def _page(self, request: Request, page: Page, visit: Visit | None = None) -> Answer:
        done = self._done.get(place_of(visit.query.get("done", ""))) if visit else None
        return _html(self._look.page(page, _here(request, visit), done, visit.asking if visit else None), page.status)

    def _mail(self, step: str) -> Answer:
        """A mail as its reader would see it: no script, no link out of its frame, nothing of ours within its reach."""
        found = pages.mail_of(self.desk, step)
        headers = (("content-type", "text/html; charset=utf-8"), ("content-security-policy", MAIL_POLICY), *AROUND)
        return Answer(200 if found else 404, headers, str(found["html"] if found else "").encode())

    def _act(self, request: Request) -> Answer:
        given = pairs(request.body[:LONGEST_FORM].decode("utf-8", "replace"))
        name = request.path.removeprefix(DO)
        if not hmac.compare_digest(given.pop("form", "").encode(), self.desk.form_token.encode()):
            return self._page_of(NOT_OURS, 403)
        back = _own(given.pop("back", "/"))
        if name == "call.again":
            action = Action("Send a call again", self._again)
        elif name in ACTIONS:
            action = ACTIONS[name]
        else:
            return self._page_of("There is no such action.", 404)
        done = self._carried_out(name, action, given)
        return Answer(303, (("location", _with(back, done.number)), *AROUND), b"")

    def _page_of(self, sentence: str, status: int) -> Answer:
        return _html(self._look.page(pages.missing(sentence), "/", None), status)

    def _again(self, fields: Fields, doing: Doing) -> Result:
        """The same call with the same key: of what is done once, the answer is the same."""
        noted = self._ring.find(fields.whole("number"))
        if noted is None or noted.call is None:
            raise Unclear("number", "This call is not kept any more.")
        doing.call(noted.call)
        doing.settle()
        return Result("The call was sent again, with the same key if it has one. Compare the two answers.")

    def _carried_out(self, name: str, action: Action, given: Mapping[str, str]) -> Done:
        doing = Doing(self.desk, action.title)
        problem: Problem | None = None
        result = Result("")
        try:
            result = action.do(Fields(given), doing)
        except CallRefused as refused:
            problem = refused.problem
        except Unclear as unclear:
            problem = Problem(0, "unclear", unclear.message, {unclear.name: unclear.message})
        step = self._step(problem) if problem else ""
        links: tuple[Link, ...] = result.links
        with self._lock:
            self._count += 1
            done = Done(
                self._count, name, action.title, result.sentence, links, tuple(doing.noted), problem, step, given
            )
            self._done[done.number] = done
            while len(self._done) > MOST_DONE:
                self._done.popitem(last=False)
        return done

    def _step(self, problem: Problem) -> str:
        """The next step: ours, the catalogue's, or to look anew."""
        return NEXT.get(problem.code) or self._advice.get(problem.code) or LOOK_ANEW


def form_token(secret: str) -> str:
    """The token of a run's forms: of its own secret, so a page that was open before a restart still works after it."""
    return hmac.new(secret.encode(), b"the forms of the console", sha256).hexdigest()


def _here(request: Request, visit: Visit | None) -> str:
    """The address of this page without what was done on it."""
    kept = {name: value for name, value in (visit.query if visit else {}).items() if name != "done"}
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def _own(back: str) -> str:
    """A page of ours, whatever the form says: nobody is sent elsewhere."""
    parts = urlsplit(back) if back.isascii() and back.isprintable() and "\\" not in back else urlsplit("/")
    is_ours = not parts.scheme and not parts.netloc and Console.answers(parts.path)
    return parts._replace(fragment="").geturl() if is_ours else "/"


def _with(back: str, number: int) -> str:
    return f"{back}{'&' if '?' in back else '?'}done={number}#done"


def _html(text: str, status: int) -> Answer:
    headers = (("content-type", "text/html; charset=utf-8"), ("content-security-policy", POLICY), *AROUND)
    return Answer(status, headers, text.encode("utf-8", "replace"))  # half a character is somebody's mistake
