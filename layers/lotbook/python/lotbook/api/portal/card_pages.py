"""Cards on file: which is the default, and what can be done with each (IS-23, IS-24, IS-59, MK-25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.portal.replies import Page
from lotbook.domain.sales.eligibility import is_buyer

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.sales.cards import CardFile
    from lotbook.usecases.accounts.load_account import LoadedAccount

BRANDS = {"amex": "American Express", "mastercard": "Mastercard", "visa": "Visa", "unionpay": "UnionPay", "jcb": "JCB"}


def page(found: CardFile, loaded: LoadedAccount, visit: Visit, *, now: int) -> Page:
    """Their page."""
    values = {
        "cards": found.shown,
        "default": found.default,
        "brands": BRANDS,
        "now": now,
        "is_added": "added" in visit.query,
        "can_buy": is_buyer(loaded.policy, loaded.account.account_id, visit.caller),
        "is_open": loaded.account.state != "closed",
    }
    return Page("cards.html", loaded, values)
