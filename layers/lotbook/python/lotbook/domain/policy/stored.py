"""Read a policy document that was checked when it was published: nothing but the standard library, for fast starts.

What the model gained since then gets its default; fields of a later model are passed over, so that during a deployment
the older code can read what the newer one published. Rules across fields are not checked again: an account lives under
the version it was made under, also when the rules have become stricter.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from lotbook.domain.policy.document import Policy


def read_policy(document: Mapping[str, object]) -> Policy:
    """The policy of a published document. Raises KeyError or TypeError for a document that never was one."""
    policy: Policy = _read(Policy, document)
    return policy


def _read(hint: Any, value: Any) -> Any:
    if is_dataclass(hint):
        return _read_fields(hint, value)
    if hint is Decimal:
        return Decimal(value)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(next(each for each in inner if each is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(inner[0], item) for item in value)
    if origin is Mapping:
        return {key: _read(inner[1], item) for key, item in value.items()}
    return value


def _read_fields(model: Any, document: Mapping[str, Any]) -> Any:
    hints = _hints(model)
    return model(**{name: _read(hints[name], value) for name, value in document.items() if name in hints})


@cache
def _hints(model: Any) -> dict[str, Any]:
    return get_type_hints(model)
