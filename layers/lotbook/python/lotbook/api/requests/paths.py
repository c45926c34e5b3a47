"""Ids and numbers from path and query. What cannot be an id is answered like an id that does not exist."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lotbook.api.http.identity import is_id
from lotbook.api.requests import burning
from lotbook.domain.values import ids
from lotbook.domain.values.errors import (
    InvalidRequest,
    LotNotFound,
    PaymentMethodNotFound,
    PolicyNotFound,
    PurchaseNotFound,
)

_VERSION = re.compile(r"[1-9][0-9]{0,5}")
PAYMENT_METHOD = re.compile(r"[A-Za-z0-9_]{1,255}")  # the gateway's ids


def purchase_id(path: Mapping[str, str]) -> str:
    """The purchase in the path; raises PurchaseNotFound for what cannot be one."""
    return _id(path, "purchase_id", PurchaseNotFound)


def lot_id(path: Mapping[str, str]) -> str:
    """The lot in the path; raises LotNotFound for what cannot be one."""
    return _id(path, "lot_id", LotNotFound)


def policy_id(path: Mapping[str, str]) -> str:
    """The policy in the path; raises PolicyNotFound for what cannot be one."""
    return _id(path, "policy_id", PolicyNotFound)


def new_policy_id(path: Mapping[str, str]) -> str:
    """The policy to publish; raises InvalidRequest for what cannot be an id."""
    found = path.get("policy_id", "")
    if not is_id(found):
        raise InvalidRequest.of("policy_id", "pattern", f"policy_id must be {ids.FORM}.")
    return found


def payment_method(found: str) -> str:
    """A card's name, from path or body; raises PaymentMethodNotFound for what cannot be one."""
    if PAYMENT_METHOD.fullmatch(found) is None:
        raise PaymentMethodNotFound
    return found


def version(query: Mapping[str, str]) -> int | None:
    """The version asked for, None for the newest; raises InvalidRequest."""
    text = query.get("version")
    if text is None:
        return None
    if _VERSION.fullmatch(text) is None:
        raise InvalidRequest.of("version", "range", "version must be a positive integer.")
    return int(text)


def unit(query: Mapping[str, str]) -> str | None:
    """The unit asked for, None where none is named; raises InvalidRequest."""
    return burning.unit_of(dict(query))


def _id(path: Mapping[str, str], name: str, absent: type[PurchaseNotFound | PolicyNotFound | LotNotFound]) -> str:
    found = path.get(name, "")
    if not is_id(found):
        raise absent
    return found
