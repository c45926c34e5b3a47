"""Automatic purchase as an account keeps it: the switch, what the credit period has used of its bounds, and the one claim.

Pure. The record is a part of the account item, so whatever could change what a charge costs, or whether it may be, moves the same
version: a claim that was decided from an account that somebody wrote since loses. Counters are credits, units and money of one
credit period, reserved before anything is charged (MK-19..22). A reservation comes back only on a definite failure.
"""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass, replace

FailureCode = Literal["declined", "authentication_required"]
OffReason = Literal["by_hand", "no_card", "closed", "payment_mismatch"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One automatic purchase under way, of which its row `purchase_id` says everything else. At most one an account.

    `period_start`: of the credit period whose counters hold its reservation.
    """

    purchase_id: str
    at: int
    units: int
    credits: int
    total_minor: int
    period_start: int


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A card by the gateway's names: `fingerprint` is the number's own, None where the gateway tells none."""

    payment_method: str
    fingerprint: str | None = None

    def is_same(self, other: PaymentCard) -> bool:
        """Whether both are one card, also if it was saved twice or removed and added again (A7)."""
        known = self.fingerprint is not None and self.fingerprint == other.fingerprint
        return known or self.payment_method == other.payment_method


@dataclass(frozen=True, slots=True)
class Suspension:
    """No further charge until another card is there: the last one failed. `page_url`: the bank's page, where there is one.

    `card` is the one that failed, `default` the account's default card at that moment. `decline_code`: the issuer's reason.
    """

    code: FailureCode
    at: int
    purchase_id: str
    card: PaymentCard
    default: str | None = None
    page_url: str | None = None
    decline_code: str | None = None


@dataclass(frozen=True, slots=True)
class AutoRecord:
    """What an account keeps of automatic purchase. Instants are milliseconds, money is in the account's currency.

    `card`: the one that was chosen for it; None: the account's default. `limit_minor`: money of a credit period, with tax; None:
    no limit. `used`, `used_credits` and `spent_minor` are of the credit period that begins at `period_start`, with what is
    reserved. `switches` counts how often it was switched; `off_reason` says why it is off, once it was ever on.
    """

    enabled: bool = False
    card: str | None = None
    limit_minor: int | None = None
    period_start: int = 0
    used: int = 0
    used_credits: int = 0
    spent_minor: int = 0
    charge: Claim | None = None
    suspended: Suspension | None = None
    off_reason: OffReason | None = None
    switches: int = 0

    @property
    def may_buy(self) -> bool:
        """Whether a burn that cannot be covered is worth asking: the flag in the account's book says the same."""
        return self.enabled and self.suspended is None

    @property
    def is_without_card(self) -> bool:
        """Whether it went off because no card was left."""
        return not self.enabled and self.off_reason == "no_card"


def in_period(record: AutoRecord, start: int) -> AutoRecord:
    """The record in the credit period that begins at `start`: its counters begin anew with each period (MK-22).

    A start before the record's own comes from a clock, or a plan, that is behind: the counters stay, rather too strict.
    """
    if start <= record.period_start:
        return record
    return replace(record, period_start=start, used=0, used_credits=0, spent_minor=0)


def with_claim(record: AutoRecord, claim: Claim) -> AutoRecord:
    """The record, which is in the claim's period, with the claim's reservation. Raises ValueError where one is under way."""
    if record.charge is not None:
        raise ValueError("a second claim")
    return replace(
        record,
        charge=claim,
        used=record.used + claim.units,
        used_credits=record.used_credits + claim.credits,
        spent_minor=record.spent_minor + claim.total_minor,
    )


def with_claim_over(record: AutoRecord, purchase_id: str, *, gives_back: bool) -> AutoRecord:
    """The record once its claim is decided; `gives_back`: nothing was charged nor ever will be, so the reservation comes back.

    Another claim, or none, is left alone: somebody did this before. What a period that is over has used stays with it.
    """
    claim = record.charge
    if claim is None or claim.purchase_id != purchase_id:
        return record
    over = replace(record, charge=None)
    if not gives_back or claim.period_start != record.period_start:
        return over
    return replace(
        over,
        used=max(0, record.used - claim.units),
        used_credits=max(0, record.used_credits - claim.credits),
        spent_minor=max(0, record.spent_minor - claim.total_minor),
    )


def switched_on(record: AutoRecord, *, card: str | None) -> AutoRecord:
    """The record, switched on for this card (None: the default). What is suspended stays so until the card changes (A1)."""
    moved = 0 if record.enabled else 1
    return replace(record, enabled=True, card=card, off_reason=None, switches=record.switches + moved)


def switched_off(record: AutoRecord, reason: OffReason) -> AutoRecord:
    """The record, switched off: a charge that is under way completes and grants, none follows (X-09)."""
    if not record.enabled:
        return record
    return replace(record, enabled=False, off_reason=reason, switches=record.switches + 1)


def suspended(record: AutoRecord, suspension: Suspension) -> AutoRecord:
    """The record after a card has failed for good, or wants its owner."""
    return replace(record, suspended=suspension)


def resumed(record: AutoRecord) -> AutoRecord:
    """The record once another card is there, or the payment that it was suspended for was made after all.

    A card that was chosen and failed is not asked again: the default follows it.
    """
    if record.suspended is None:
        return record
    is_failed = record.card == record.suspended.card.payment_method
    return replace(record, suspended=None, card=None if is_failed else record.card)
