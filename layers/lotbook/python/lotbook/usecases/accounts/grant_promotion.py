"""Grant promotional credits, once an idempotency key: the key's marker freezes lot id and instant, the lot id decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import PAUSED_FOR_SHORTFALL, reasons_of
from lotbook.domain.credits import ledger
from lotbook.domain.credits.lots import Lot, is_dead
from lotbook.domain.values import ids, instants
from lotbook.domain.values.calendar import add_months
from lotbook.domain.values.errors import AccountClosed, IdempotencyKeyReused, InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.accounts.load_account import LoadedAccount, load_account
from lotbook.usecases.accounts.pauses import follow_pauses
from lotbook.usecases.accounts.units import no_such_unit
from lotbook.usecases.credits.lots import grant_lot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.credits.views import Granted
    from lotbook.ports.shop import AccountStore, IdempotencyStore, PolicyStore
    from lotbook.usecases.credits.desk import CreditDesk

KEY_SPACE = "grant"
MAX_WAIT_MONTHS = 120  # ten years: what is granted for later waits in the book, or beside it


@dataclass(frozen=True, slots=True)
class Promotion:
    """What is granted. `unit` None: the policy's first. `expires_at` in milliseconds, None for never.

    `effective_at`: from when it can be burned; None, or an instant that has passed: at once. `metadata` is kept beside the grant.
    `actor` is not part of the body.
    """

    credits: int
    unit: str | None
    expires_at: int | None
    reason: str
    actor: str
    effective_at: int | None = None
    metadata: Mapping[str, str] | None = None

    @property
    def digest(self) -> str:
        """Equal for equal bodies."""
        said = {"credits": self.credits, "unit": self.unit, "expires_at": self.expires_at, "reason": self.reason}
        more = {"effective_at": self.effective_at, "metadata": None if self.metadata is None else dict(self.metadata)}
        return ids.fingerprint(ids.canonical(kind="grant", **said, **more))

    def has_digest(self, digest: str | int) -> bool:
        """Whether the digest is of this body, also one that was written before digests had named fields."""
        old = ids.fingerprint("grant", str(self.credits), str(self.unit), str(self.expires_at), self.reason)
        is_of_then = self.effective_at is None and self.metadata is None
        return digest == self.digest or (is_of_then and digest == old)


@dataclass(frozen=True, slots=True)
class GrantDesk:
    """Ports of a grant by hand."""

    accounts: AccountStore
    policies: PolicyStore
    keys: IdempotencyStore
    credits: CreditDesk


def grant_promotion(account_id: str, key: str, promotion: Promotion, *, desk: GrantDesk) -> Granted:
    """Grant the lot exactly once a key; the same key and body answer the first lot again (`replayed`).

    Raises AccountNotFound, AccountClosed, IdempotencyKeyReused, and InvalidRequest: no such unit, an expiry that is not in the
    future or not after `effective_at`, an `effective_at` that is too far off.
    A refusal leaves the key free. A paused account takes credits.
    """
    accounts, policies, clock = desk.accounts, desk.policies, desk.credits.clock
    loaded = load_account(account_id, accounts=accounts, policies=policies, clock=clock)
    units = loaded.published.policy.units
    promotion = replace(promotion, unit=promotion.unit or units[0])
    marker = desk.keys.find(account_id, KEY_SPACE, key)
    if marker is None:
        marker = _frozen(account_id, key, promotion, loaded, clock.now())
        marker = desk.keys.claim(account_id, KEY_SPACE, key, marker) or marker
    if not promotion.has_digest(marker["digest"]):
        raise IdempotencyKeyReused
    lot = _lot(marker, promotion)
    if promotion.metadata:  # before the grant: whoever reads that finds it
        name = ledger.granted_name(lot.lot_id)
        desk.credits.books.note_metadata(account_id, name, promotion.digest, promotion.metadata)
    granted = grant_lot(account_id, lot, desk=desk.credits)
    if PAUSED_FOR_SHORTFALL in reasons_of(loaded.account):  # credits that come in pay what is owed
        follow_pauses(account_id, accounts=accounts, policies=policies, desk=desk.credits)
    return granted


def _frozen(account_id: str, key: str, promotion: Promotion, loaded: LoadedAccount, now: int) -> dict[str, str | int]:
    """What every later attempt with this key grants; raises what refuses a first attempt."""
    policy = loaded.published.policy
    if loaded.account.state == "closed":
        raise AccountClosed
    if promotion.unit not in policy.units:
        raise no_such_unit(policy.units)
    _check_times(promotion, now)
    at = instants.cut_to_second(now)
    return {
        "lot_id": ids.derived("lot", now, account_id, KEY_SPACE, key),  # to the millisecond: ids sort by time of grant
        "at": at,
        "rank": policy.rank("promotional"),
        "digest": promotion.digest,
    }


def _check_times(promotion: Promotion, now: int) -> None:
    if is_dead(promotion.expires_at, now):
        raise InvalidRequest.of("expires_at", "range", "expires_at must be in the future.")
    effective_at = promotion.effective_at or now
    if is_dead(promotion.expires_at, effective_at):
        raise InvalidRequest.of("effective_at", "range", "effective_at must be before expires_at.")
    if effective_at > add_months(now, MAX_WAIT_MONTHS):
        raise InvalidRequest.of("effective_at", "range", "effective_at must be within ten years.")


def _lot(marker: dict[str, str | int], promotion: Promotion) -> Lot:
    at = int(marker["at"])
    return Lot(
        lot_id=str(marker["lot_id"]),
        unit=str(promotion.unit),
        kind="promotional",
        credits=promotion.credits,
        rank=int(marker["rank"]),
        effective_at=max(at, promotion.effective_at or at),
        expires_at=promotion.expires_at,
        created_at=at,
        actor=promotion.actor,
        reason=promotion.reason,
        noted=promotion.digest if promotion.metadata else None,
    )
