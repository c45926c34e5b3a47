"""Cards on file. The gateway keeps them; here is only which of them is the default, and when a new one becomes it.

Pure. What was decided before is kept at the gateway, beside the default itself: `seen`, the newest card at that moment. So a
look at the cards always ends the same, however often it is taken and whatever events it follows (IS-24, D6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.automatic import PaymentCard, resumed, switched_off
from lotbook.domain.accounts.pauses import PAUSED_FOR_PAYMENT, reasons_of, with_pause, without_pause
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.automatic import AutoRecord
    from lotbook.domain.sales.purchase import Purchase

_MONTH = len("2034-12")


@dataclass(frozen=True, slots=True)
class Card:
    """What may be shown of a card: the gateway's name for it, brand, last four digits, the last month in which it is good.

    `fingerprint`: the gateway's name of the number itself, the same for a card that was saved twice; never shown.
    """

    payment_method: str
    brand: str
    last4: str
    expires: str  # 2034-12
    added_at: int
    fingerprint: str | None = None

    @property
    def named(self) -> PaymentCard:
        """The card by the gateway's names."""
        return PaymentCard(self.payment_method, self.fingerprint)

    def has_expired(self, now: int) -> bool:
        """A card is good up to the end of its month; which time zone's, banks do not say either."""
        return instants.to_text(now)[:_MONTH] > self.expires


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest card when the default was last decided: what is older has had its turn."""

    added_at: int
    payment_method: str


@dataclass(frozen=True, slots=True)
class CardFile:
    """A customer's cards, newest first. `default` is one of them or None, `seen` None before the first decision."""

    cards: tuple[Card, ...] = ()
    default: str | None = None
    seen: Seen | None = None

    def find(self, payment_method: str) -> Card | None:
        """The card of that name."""
        return next((card for card in self.cards if card.payment_method == payment_method), None)

    def same_card(self, payment_method: str) -> tuple[str, ...]:
        """The names of this very card, which may have been saved more than once; none that is not on file."""
        asked = self.find(payment_method)
        if asked is None or asked.fingerprint is None:
            return (payment_method,) if asked else ()
        return tuple(card.payment_method for card in self.cards if card.fingerprint == asked.fingerprint)

    @property
    def shown(self) -> tuple[Card, ...]:
        """One row a card, however often it was saved: the default of them, else the newest."""
        firsts = {self.same_card(card.payment_method)[0]: card for card in reversed(self.cards)}
        firsts |= {
            self.same_card(card.payment_method)[0]: card for card in self.cards if card.payment_method == self.default
        }
        return tuple(firsts[card.payment_method] for card in self.cards if card.payment_method in firsts)

    def without(self, payment_method: str) -> CardFile:
        """The file when this card is gone."""
        cards = tuple(card for card in self.cards if card.payment_method != payment_method)
        return replace(self, cards=cards, default=None if self.default == payment_method else self.default)

    @property
    def newest(self) -> Seen | None:
        """What a decision that is taken now has seen."""
        return Seen(self.cards[0].added_at, self.cards[0].payment_method) if self.cards else self.seen

    @property
    def unseen(self) -> tuple[Card, ...]:
        """Cards that came after the last decision. The gateway dates them in seconds; within one its order counts."""
        seen = self.seen
        if seen is None:
            return self.cards
        names = [card.payment_method for card in self.cards]
        if seen.payment_method in names:
            return self.cards[: names.index(seen.payment_method)]
        return tuple(card for card in self.cards if card.added_at > seen.added_at)


@dataclass(frozen=True, slots=True)
class CardSetup:
    """A page on which a card is added. `currency`: the account's; the gateway chooses by it what its page offers."""

    account_id: str
    setup_id: str
    currency: str
    success_url: str
    cancel_url: str
    ends_at: int


def standing_default(file: CardFile, asked: Collection[str], account: Account, now: int) -> str | None:
    """The card that is to be the default (IS-24, IS-59).

    A card that came since the last decision becomes it where that was `asked` for (its setup page, a plan's checkout), or
    where it replaces the one whose automatic payment failed. Else the default stays; without one it is the successor.
    """
    for card in file.unseen:
        if card.payment_method in asked or _replaces_failed(card, file, account):
            return card.payment_method
    return file.default or successor(file.cards, now)


def successor(cards: Sequence[Card], now: int) -> str | None:
    """Which card follows where there is no default: the newest that has not expired, else the newest (IS-59: one alone)."""
    good = [card for card in cards if not card.has_expired(now)]
    return (good or cards)[0].payment_method if cards else None


def keeps_card(order: Purchase) -> bool:
    """Whether the card of its payment is kept: the buyer asked for it, or a plan was bought."""
    return order.save_payment_method or isinstance(order.item, PlanItem)


def automatic_card(record: AutoRecord | None, file: CardFile) -> Card | None:
    """The card that automatic purchases are charged to: the one that was chosen while it is on file, else the default (MK-25)."""
    chosen = file.find(record.card) if record is not None and record.card is not None else None
    return chosen or (file.find(file.default) if file.default is not None else None)


def is_replaced(record: AutoRecord, file: CardFile) -> bool:
    """Whether another card is there for the one that failed: it would be charged now, or has become the default since.

    The same number is the same card, however often it is removed and added again (A7).
    """
    failed = record.suspended
    if failed is None:
        return False
    card = automatic_card(record, file)
    if card is not None and not card.named.is_same(failed.card):
        return True
    default = file.find(file.default) if file.default is not None else None
    is_new = default is not None and default.payment_method != failed.default
    return is_new and default is not None and not default.named.is_same(failed.card)


def with_payment_pause(account: Account, card: PaymentCard, at: int) -> Account:
    """The account after an automatic payment with this card failed (MK-26). Pauses for other reasons stay what they are."""
    paused = with_pause(account, PAUSED_FOR_PAYMENT)
    if PAUSED_FOR_PAYMENT not in reasons_of(paused):
        return account
    return replace(paused, failed_payment_method=card.payment_method, failed_fingerprint=card.fingerprint, failed_at=at)


def with_payment_pause_lifted(account: Account, file: CardFile) -> Account:
    """The account with these cards: another card than the one that failed lifts that pause, and what was suspended for it.

    No other pause, and nothing where the same card has come again (A7).
    """
    record = account.auto
    if record is not None and record.suspended is not None:
        if not is_replaced(record, file):
            return account
        return _unpaused(replace(account, auto=resumed(record)))
    failed = _failed_card(account)
    default = file.find(file.default) if file.default is not None else None
    if failed is None or default is None or default.named.is_same(failed):
        return account
    return _unpaused(account)


def with_cards_seen(account: Account, file: CardFile, known: AutoRecord | None) -> Account:
    """The account after a look at its cards: what another card lifts is lifted, and automatic purchase follows what is there (A6).

    The default follows a chosen card that is gone; without any card it goes off. `known`: the record before the look: whoever switched
    it, or chose a card, since has seen newer ones.
    """
    record = account.auto
    if record is not None and known is not None and (record.switches, record.card) == (known.switches, known.card):
        is_gone = record.card is not None and file.find(record.card) is None
        record = replace(record, card=None) if is_gone else record
        account = replace(account, auto=record if file.cards else switched_off(record, "no_card"))
    return with_payment_pause_lifted(account, file)


def _unpaused(account: Account) -> Account:
    free = without_pause(account, PAUSED_FOR_PAYMENT)
    return replace(free, failed_payment_method=None, failed_fingerprint=None, failed_at=None)


def _failed_card(account: Account) -> PaymentCard | None:
    """The card that the account is paused for; None while it is not."""
    if PAUSED_FOR_PAYMENT not in reasons_of(account):
        return None
    return PaymentCard(account.failed_payment_method or "", account.failed_fingerprint)


def _replaces_failed(card: Card, file: CardFile, account: Account) -> bool:
    """Kept since the failure, while the card that failed is still the default. The gateway's times are whole seconds."""
    failed = _failed_card(account)
    default = file.find(file.default) if file.default is not None else None
    if failed is None or default is None or not default.named.is_same(failed) or card.named.is_same(failed):
        return False
    return card.added_at >= instants.cut_to_second(account.failed_at or 0)
