"""What the examples need of FastAPI and Django, where those are not installed: their decorators hand back the functions, which tests call."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "clients" / "python" / "examples"


def loaded(monkeypatch: pytest.MonkeyPatch, name: str) -> Any:
    """An example as a module, with its framework or what stands in for it."""
    framework = name.removesuffix("_app")
    if find_spec(framework) is None:
        for path, members in STAND_INS[framework].items():
            module = ModuleType(path)
            vars(module).update(members)
            monkeypatch.setitem(sys.modules, path, module)
    elif framework == "django":  # pragma: no cover - where it is installed
        from django.conf import settings  # type: ignore[import-not-found]

        settings.configured or settings.configure()
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _App:
    def post(self, _path: str) -> Callable[[Any], Any]:
        return _as_it_is


class _Refused(Exception):
    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code, self.detail = status_code, detail


class _Json:
    def __init__(self, data: Mapping[str, object], status: int = 200) -> None:
        self.content, self.status_code = json.dumps(data).encode(), status


def _as_it_is(function: Any) -> Any:
    return function


STAND_INS: dict[str, dict[str, dict[str, Any]]] = {
    "fastapi": {"fastapi": {"FastAPI": _App, "HTTPException": _Refused, "Request": SimpleNamespace}},
    "django": {
        "django": {},
        "django.http": {"HttpRequest": SimpleNamespace, "JsonResponse": _Json},
        "django.urls": {"path": lambda where, view: (where, view)},
        "django.views": {},
        "django.views.decorators": {},
        "django.views.decorators.csrf": {"csrf_exempt": _as_it_is},
        "django.views.decorators.http": {"require_POST": _as_it_is},
    },
}


def django_request(post: Mapping[str, str], body: bytes = b"", headers: Mapping[str, str] | None = None) -> Any:
    """As a view gets it."""
    return SimpleNamespace(method="POST", POST=post, body=body, headers=headers or {})


def fastapi_request(body: bytes, headers: Mapping[str, str]) -> Any:
    """As a route gets it."""

    async def read() -> bytes:
        return body

    return SimpleNamespace(body=read, headers=headers)
