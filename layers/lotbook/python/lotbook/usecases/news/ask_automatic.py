"""Ask for automatic purchases where the table says that it is time to look; whether anything is bought is decided there.

A burn that fits costs nothing for this: it is the ledger's stream that shows what is left. A message too many finds nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.auto_top_ups import Need, is_due
from lotbook.domain.sales.purchase import WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.automatic import AutoQueue

BURNS = frozenset({"consumed", "held"})


def is_low(policy: Policy, unit: str, entries: Sequence[Entry]) -> bool:
    """Whether a burn left less than the policy wants, and it is so still: then it is time to look at the account (X-06).

    What was taken back, frozen or expired is no use of credits: nobody is charged again because of a refund or a dispute.
    """
    rule = policy.auto_top_up
    if rule is None or unit != policy.units[0]:
        return False
    last = max(entries, key=lambda entry: entry.seq)
    burns = [entry for entry in entries if entry.kind in BURNS]
    return any(is_due(rule, Need(each.available_after)) for each in burns) and is_due(rule, Need(last.available_after))


def ask_for_row(before: Purchase | None, after: Purchase, *, queue: AutoQueue) -> None:
    """A claim with its row is new: it is to be charged. Raises Unavailable."""
    if before is None and after.auto is not None and after.state in WAITING:
        queue.ask(after.account_id, after.purchase_id)


def ask_for_account(before: Account, after: Account, *, queue: AutoQueue) -> None:
    """Automatic purchase was switched on, or goes on after a failure: what waited may be due now. Raises Unavailable."""
    may, might = (each.auto is not None and each.auto.may_buy for each in (after, before))
    if may and not might:
        queue.ask(after.account_id, None)
