"""Request bodies as pydantic models: strict JSON types, unknown fields refused, the contract's bounds.

Imported only by the routes that need one (pydantic is slow to import), and by `openapi.py`. Their texts are public: the
OpenAPI document shows them to callers.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from lotbook.api.requests import burning, burning_batches, usage
from lotbook.api.requests.endpoint_bodies import EndpointBody, EndpointPatchBody, RotateBody
from lotbook.api.requests.forms import (
    Credits,
    Email,
    ExternalId,
    Id,
    Key,
    Line,
    Locale,
    Metadata,
    Phone,
    Reason,
    Reference,
    Region,
    Remark,
    TimeZone,
    Url,
)
from lotbook.api.requests.grant_bodies import GrantBody, OfAccount, VoidBody
from lotbook.api.requests.reading import Body, read
from lotbook.domain.accounts.account_changes import AccountChange
from lotbook.domain.accounts.notifications import MAIL_KINDS, MailKind
from lotbook.domain.credits.requests import DEFAULT_TTL_SECONDS
from lotbook.domain.invoices import billing_details
from lotbook.domain.policy.checks import MAX_CONSENT_VERSION_CHARACTERS
from lotbook.domain.portal.sessions import Visitor
from lotbook.domain.sales import items
from lotbook.domain.values.access import PORTAL_PREFIX, Role, member_actor

__all__ = ["Body", "bought", "models", "read"]
MAX_AMOUNT_MINOR = 1_000_000_000_000_000  # past every gateway's bound, which the quote checks
MAX_LINE_CHARACTERS = 200
MAX_PLACE_CHARACTERS = 100
MAX_POSTAL_CODE_CHARACTERS = 20
MAX_TAX_ID_CHARACTERS = 32
MAX_PURCHASE_ORDER_CHARACTERS = 64
MAX_PAYMENT_METHOD_CHARACTERS = 255
MAX_ACTOR_CHARACTERS = 200


QuantityName = Annotated[str, StringConstraints(min_length=1, max_length=usage.MAX_NAME_CHARACTERS)]
Count = Annotated[int, Field(ge=0, le=burning.MAX_CREDITS)]
ConsentVersion = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CONSENT_VERSION_CHARACTERS)]


class AccountBody(Body):
    """Opens an account. The starting plan is the policy's unless `plan_id` names one."""

    account_id: Id
    policy_id: Id
    plan_id: Id | None = None
    region: Region
    email: Email
    time_zone: TimeZone = "UTC"


class NotificationsBody(Body):
    """Which mails an account gets. What is left out stays as it is. `off`: all kinds that are not wanted."""

    locale: Annotated[
        Locale | None, Field(description="Of words, money and dates; null: English.", examples=["de-AT"])
    ] = None
    off: Annotated[list[MailKind], Field(max_length=len(MAIL_KINDS))] | None = None


class AccountPatchBody(Body):
    """What is to be changed of an account; what is left out stays as it is."""

    email: Email | None = None
    time_zone: TimeZone | None = None
    plan_id: Annotated[Id | None, Field(description="What was agreed on, of an account that is not billed here.")] = (
        None
    )
    external_id: Annotated[
        ExternalId | None, Field(description="Your own name of it, of one account alone; null: none.")
    ] = None
    metadata: Annotated[Metadata | None, Field(description="All of it: what was there before is replaced.")] = None
    notifications: NotificationsBody | None = None

    def to_change(self) -> AccountChange:
        """As the use case knows it."""
        wanted = self.notifications or NotificationsBody()
        return AccountChange(
            email=self.email,
            time_zone=self.time_zone,
            external_id=self.external_id,
            sets_external_id="external_id" in self.model_fields_set,
            metadata=None if self.metadata is None else tuple(self.metadata.items()),
            locale=wanted.locale,
            sets_locale="locale" in wanted.model_fields_set,
            off=None if wanted.off is None else tuple(wanted.off),
        )


class CloseBody(Body):
    """Closes an account. The reason is for people; of a closed account it stays as it is."""

    reason: Reason


class UsageBody(Body):
    """What was used: the policy's `costs` say what it comes to. A quantity that is left out was not used."""

    action: Annotated[str, StringConstraints(min_length=1, max_length=usage.MAX_NAME_CHARACTERS)]
    quantities: Annotated[dict[QuantityName, Count], Field(default_factory=dict, max_length=usage.MAX_QUANTITIES)]


class AmountBody(Body):
    """Credits, or what was used, which the account's policy rates: one of the two."""

    # That it is one of them stands in words: `oneOf` beside fields makes generated clients name a type for each.
    credits: Annotated[Credits, Field(description="Left out where `usage` says what was used.")] = 0
    usage: Annotated[UsageBody, Field(description="What was used; left out where `credits` is there.")] = None  # type: ignore[assignment]  # not null

    @model_validator(mode="before")
    @classmethod
    def _one_amount(cls, said: object) -> object:
        if isinstance(said, dict) and ("credits" in said) == ("usage" in said):
            raise PydanticCustomError("two_amounts" if "usage" in said else "missing_amount", "one of them")
        return said


class ConsumeBody(AmountBody):
    """Burns credits, all or nothing: the number asked for, or a refusal and no change."""

    unit: OfAccount = None
    reference: Reference | None = None
    metadata: Metadata | None = None


class CheckBody(AmountBody):
    """Asks what a consume of as many credits would answer."""

    unit: OfAccount = None


class BatchItemBody(AmountBody):
    """One item of a batch: with its own idempotency key, in one key space with consume and holds, or a line under the batch's key."""

    idempotency_key: Annotated[Key, Field(description="Left out where the header is the key of the whole batch.")] = ""
    unit: OfAccount = None
    reference: Reference | None = None
    metadata: Annotated[Metadata | None, Field(description="Only where the header is the key of the whole batch.")] = (
        None
    )


class ConsumeBatchBody(Body):
    """Burns many items in order, each all or nothing by itself, or under one key all of them or none. They are then of one unit.

    A malformed item refuses the whole batch, and so does a key of an item beside the header.
    """

    items: Annotated[list[BatchItemBody], Field(min_length=1, max_length=burning_batches.MAX_ITEMS)]


class HoldBody(AmountBody):
    """Sets credits aside until they are captured or released, at most for `ttl_seconds`."""

    unit: OfAccount = None
    ttl_seconds: Annotated[int, Field(ge=burning.MIN_TTL_SECONDS, le=burning.MAX_TTL_SECONDS)] = DEFAULT_TTL_SECONDS
    reference: Reference | None = None


class CaptureBody(Body):
    """Captures some of a hold, at most what it holds; the rest goes back."""

    credits: Annotated[int, Field(ge=0, le=burning.MAX_CREDITS)]


class TopUp(Body):
    """Credits by number or as a pack: exactly one of the two. Which numbers may be bought is the policy's rule."""

    kind: Literal["top_up"]
    credits: Annotated[int, Field(le=burning.MAX_CREDITS)] | None = None
    pack_id: Id | None = None

    @model_validator(mode="after")
    def _one_of(self) -> TopUp:
        if len(self.model_fields_set & {"credits", "pack_id"}) != 1 or (self.credits is None and self.pack_id is None):
            raise PydanticCustomError("one_of", "must have exactly one of credits and pack_id.")
        return self


class PlanChange(Body):
    """A move to another plan; extra credits in the same order by number or as a pack, by the rules of a top-up."""

    kind: Literal["plan"]
    plan_id: Id
    credits: Annotated[int, Field(le=burning.MAX_CREDITS)] | None = None
    pack_id: Id | None = None

    @model_validator(mode="after")
    def _at_most_one_of(self) -> PlanChange:
        named = self.model_fields_set & {"credits", "pack_id"}
        if len(named) > 1 or any(getattr(self, name) is None for name in named):
            raise PydanticCustomError("one_of", "must have at most one of credits and pack_id.")
        return self


class CustomPayment(Body):
    """A payment that adds no credits; which amounts can be charged is the gateway's rule."""

    kind: Literal["custom_payment"]
    amount_minor: Annotated[int, Field(le=MAX_AMOUNT_MINOR)]
    remark: Remark


Item = Annotated[TopUp | PlanChange | CustomPayment, Field(discriminator="kind")]


class Consent(Body):
    """The buyer's acceptance of this very version of the refund policy, for this purchase only.

    As offers and a refusal hand it out: `kind`, `version`, `url`. The version may be called `refund_policy_version`, too.
    """

    kind: Literal["refund_policy"] = "refund_policy"
    version: ConsentVersion | None = None
    refund_policy_version: ConsentVersion | None = None
    url: Url | None = None

    @model_validator(mode="after")
    def _one_version(self) -> Consent:
        if (self.version is None) == (self.refund_policy_version is None):
            raise PydanticCustomError("one_of", "must have the version that was accepted, such as version: 2026-01.")
        return self

    @property
    def accepted(self) -> str:
        """The version, by whichever name it came."""
        return self.version or self.refund_policy_version or ""


class QuoteBody(Body):
    """Asks what an item costs."""

    item: Item


class PurchaseBody(Body):
    """Orders an item. `save_payment_method` keeps the card for later charges."""

    item: Item
    consent: Consent | None = None
    success_url: Url | None = None
    cancel_url: Url | None = None
    save_payment_method: bool = False


class PlanBody(Body):
    """The plan that is wanted; the present one takes back what was to follow it. `consent` as in a purchase."""

    plan_id: Id
    consent: Consent | None = None


class SetupBody(Body):
    """Where the page on which a card is added sends its visitor afterwards."""

    success_url: Url | None = None
    cancel_url: Url | None = None


class PortalSessionBody(Body):
    """Who is let in, with which role; `actor` names the person in what they do. `return_url` is where the page leads back to."""

    role: Role
    actor: Annotated[Line, Field(max_length=MAX_ACTOR_CHARACTERS)] | None = None
    return_url: Url | None = None
    locale: Locale | None = None

    def to_visitor(self, account_id: str, key: str) -> Visitor:
        """As the domain knows it; without an actor it is the key that acts, through the page."""
        actor = member_actor(self.actor) if self.actor else f"{PORTAL_PREFIX}{key}"
        return Visitor(account_id, self.role, actor, self.return_url, self.locale)


class DefaultCardBody(Body):
    """Names the card that is to be the default, as the list of cards names it."""

    payment_method: Annotated[str, StringConstraints(max_length=MAX_PAYMENT_METHOD_CHARACTERS)]


class AutoTopUpBody(Body):
    """Switches automatic purchase. `limit_minor`: money of a credit period, with tax; null lifts the limit, left out it stays.

    `payment_method`: the card to charge, as the list of cards names it; left out: the default.
    """

    enabled: bool
    payment_method: Annotated[str, StringConstraints(max_length=MAX_PAYMENT_METHOD_CHARACTERS)] | None = None
    limit_minor: Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)] | None = None


class AddressBody(Body):
    """A postal address; `country` is ISO 3166."""

    line1: Annotated[Line, Field(max_length=MAX_LINE_CHARACTERS)]
    line2: Annotated[Line, Field(max_length=MAX_LINE_CHARACTERS)] | None = None
    city: Annotated[Line, Field(max_length=MAX_PLACE_CHARACTERS)]
    state: Annotated[Line, Field(max_length=MAX_PLACE_CHARACTERS)] | None = None
    postal_code: Annotated[Line, Field(max_length=MAX_POSTAL_CODE_CHARACTERS)]
    country: Region

    def to_address(self) -> billing_details.Address:
        """As the domain knows it."""
        return billing_details.Address(**self.model_dump())


class BillingBody(Body):
    """To whom invoices are made out. `shipping` left out: the billing address. The country decides the tax id's form."""

    name: Annotated[Line, Field(max_length=MAX_LINE_CHARACTERS)]
    email: Email
    phone: Phone | None = None
    address: AddressBody
    tax_id: Annotated[Line, Field(max_length=MAX_TAX_ID_CHARACTERS)] | None = None
    purchase_order: Annotated[Line, Field(max_length=MAX_PURCHASE_ORDER_CHARACTERS)] | None = None
    receipt_email: Email | None = None
    shipping: AddressBody | None = None

    def to_details(self) -> billing_details.BillingDetails:
        """As the domain knows it; a shipping address that is the billing address is no other one."""
        address = self.address.to_address()
        shipping = self.shipping.to_address() if self.shipping else None
        return billing_details.BillingDetails(
            name=self.name,
            email=self.email,
            address=address,
            phone=self.phone,
            tax_id=self.tax_id,
            purchase_order=self.purchase_order,
            receipt_email=self.receipt_email,
            shipping=None if shipping == address else shipping,
        )


@cache
def models() -> dict[str, type[Body]]:
    """The bodies that `routes.CONTRACT` names."""
    burn = (CheckBody, ConsumeBody, ConsumeBatchBody, HoldBody, CaptureBody)
    buying = (QuoteBody, PurchaseBody, PlanBody, AutoTopUpBody, BillingBody, SetupBody, DefaultCardBody)
    endpoints = (EndpointBody, EndpointPatchBody, RotateBody)
    known = (
        AccountBody,
        AccountPatchBody,
        CloseBody,
        GrantBody,
        VoidBody,
        *burn,
        *buying,
        PortalSessionBody,
        *endpoints,
    )
    return {model.__name__: model for model in known}


def bought(item: TopUp | PlanChange | CustomPayment) -> items.Item:
    """The item as the domain knows it."""
    match item:
        case TopUp(pack_id=str(pack_id)):
            return items.PackItem(pack_id)
        case TopUp(credits=int(credits)):
            return items.TopUpItem(credits)
        case PlanChange(plan_id=plan_id, credits=credits, pack_id=pack_id):
            return items.PlanItem(plan_id, credits, pack_id)
        case CustomPayment(amount_minor=amount_minor, remark=remark):
            return items.CustomPaymentItem(amount_minor, remark)
    raise TypeError(f"{item!r} is not bought")
