"""Bring an account's pauses, and the flags in its books that refuse burns, to what holds now (D13, X-32).

What is owed is paid by whatever comes in: a grant, a period, a hold that gives back, a purchase. So nobody has to catch the
moment: whoever is refused for a shortfall asks once whether it still holds, and the present policy version answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import PAUSED_FOR_SHORTFALL, refusal_of, tops_up, with_pause, without_pause
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.accounts.load_account import load_stored_account
from lotbook.usecases.credits.pause_books import mark_book, pause_account

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.ports.shop import AccountStore, PolicyStore
    from lotbook.usecases.credits.desk import CreditDesk

SAVE_ATTEMPTS = 5


def follow_pauses(account_id: str, *, accounts: AccountStore, policies: PolicyStore, desk: CreditDesk) -> Account:
    """The account, paused for a shortfall exactly if it owes credits and its policy pauses for that; other reasons stay.

    Raises AccountNotFound, Unavailable.
    """
    for _ in range(SAVE_ATTEMPTS):
        loaded = load_stored_account(account_id, accounts=accounts, policies=policies)
        policy, was = loaded.published.policy, loaded.account
        books = [desk.books.get(account_id, unit) for unit in policy.units]
        owes = any(book is not None and book.debt > 0 for book in books)
        change = with_pause if owes and policy.shortfall_pauses else without_pause
        account = change(was, PAUSED_FOR_SHORTFALL)
        try:
            account = account if account == was else accounts.save(account)
        except Conflict:
            continue
        # Also where nothing changed: a crash may have come between the account and its books.
        if any((book and book.pause_reason) != refusal_of(account) for book in books):
            pause_account(account_id, policy.units, refusal_of(account), account.version, desk=desk)
        if any(book and book.tops_up for book in books) or tops_up(account):
            mark_book(account.account_id, policy.units[0], tops_up(account), account.version, desk=desk)
        return account
    raise Unavailable("The account is busy; send the same request again.")
