"""Deliver new ledger entries of many accounts together: file them, announce them, follow levels, ask for automatic purchases.

A step takes all accounts at once, and those that failed in it are left out of the next: so for each account a line is filed before its
event is published, and its event before a latch says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.canary import is_counted
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.usecases.accounts.note_uses import note_uses_of
from lotbook.usecases.credits.file_statement import file_statements
from lotbook.usecases.in_batches import cut, in_batches
from lotbook.usecases.news.announce import WORKERS
from lotbook.usecases.news.announce_entries import READS_A_CALL, announce_entries
from lotbook.usecases.news.ask_automatic import is_low
from lotbook.usecases.news.follow_levels import follow_levels
from lotbook.usecases.news.known import KnownAccount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.policy.document import Policy
    from lotbook.ports.news import Owner, StatementStore
    from lotbook.usecases.news.announce import Outlets

    Entries = Mapping[Owner, Sequence[Entry]]


def deliver_entries(entries: Entries, *, statement: StatementStore, outlets: Outlets) -> dict[Owner, Exception]:
    """Entries by account and unit. Answers whose must come again, each with why; raises nothing of one account's."""
    failed = dict(file_statements(entries, statement=statement))
    # Of the deployment's own account the statement is there, and nobody is told.
    told = {owner: each for owner, each in entries.items() if owner not in failed and is_counted(owner[0])}
    failed |= announce_entries(told, outlets=outlets)
    rest = _Rest({owner: each for owner, each in told.items() if owner not in failed}, outlets)
    return failed | rest.done()


class _Rest:
    """What follows from announced entries, and needs to know the account and its policy."""

    def __init__(self, entries: Entries, outlets: Outlets) -> None:
        self._entries, self._outlets = entries, outlets
        self._known: dict[str, KnownAccount] = {}
        self._policies: dict[Owner, Policy] = {}

    def done(self) -> dict[Owner, Exception]:
        """Step by step. A ledger without an account has nobody to warn or to buy for, and is no reason to hold up the rest."""
        failed: dict[Owner, Exception] = {}
        for step in (self._look_up, self._find_policies, self._follow, self._ask, self._note_uses):
            failed |= step({owner: each for owner, each in self._entries.items() if owner not in failed})
        return failed

    def _look_up(self, entries: Entries) -> Mapping[Owner, Exception]:
        def read(batch: Sequence[tuple[str, str]]) -> Mapping[str, bool]:
            found = self._outlets.many.accounts([account_id for account_id, _ in batch])
            known = {name: KnownAccount(each.policy_id, each.currency) for name, each in found.items()}
            self._outlets.known.learn(known)
            self._known |= known
            return dict.fromkeys((account_id for account_id, _ in batch), True)

        ids = dict.fromkeys(account_id for account_id, _ in entries)
        self._known = self._outlets.known.of(ids)
        new = [(account_id, account_id) for account_id in ids if account_id not in self._known]
        failed = in_batches(cut(new, READS_A_CALL), read, WORKERS).failed
        return {owner: failed[owner[0]] for owner in entries if owner[0] in failed}

    def _find_policies(self, entries: Entries) -> Mapping[Owner, Exception]:
        def find(batch: Sequence[tuple[Owner, str]]) -> Mapping[Owner, Policy]:
            return {owner: self._policy(owner[0], policy_id) for owner, policy_id in batch}

        known = [(owner, self._known[owner[0]].policy_id) for owner in entries if owner[0] in self._known]
        found = in_batches([known], find)
        self._policies = dict(found.answers)
        return found.failed

    def _policy(self, account_id: str, policy_id: str) -> Policy:
        """As it was some seconds ago. Levels and automatic purchase are the newest version's, whatever the plan was bought under."""
        published = self._outlets.policies.recent(policy_id)
        if published is None:
            raise BrokenInvariant(f"account {account_id} lives under a policy that is not published")
        return published.policy

    def _follow(self, entries: Entries) -> Mapping[Owner, Exception]:
        levels = {owner: policy.alerts.purchased_used_percent for owner, policy in self._policies.items()}
        return follow_levels(entries, levels, outlets=self._outlets)

    def _ask(self, entries: Entries) -> Mapping[Owner, Exception]:
        """Where a burn left too little, the account is read as it is now: it may have been switched on a moment ago."""

        def ask(batch: Sequence[tuple[Owner, Owner]]) -> Mapping[Owner, bool]:
            accounts = self._outlets.accounts.get_many([account_id for (account_id, _), _ in batch])
            for account in accounts.values():
                if account.auto is not None and account.auto.may_buy:
                    self._outlets.queue.ask(account.account_id, None)
            return {owner: True for owner, _ in batch}

        low = in_batches([list(entries.items())], self._are_low)
        asked = in_batches(cut([(owner, owner) for owner, is_so in low.answers.items() if is_so], READS_A_CALL), ask)
        return {**low.failed, **asked.failed}

    def _are_low(self, batch: Sequence[tuple[Owner, Sequence[Entry]]]) -> Mapping[Owner, bool]:
        found = self._policies
        return {owner: owner in found and is_low(found[owner], owner[1], each) for owner, each in batch}

    def _note_uses(self, entries: Entries) -> Mapping[Owner, Exception]:
        def note(batch: Sequence[tuple[Owner, KnownAccount]]) -> Mapping[Owner, bool]:
            for (account_id, unit), known in batch:
                note_uses_of(account_id, known.policy_id, known.currency, [unit], policies=self._outlets.policies)
            return {owner: True for owner, _ in batch}

        granted = [
            (owner, self._known[owner[0]])
            for owner, each in entries.items()
            if owner[0] in self._known and any(entry.kind == "granted" for entry in each)
        ]
        return in_batches(cut(granted, READS_A_CALL), note).failed
