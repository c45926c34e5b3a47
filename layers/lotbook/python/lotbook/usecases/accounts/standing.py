"""Whether an account is there for a caller, and the call open to the caller's role: asked before a request is told what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.values.errors import Forbidden
from lotbook.usecases.accounts.load_account import load_stored_account, require_account

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.ports.shop import AccountStore, PolicyStore


def check_standing(
    account_id: str, caller: Caller, *, only_buyers: bool, accounts: AccountStore, policies: PolicyStore
) -> None:
    """Raises AccountNotFound; with `only_buyers` also Forbidden, for a member whose role may not buy (IS-31, NP-01).

    What a service key may do, its scopes say; they have been asked by then.
    """
    if not only_buyers or caller.kind == "service":
        require_account(account_id, accounts=accounts)
        return
    loaded = load_stored_account(account_id, accounts=accounts, policies=policies)
    if not is_buyer(loaded.published.policy, account_id, caller):
        raise Forbidden
