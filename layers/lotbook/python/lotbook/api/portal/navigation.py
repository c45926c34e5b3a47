"""The links beside every page: those that the account's policy has a page for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lotbook.api.portal.routes import PAGES, ROOT
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.usecases.accounts.load_account import LoadedAccount


@dataclass(frozen=True, slots=True)
class Link:
    """A page by its name."""

    title: str
    path: str


def navigation(loaded: LoadedAccount) -> tuple[Link, ...]:
    """In the order in which they are read."""
    return tuple(link for link in _wanted(loaded) if has_page(link.path))


def has_page(path: str) -> bool:
    """Whether there is a page at this address: nothing leads to one that is not there."""
    return f"GET {path}" in PAGES


def _wanted(loaded: LoadedAccount) -> Iterator[Link]:
    policy = loaded.policy
    yield Link("Overview", f"{ROOT}/")
    if policy.top_up.mode != "none" or policy.custom_payment:
        yield Link("Buy credits", f"{ROOT}/buy")
    if len(policy.plans) > 1:
        yield Link("Plans", f"{ROOT}/plans")
    yield Link("Transactions", f"{ROOT}/transactions")
    yield Link("Statement", f"{ROOT}/statement")
    if policy.auto_top_up is not None:
        yield Link("Automatic purchase", f"{ROOT}/automatic-purchase")
    yield Link("Cards", f"{ROOT}/cards")
    yield Link("Billing details", f"{ROOT}/billing-details")
