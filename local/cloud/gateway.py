"""API Gateway's HTTP API on this machine: the template's routes and authorizers, functions in this process."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local.cloud.api_events import Answer, Request, authorizer_event, route_event, to_answer
from local.cloud.functions import FunctionFailed, Functions
from local.cloud.template import Authorizer, Route, Template

MOST_CACHED_IDENTITIES = 10_000


class Router:
    """Finds the route of a request: literal segments win over parameters, parameters over a greedy rest."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._routes = sorted(((_rank(route.path), route) for route in routes), key=lambda pair: pair[0])

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its decoded path parameters; `path` is still percent-encoded."""
        segments = path.split("/")
        for _, route in self._routes:
            if route.method in (method, "ANY"):
                parameters = _match(route.path.split("/"), segments)
                if parameters is not None:
                    return route, parameters
        return None


def _rank(path: str) -> list[int]:
    return [2 if segment.endswith("+}") else 1 if segment.startswith("{") else 0 for segment in path.split("/")]


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for position, wanted in enumerate(pattern):
        if wanted.endswith("+}"):
            rest = "/".join(segments[position:])
            return {**parameters, wanted[1:-2]: unquote(rest)} if rest else None
        if position >= len(segments):
            return None
        if wanted.startswith("{"):
            if not segments[position]:
                return None
            parameters[wanted[1:-1]] = unquote(segments[position])
        elif wanted != unquote(segments[position]):
            return None
    return parameters if len(pattern) == len(segments) else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An authorizer's answer."""

    authorized: bool
    context: Mapping[str, Any]


class Identities:
    """Authorizers' answers, kept by the identity source alone (as API Gateway does), for the authorizer's time to live."""

    def __init__(self, functions: Functions, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._functions = functions
        self._elapsed = elapsed
        self._kept: OrderedDict[tuple[str, str], tuple[float, Verdict]] = OrderedDict()
        self._lock = threading.Lock()

    def verdict(self, authorizer: Authorizer, request: Request, route: Route, parameters: dict[str, str]) -> Verdict:
        """The kept or a fresh answer. Raises FunctionFailed when the authorizer does or answers nonsense."""
        source = request.headers[authorizer.header]
        key = (authorizer.function, source)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] > self._elapsed():
            return kept[1]
        event = authorizer_event(request, route.key, parameters, source)
        answer = self._functions.invoke(authorizer.function, event)
        if not isinstance(answer, dict) or not isinstance(answer.get("isAuthorized"), bool):
            raise FunctionFailed(authorizer.function)
        verdict = Verdict(answer["isAuthorized"], answer.get("context") or {})
        if authorizer.ttl_seconds:
            self._keep(key, self._elapsed() + authorizer.ttl_seconds, verdict)
        return verdict

    def _keep(self, key: tuple[str, str], until: float, verdict: Verdict) -> None:
        with self._lock:
            self._kept[key] = (until, verdict)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_CACHED_IDENTITIES:
                self._kept.popitem(last=False)


class Gateway:
    """Answers requests as API Gateway would in front of the template's functions."""

    def __init__(self, template: Template, functions: Functions, identities: Identities | None = None) -> None:
        self._template = template
        self._functions = functions
        self._router = Router(template.routes)
        self._identities = identities or Identities(functions)

    def answer(self, request: Request) -> Answer:
        """The answer; nothing that a request holds makes this raise."""
        found = self._router.find(request.method, request.path)
        if found is None:
            return message(404, "Not Found")
        route, parameters = found
        try:
            return self._routed(request, route, parameters)
        except FunctionFailed:
            return message(500, "Internal Server Error")

    def _routed(self, request: Request, route: Route, parameters: dict[str, str]) -> Answer:
        identity: Mapping[str, Any] | None = None
        if route.authorizer is not None:
            authorizer = self._template.authorizers[route.authorizer]
            if not request.headers.get(authorizer.header):
                return message(401, "Unauthorized")
            verdict = self._identities.verdict(authorizer, request, route, parameters)
            if not verdict.authorized:
                return message(403, "Forbidden")
            identity = verdict.context
        result = self._functions.invoke(route.function, route_event(request, route.key, parameters, identity))
        return to_answer(result) or message(500, "Internal Server Error")


def message(status: int, text: str) -> Answer:
    """API Gateway's own kind of answer."""
    return json_answer(status, {"message": text})


def json_answer(status: int, body: Any) -> Answer:
    """A JSON answer."""
    return Answer(status, (("content-type", "application/json"),), json.dumps(body).encode())
