"""The claim: one transaction that reserves cap and money and writes the row, before any gateway hears of it (MK-19, D30, D32).

Whoever is short asks: a burn through its hook, the work behind the queue for one that runs low. However many ask together, one
claims and the others find what it has claimed. Every time that nothing is bought has its reason in the history, once (D31).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.automatic import with_claim
from lotbook.domain.sales.auto_history import event, without_card
from lotbook.domain.sales.auto_orders import Made, advance_lot, auto_order, claim_of, event_of
from lotbook.domain.sales.auto_top_ups import (
    NEVER_ON,
    Charge,
    Need,
    bounds_of,
    charge_of,
    decided,
    units_for,
    within_bounds,
)
from lotbook.domain.values import ids
from lotbook.domain.values.errors import BrokenInvariant, Conflict, NotEligible, Unavailable
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.accounts.load_account import LoadedAccount, load_account
from lotbook.usecases.credits.desk import Advance

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.automatic import Claim
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.domain.sales.auto_history import Reason
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.readers import PolicyReader
    from lotbook.usecases.automatic.desk import ClaimDesk
    from lotbook.usecases.credits.desk import Shortage

CLAIM_ATTEMPTS = 25  # lost races: each means that somebody else wrote the account
RETRY_AFTER_SECONDS = 5  # most charges are decided by then


@dataclass(frozen=True, slots=True)
class Claimed:
    """The row of the claim, and the lot that it lends (None: the policy waits)."""

    row: Purchase
    lot: Lot | None


def advance_for(shortage: Shortage, *, desk: ClaimDesk) -> Advance | None:
    """What a burn that cannot be covered may go on with: the hook of the burn path (`CreditDesk.top_up`), without a gateway call.

    Claims a purchase where one is allowed; finds the one that is under way; None where nothing is bought, with the reason in the
    history, or where the burn was made before. Raises AccountNotFound, Unavailable.
    """
    need = Need(shortage.available, shortage.wanted, shortage.debt)
    for _ in range(CLAIM_ATTEMPTS):
        loaded = _looked(shortage, desk)
        record = loaded.account.auto or NEVER_ON
        if shortage.unit != loaded.policy.units[0]:
            return None
        if record.charge is not None and record.suspended is None:
            return _under_way(loaded, record.charge, shortage, desk)
        try:
            claimed = claim(loaded, need, (shortage.unit, shortage.name), desk=desk)
        except Conflict:
            continue
        return None if claimed is None else Advance(claimed.lot, True, RETRY_AFTER_SECONDS)
    raise Unavailable(retry_after_seconds=1)


def claim(loaded: LoadedAccount, need: Need, burn: tuple[str, str] | None, *, desk: ClaimDesk) -> Claimed | None:
    """One try to claim what the need comes to; None where nothing is bought. `burn`: as `ClaimStore.claim`.

    Raises Conflict when somebody else wrote the account, perhaps with a claim. Raises Unavailable: it may have been claimed.
    """
    account, policy, now = loaded.account, loaded.policy, desk.clock.now()
    found = decided(policy, account, need, now, is_on=desk.is_on)
    if not isinstance(found, Charge):
        if burn is not None or found != "suspended":  # its purchase told why, and nobody was refused anything since
            _note_refusal(loaded, found, need, desk)
        return None
    row = auto_order(loaded.published, account, found, Made(now, desk.entropy.read(ids.ENTROPY_BYTES)))
    bounds = bounds_of(policy, account, now)
    kept = loaded.stored or account  # what time has made of the account since is for those who follow its plan to write
    after = replace(kept, auto=with_claim(bounds.record, claim_of(row, bounds.start)))
    if desk.claims.claim(after, row, burn) is None:
        return None
    return Claimed(row, advance_lot(row, policy.rank("purchased")))


def _looked(shortage: Shortage, desk: ClaimDesk) -> LoadedAccount:
    """The account as it stands now, with its policy, from one read: versions never change, so a process keeps them."""
    account, version = desk.claims.look(shortage.account_id, shortage.policy_id)
    seen = _Seen(account, desk.policies.version(shortage.policy_id, version), desk.policies)
    return load_account(shortage.account_id, accounts=seen, policies=seen, clock=desk.clock)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An account, and the newest version of its policy, that were read already."""

    account: Account | None
    published: PublishedPolicy | None
    policies: PolicyReader

    def get(self, _account_id: str) -> Account | None:
        return self.account

    def newest(self, policy_id: str) -> PublishedPolicy | None:
        known = self.published
        return known if known is not None and known.policy_id == policy_id else self.policies.newest(policy_id)

    def version(self, policy_id: str, version: int) -> PublishedPolicy | None:
        return self.policies.version(policy_id, version)


def _under_way(loaded: LoadedAccount, known: Claim, shortage: Shortage, desk: ClaimDesk) -> Advance | None:
    """What the claim that somebody else made lends. One that waits for its payment says so in the history.

    None where waiting would not help: neither it nor what may still be bought after it covers the burn (MK-20).
    """
    account_id = loaded.account.account_id
    row = desk.purchases.get(account_id, known.purchase_id)
    if row is None:
        raise BrokenInvariant(f"{known.purchase_id}: a claim without its row")
    published = desk.policies.version(row.policy_id, row.policy_version)
    if published is None:
        raise BrokenInvariant(f"{row.purchase_id}: its policy version is gone")
    lot = advance_lot(row, published.policy.rank("purchased"))
    if lot is None or lot.lot_id in shortage.lent:
        left = Need(shortage.available + (known.credits if lot is None else 0), shortage.wanted, shortage.debt)
        found = within_bounds(loaded.policy, loaded.account, left, desk.clock.now())
        if left.wanted > left.available and not isinstance(found, Charge):
            _note_refusal(loaded, found, left, desk)
            return None
    if lot is None:
        desk.history.note(event_of(row, "charging", desk.clock.now()))
    return Advance(lot, False, RETRY_AFTER_SECONDS)


def _note_refusal(loaded: LoadedAccount, reason: Reason, need: Need, desk: ClaimDesk) -> None:
    """Why nothing is bought, once for each period, card, limit and switch: a thousand refused burns write one line."""
    account, policy, now = loaded.account, loaded.policy, desk.clock.now()
    record = account.auto
    if record is None:  # it was never switched on, so nobody waits for it
        return
    if reason == "disabled" and record.is_without_card:
        desk.history.note(without_card(account.account_id, now, record.switches))
        return
    bounds = bounds_of(policy, account, now)
    failed = record.suspended.purchase_id if record.suspended else ""
    charging = record.charge.purchase_id if record.charge else ""
    because = (bounds.start, record.card or "", record.limit_minor or 0, record.switches, failed, charging)
    told = event(account.account_id, reason, now, *because)
    rule = policy.auto_top_up
    if rule is not None:
        try:
            wanted = charge_of(policy, account, units_for(rule, policy.top_up.step, need))
        except NotEligible:
            wanted = None
        if wanted is not None:
            told = replace(told, credits=wanted.credits, amount_minor=wanted.total_minor, currency=account.currency)
    desk.history.note(told)
