"""What is personal of each stored kind, and what is not: a kind or a field that nobody has classified fails here."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.formats import Format
from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord, PaymentCard, Suspension
from lotbook.domain.accounts.close import closed
from lotbook.domain.accounts.closing import Closing
from lotbook.domain.accounts.notifications import Notifications, Unreachable
from lotbook.domain.closing.forgetting import (
    forgotten_account,
    forgotten_billing,
    forgotten_details,
    forgotten_entry,
    forgotten_purchase,
)
from lotbook.domain.credits import batches
from lotbook.domain.credits.batches import BatchLine
from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.ledger import VOIDED_REASON, Entry
from lotbook.domain.credits.lots import Lot
from lotbook.domain.invoices.billing_details import Address, BillingDetails
from lotbook.domain.portal.sessions import Visitor
from lotbook.domain.sales.auto_history import AutoEvent
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.items import CustomPaymentItem
from lotbook.domain.sales.purchase import GivenConsent, Purchase
from lotbook.domain.sales.reversals import OwnRefund
from lotbook.domain.values.access import ERASED, names_a_person
from tests.fakes.accounts import an_account
from tests.fakes.billing import HOME, details
from tests.fakes.purchases import a_purchase

WHO = "ann@x.example"
# Stored kinds (`adapters/dynamo/formats.py`): how each is erased, or why it names nobody.
KINDS = {
    "account": "forgotten_account",
    "purchase": "forgotten_purchase",
    "billing": "forgotten_billing",
    "entry": "forgotten_entry: in the ledger, and in the statement that is filed from it",
    "note": "emptied",
    "pass": "actor and address taken out; the table takes it away a day after its end",
    "book": "names nobody once what burns left in it is in the ledger, which is done first",
    "directory": "digests of address and external id, taken away with them",
    "closing": "an instant, a number and a place",
    "mark": "figures and names of lots and holds: how far the audit has come",
    "marker": "digests, ids and figures of what a key stands for",
    "latch": "figures",
    "notice": "ids and an instant",
    "auto event": "codes, ids and figures",
    "mail": "kind, cause and instants of a mail; never its text or address",
    "policy": "the seller's",
    "policy use": "an account's id",
    "service key": "the seller's",
    "cursor key": "nobody's",
    "endpoint": "the seller's",
    "endpoint's secrets": "the seller's",
    "delivery": "an event, which names ids and figures; the table takes it away some weeks later",
    "lane": "ids and instants",
    "journal": "ids and names of fields",
    "stray": "ids and figures; a note is the operators' own record (docs/closing-accounts.md)",
    "sweep": "ids and figures",
    "report": "ids, countries and figures; a tax id is read from the purchase, and goes with it (docs/reports.md)",
}
# Fields of what is kept, by dataclass: those that may name a person, and all others.
PERSONAL: dict[type[Any], set[str]] = {
    Account: {"email", "external_id", "metadata", "request_digest", "notifications", "auto", "closing"},
    Closing: {"reason", "actor"},
    Notifications: {"unreachable"},
    Suspension: {"page_url"},
    BillingRecord: {"details", "first", "actor"},
    BillingDetails: {"name", "email", "address", "phone", "tax_id", "purchase_order", "receipt_email", "shipping"},
    Address: {"line1", "city", "postal_code", "line2", "state"},
    Entry: {"actor", "reference", "reason", "lines", "lot"},
    Lot: {"actor", "reason"},
    Memo: {"actor", "reference", "lines"},
    Purchase: {
        *("actor", "item", "consent", "success_url", "cancel_url", "checkout_request", "checkout_url", "own_refunds"),
        "billing",
    },
    CustomPaymentItem: {"remark"},
    GivenConsent: {"actor", "source_ip", "user_agent"},
    OwnRefund: {"actor"},
    Visitor: {"actor", "return_url"},
    AutoEvent: set(),
}
NOT_PERSONAL: dict[type[Any], str] = {
    Account: "account_id policy_id plan_id region currency time_zone created_at anchor plan_billing state pause_reason"
    " gateway_customer failed_payment_method failed_at version plan_purchase_id plan_ends_at terms moves moves_made"
    " pause_reasons former_customers plan_renews plan_policy_version subscription failed_fingerprint period_time_zone",
    Closing: "at erase_asked_at erased_at",
    Notifications: "locale off",
    Suspension: "code at purchase_id card default decline_code",
    BillingRecord: "account_id first_at updated_at edition sent version sent_to",
    BillingDetails: "",
    Address: "country",
    Entry: "name unit kind at seq before credits rated draws available_after digest purchase_id requested paid due hold back by"
    " removed skips rests holds",
    Lot: "lot_id unit kind credits rank effective_at expires_at created_at reference purchase_id provisional noted",
    Memo: "kind credits at digest due hold by rated",
    Purchase: "account_id purchase_id created_at lines unit credits companions subtotal_minor tax total_minor currency"
    " policy_id policy_version plan_id quoted_expires_at checkout_expires_at first_check_at late_expires_at"
    " save_payment_method gateway gateway_refs customer state settlement completed_at failure dispute refunded_minor"
    " reversal reversal_next check_at version title invoice_waits plan period move effective_at auto money_back",
    CustomPaymentItem: "amount_minor",
    GivenConsent: "kind refund_policy_version accepted_at url",
    OwnRefund: "number key at state credits amount_minor refund is_whole",
    Visitor: "account_id role locale",
    AutoEvent: "account_id event_id cause at reason purchase_id credits amount_minor currency",
}


def test_every_stored_kind_says_how_it_is_erased() -> None:
    stored = {made.kind for made in vars(formats).values() if isinstance(made, Format)}
    assert stored == set(KINDS), "a kind of item that nobody has classified"


@pytest.mark.parametrize("kept", PERSONAL, ids=lambda kept: kept.__name__)
def test_every_field_that_is_kept_is_personal_or_is_not(kept: type[Any]) -> None:
    assert is_dataclass(kept)
    known = {field.name for field in fields(kept)}
    others = set(NOT_PERSONAL[kept].split())
    assert known == PERSONAL[kept] | others, "say in this file which it is, and take it out if it is personal"
    assert not PERSONAL[kept] & others


def full_account() -> Account:
    auto = AutoRecord(suspended=Suspension("declined", 1, "pur_1", PaymentCard("pm_1"), page_url="https://x/ann"))
    told = Notifications(locale="de", unreachable=Unreachable("fp", "bounce", 1))
    account = an_account(
        email=WHO,
        request_digest="d",
        external_id="auth0|ann",
        metadata=(("who", "Ann"),),
        auto=auto,
        notifications=told,
    )
    return closed(account, "Ann left", WHO, 7)


def full_purchase() -> Purchase:
    consent = GivenConsent("refund_policy", "1", 5, WHO, "203.0.113.7", "Firefox", "https://seller.example/policy")
    return a_purchase(
        actor=WHO,
        item=CustomPaymentItem(500, "for Ann"),
        consent=consent,
        success_url="https://x/ann",
        cancel_url="https://x/ann",
        checkout_request="{ann}",
        checkout_url="https://x/ann",
        own_refunds=(OwnRefund(1, "k", 1, WHO),),
        billing=details(),
    )


def full_entry() -> Entry:
    lot = Lot("lot_1", "credits", "promotional", 5, 1, 1, None, 1, actor=WHO, reason="for Ann")
    return Entry("lot#lot_1", "credits", "granted", 1, actor=WHO, lot=lot)


FULL = [
    (forgotten_account, full_account()),
    (forgotten_purchase, full_purchase()),
    (forgotten_entry, full_entry()),
    (forgotten_billing, BillingRecord("acme", details(), details(), 1, 1, WHO)),
    (forgotten_details, details()),
]


@pytest.mark.parametrize(("forget", "record"), FULL, ids=lambda each: getattr(each, "__name__", ""))
def test_forgetting_changes_every_personal_field_and_no_other_and_again_nothing(forget: Any, record: Any) -> None:
    known = forget(record)
    changed = {field.name for field in fields(record) if getattr(known, field.name) != getattr(record, field.name)}
    filled = {name for name in PERSONAL[type(record)] if getattr(record, name) is not None}
    assert changed == filled
    assert forget(known) == known


def test_a_reference_of_ours_stays_for_rules_rely_on_it() -> None:
    """Where carried credits went on (`leave_plan`)."""
    ours = Entry("lot#lot_1#claw#m1", "credits", "clawed_back", 1, reference="lot_2", reason="plan_change")
    assert forgotten_entry(ours) == ours
    theirs = Entry("use#1", "credits", "consumed", 1, reference="Ann's job")
    assert forgotten_entry(theirs) == replace(theirs, reference=None)


def test_the_reason_of_a_lot_stays_but_for_one_that_somebody_wrote() -> None:
    plan = Lot("lot_1", "credits", "plan", 5, 1, 1, None, 1, reason="plan credits of the period")
    entry = Entry("lot#lot_1", "credits", "granted", 1, lot=plan)
    assert forgotten_entry(entry) == entry


def test_the_reason_of_a_void_goes_for_somebody_wrote_it_and_it_is_still_known_as_a_void() -> None:
    name = "lot#lot_1#claw#voided.x"
    void = Entry(name, "credits", "adjusted", 1, credits=-5, reason=VOIDED_REASON + "Ann asked for it")
    assert (void.why, forgotten_entry(void).why) == ("Ann asked for it", ERASED)
    assert forgotten_entry(forgotten_entry(void)) == forgotten_entry(void)


def test_of_the_billing_details_the_country_is_left_by_which_taxes_are_told() -> None:
    assert forgotten_details(details()) == BillingDetails(ERASED, "", Address("", "", "", HOME.country))


@pytest.mark.parametrize(
    ("actor", "is_person"),
    [
        *(
            ("system", False),
            ("backend", False),
            ("key_2-x", False),
            ("portal:backend", False),
            (ERASED, False),
            ("", False),
        ),
        *(("member:ann", True), ("ann@x.example", True), ("auth0|123", True), ("Ann Smith", True)),
    ],
)
def test_an_actor_is_a_person_unless_it_is_the_system_a_key_or_an_unnamed_visitor(actor: str, is_person: bool) -> None:
    assert names_a_person(actor) is is_person


def test_of_a_batchs_lines_what_each_burned_stays() -> None:
    """References and metadata of lines are the caller's words; a name under which lines stand is ours."""
    lines = batches.to_text([BatchLine(2, "Ann", metadata={"for": "Ann"}), BatchLine(3, rated='["a",1,"up",0,[]]')])
    entry = Entry("use#1", "credits", "consumed", 1, digest=f"{'d' * 12}line", requested=5, lines=lines)
    known = forgotten_entry(entry)
    assert batches.from_text(known.lines or "") == (BatchLine(2), BatchLine(3, rated='["a",1,"up",0,[]]'))
    assert forgotten_entry(known) == known
    beside = replace(entry, lines="#name")
    assert forgotten_entry(beside) == beside
