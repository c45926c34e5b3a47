"""Read and fill in billing details, and show them to the gateway, whose invoices are made out to its customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import refuse_erased
from lotbook.domain.invoices.billing_details import BillingDetails, checked
from lotbook.domain.sales.billing import BillingRecord, with_details
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import BillingDetailsNotFound, Conflict, Unavailable
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.accounts.load_account import require_account
from lotbook.usecases.alarms import alarm
from lotbook.usecases.sales.ensure_customer import for_customer

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.ports.shop import AccountStore, BillingStore
    from lotbook.usecases.sales.desk import SalesDesk

SAVE_ATTEMPTS = 5


def read_billing(account_id: str, *, accounts: AccountStore, billing: BillingStore) -> BillingDetails:
    """The details on file; raises AccountNotFound, BillingDetailsNotFound."""
    require_account(account_id, accounts=accounts)
    found = billing.get(account_id)
    if found is None or found.is_erased:
        raise BillingDetailsNotFound
    return found.details


def fill_in_billing(account_id: str, details: BillingDetails, caller: Caller, *, desk: SalesDesk) -> BillingDetails:
    """Keep the details (NP-48). Invoices that waited for any are released by it; those made before keep theirs (NP-47).

    The gateway hears of it at once if it answers, else before the next checkout. Raises AccountNotFound, Forbidden,
    AccountClosed (erased), InvalidRequest for a tax id that is none, Unavailable.
    """
    loaded = desk.account_of_buying_member(account_id, caller)
    refuse_erased(loaded.account)
    record = _save(account_id, checked(details), caller.actor, desk)
    if loaded.account.gateway_customer is not None:
        try:
            for_customer(
                account_id,
                lambda customer: show_gateway(loaded.account, customer, record, desk=desk),
                accounts=desk.accounts,
                gateway=desk.gateway,
            )
        except Unavailable:
            return record.details  # kept; the next checkout shows it
    return record.details


def show_gateway(account: Account, customer: str, record: BillingRecord, *, desk: SalesDesk) -> None:
    """Bring the gateway's customer up to the record, once an edition. Raises CustomerGone, Unavailable.

    Details that the gateway refuses ring, and are not sent again: a purchase does not wait for an address.
    """
    if record.is_shown_by(customer):
        return
    if not desk.gateway.describe_customer(account, customer, record):
        alarm("billing_details_refused", account_id=account.account_id, customer=customer)
    try:
        desk.billing.save(replace(record, sent=record.edition, sent_to=customer), record)
    except Conflict:
        return  # somebody filled in more, or said the same: sent again at worst


def _save(account_id: str, details: BillingDetails, actor: str, desk: SalesDesk) -> BillingRecord:
    for _ in range(SAVE_ATTEMPTS):
        found = desk.billing.get(account_id)
        wanted = with_details(found, account_id, details, actor=actor, now=desk.clock.now())
        if wanted is found:
            return wanted
        try:
            return desk.billing.save(wanted, found)
        except Conflict:
            continue
    raise Unavailable("Somebody else is filling in billing details; send the same request again.")
