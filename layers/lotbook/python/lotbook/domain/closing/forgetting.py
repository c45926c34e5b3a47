"""Take out of a record what names a person, and leave what the books need. Pure, and done again it changes nothing.

Texts that callers chose (references, reasons of grants, remarks, addresses of pages) go as well: nobody can know what stands in them.
Numbers, instants, ids of ours and of the gateway, and names of service keys stay: the ledger adds up and can be replayed as before.
What is personal of each kind, and what is not, is listed in `tests/domain/closing/test_forgetting.py`: a new field needs its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.closing import Closing
from lotbook.domain.credits import batches
from lotbook.domain.credits.ledger import VOIDED_REASON, is_voiding
from lotbook.domain.invoices.billing_details import Address, BillingDetails
from lotbook.domain.sales.items import CustomPaymentItem
from lotbook.domain.values.access import ERASED, names_a_person
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.ledger import Entry, EntryKind
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.sales.billing import BillingRecord
    from lotbook.domain.sales.purchase import Purchase

# Kinds whose reference the caller of a burn chose. That of any other is a name of ours, and rules rely on it.
_TOLD_BY_CALLERS: frozenset[EntryKind] = frozenset({"consumed", "held", "captured", "released", "void"})


def forgotten_account(account: Account) -> Account:
    """Without its address, what it was made from, and what was said when it was closed. It is mailed nothing any more."""
    auto = account.auto
    if auto is not None and auto.suspended is not None:
        auto = replace(auto, suspended=replace(auto.suspended, page_url=None))
    return replace(
        account,
        email="",
        external_id=None,
        metadata=(),
        request_digest="",  # of a body with the address: whoever guesses it would know that he is right
        notifications=replace(account.notifications, unreachable=None),
        auto=auto,
        closing=account.closing and _without_words(account.closing),
    )


def _without_words(closing: Closing) -> Closing:
    return replace(closing, reason=ERASED, actor=_actor(closing.actor))


def forgotten_entry(entry: Entry) -> Entry:
    """A ledger entry without who asked for it and what they called it."""
    reference = None if entry.kind in _TOLD_BY_CALLERS else entry.reference
    reason = VOIDED_REASON + ERASED if is_voiding(entry.name) else entry.reason  # of any other it is a word of ours
    return replace(
        entry,
        actor=_actor(entry.actor),
        reference=reference,
        reason=reason,
        lines=entry.lines and batches.forgotten(entry.lines),
        lot=entry.lot and _forgotten_lot(entry.lot),
    )


def _forgotten_lot(lot: Lot) -> Lot:
    reason = ERASED if lot.kind == "promotional" else lot.reason  # of any other it is a word of ours
    return replace(lot, actor=_actor(lot.actor), reason=reason)


def forgotten_purchase(purchase: Purchase) -> Purchase:
    """Without who bought, from where, and to whom the invoice is made out but for the country: what was bought and paid stays.

    Of the consent stays which version was accepted, and when. The issued invoice is the gateway's document.
    """
    item = purchase.item
    consent = purchase.consent
    return replace(
        purchase,
        actor=_actor(purchase.actor),
        item=replace(item, remark=ERASED) if isinstance(item, CustomPaymentItem) else item,
        consent=consent and replace(consent, actor=_actor(consent.actor), source_ip=None, user_agent=None),
        success_url="",
        cancel_url="",
        checkout_request=purchase.checkout_request and ERASED,  # that there was a page stays: rules ask for it
        checkout_url=None,
        own_refunds=tuple(replace(own, actor=_actor(own.actor)) for own in purchase.own_refunds),
        billing=purchase.billing and forgotten_details(purchase.billing),
    )


def forgotten_billing(record: BillingRecord) -> BillingRecord:
    """The account's details, of which the country is left."""
    details, first = forgotten_details(record.details), forgotten_details(record.first)
    return replace(record, details=details, first=first, actor=_actor(record.actor))


def forgotten_details(details: BillingDetails) -> BillingDetails:
    """The country alone: taxes are told by it."""
    return BillingDetails(name=ERASED, email="", address=Address("", "", "", details.address.country))


def _actor(actor: str) -> str:
    return ERASED if names_a_person(actor) else actor
