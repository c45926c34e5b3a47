"""Request bodies as pydantic models: strict JSON types, unknown fields refused, the contract's bounds.

Imported only by the routes that need one (pydantic is slow to import), and by `openapi.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from lotbook.api.http import idempotency
from lotbook.api.http.body import MAX_ERRORS, MAX_NAME_SHOWN, UNKNOWN
from lotbook.api.requests import burning
from lotbook.domain.credits.requests import DEFAULT_TTL_SECONDS
from lotbook.domain.invoices import billing_details
from lotbook.domain.sales import quotes
from lotbook.domain.values import instants
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.regions import REGIONS

MAX_URL_CHARACTERS = 2_000
MAX_REASON_CHARACTERS = 500
MAX_REMARK_CHARACTERS = 500
MAX_EMAIL_CHARACTERS = 254
MAX_AMOUNT_MINOR = 1_000_000_000_000_000  # past every gateway's bound, which the quote checks
MAX_LINE_CHARACTERS = 200
MAX_PLACE_CHARACTERS = 100
MAX_POSTAL_CODE_CHARACTERS = 20
MAX_TAX_ID_CHARACTERS = 32
MAX_PURCHASE_ORDER_CHARACTERS = 64
MAX_PAYMENT_METHOD_CHARACTERS = 255
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+$"


def _region(value: str) -> str:
    if value not in REGIONS:
        raise PydanticCustomError("region", "must be an ISO 3166 country of two capital letters, such as US.")
    return value


def _instant(value: str) -> str:
    try:
        instants.from_text(value)
    except ValueError:
        raise PydanticCustomError("instant", "must be an instant such as 2026-01-31T00:00:00Z.") from None
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Unit = Annotated[str, StringConstraints(pattern=f"^{burning.UNIT.pattern}$")]
Credits = Annotated[int, Field(ge=1, le=burning.MAX_CREDITS)]
Region = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), AfterValidator(_region)]
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]  # the use case knows those that exist
Email = Annotated[str, StringConstraints(max_length=MAX_EMAIL_CHARACTERS, pattern=_EMAIL)]
Instant = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    AfterValidator(_instant),
]
# Which addresses are good is the use case's rule; this is their form.
Url = Annotated[str, StringConstraints(max_length=MAX_URL_CHARACTERS, pattern=r"^https?://[\x21-\x7e]+$")]
Reference = Annotated[str, StringConstraints(max_length=burning.MAX_REFERENCE_CHARACTERS)]
Key = Annotated[str, StringConstraints(pattern=f"^{idempotency.VISIBLE_ASCII.pattern}$")]
# One printed line: something to read, and no control characters.
Line = Annotated[
    str,
    StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"),
]
# What a person writes, over several lines if they like: something to read, and no other control characters.
Remark = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=MAX_REMARK_CHARACTERS,
        pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
    ),
]
MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=burning.MAX_METADATA_KEY_CHARACTERS)]
MetadataValue = Annotated[str, StringConstraints(max_length=burning.MAX_METADATA_VALUE_CHARACTERS)]


class Body(BaseModel):
    """Strict: a JSON number is no string, 5.0 is no integer, and an unknown field is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AccountBody(Body):
    """Opens an account. The starting plan is the policy's unless `plan_id` names one."""

    account_id: Id
    policy_id: Id
    plan_id: Id | None = None
    region: Region
    email: Email
    time_zone: TimeZone = "UTC"


class GrantBody(Body):
    """Grants promotional credits; `expires_at` absent or null means never."""

    credits: Credits
    unit: Unit = burning.DEFAULT_UNIT
    kind: Literal["promotional"]
    expires_at: Instant | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON_CHARACTERS)]


class ConsumeBody(Body):
    """Burns credits. `burning.py` checks it without pydantic; this is its description."""

    credits: Credits
    unit: Unit = burning.DEFAULT_UNIT
    reference: Reference | None = None
    metadata: Annotated[dict[MetadataKey, MetadataValue], Field(max_length=burning.MAX_METADATA_KEYS)] | None = None


class BatchItemBody(Body):
    """One item of a batch: its own idempotency key, in one key space with consume and holds."""

    idempotency_key: Key
    credits: Credits
    unit: Unit = burning.DEFAULT_UNIT
    reference: Reference | None = None


class ConsumeBatchBody(Body):
    """Burns many items in order, each all or nothing by itself. A malformed item refuses the whole batch."""

    items: Annotated[list[BatchItemBody], Field(min_length=1, max_length=burning.MAX_ITEMS)]


class HoldBody(Body):
    """Sets credits aside until they are captured or released, at most for `ttl_seconds`."""

    credits: Credits
    unit: Unit = burning.DEFAULT_UNIT
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
    """The buyer's acceptance of this very version of the refund policy, for this purchase only."""

    refund_policy_version: Annotated[str, StringConstraints(min_length=1, max_length=64)]


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


class SetupBody(Body):
    """Where the page on which a card is added sends its visitor afterwards."""

    success_url: Url | None = None
    cancel_url: Url | None = None


class DefaultCardBody(Body):
    """Names the card that is to be the default, as the list of cards names it."""

    payment_method: Annotated[str, StringConstraints(max_length=MAX_PAYMENT_METHOD_CHARACTERS)]


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
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ().-]{5,20}$")] | None = None
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


Model = TypeVar("Model", bound=Body)


def read(model: type[Model], document: Mapping[str, Any]) -> Model:
    """The body as a model; raises InvalidRequest that names each field, in our words."""
    try:
        return model.model_validate(document)
    except ValidationError as refusal:
        found = refusal.errors(include_url=False, include_context=True, include_input=False)
        named = [_told(error) for error in found[:MAX_ERRORS]]
        raise InvalidRequest(f"{named[0]['field'] or 'body'}: {named[0]['message']}", errors=named) from None


# pydantic's kind of error -> our code and sentence; its own text and the caller's input stay out of the answer.
_TOLD: dict[str, tuple[str, str]] = {
    "missing": ("missing", "is required."),
    "extra_forbidden": ("unknown", UNKNOWN),
    "int_type": ("type", "must be a JSON integer."),
    "string_type": ("type", "must be a string."),
    "bool_type": ("type", "must be true or false."),
    "dict_type": ("type", "must be an object."),
    "model_type": ("type", "must be an object."),
    "model_attributes_type": ("type", "must be an object."),
    "greater_than_equal": ("range", "must be at least {ge}."),
    "less_than_equal": ("range", "must be at most {le}."),
    "string_too_short": ("length", "must have at least {min_length} characters."),
    "string_too_long": ("length", "must have at most {max_length} characters."),
    "too_long": ("length", "must have at most {max_length} entries."),
    "too_short": ("length", "must have at least {min_length} entries."),
    "list_type": ("type", "must be an array."),
    "string_pattern_mismatch": ("pattern", "does not have the form that is asked for."),
    "literal_error": ("choice", "must be {expected}."),
    "union_tag_invalid": ("choice", "kind must be one of {expected_tags}."),
    "union_tag_not_found": ("missing", "kind is required."),
}
_OWN_KINDS = frozenset({"region", "instant", "one_of"})  # raised above, with our own words
_TAGS = frozenset({"top_up", "plan", "custom_payment"})


def _told(error: ErrorDetails) -> dict[str, str]:
    if error["type"] in _OWN_KINDS:
        code, message = error["type"], error["msg"]
    else:
        code, sentence = _TOLD.get(error["type"], ("invalid", "is not valid."))
        message = sentence.format_map(error.get("ctx", {}))
    return {"field": _path(error["loc"]), "code": code, "message": message}


def _path(location: tuple[int | str, ...]) -> str:
    # pydantic puts the union's tag into the path; the caller's document has no such level.
    parts = [str(part) for at, part in enumerate(location) if not (at == 1 and location[0] == "item" and part in _TAGS)]
    return ".".join(part[:MAX_NAME_SHOWN] for part in parts)


@cache
def models() -> dict[str, type[Body]]:
    """The bodies that `routes.CONTRACT` names."""
    burn = (ConsumeBody, ConsumeBatchBody, HoldBody, CaptureBody)
    known = (AccountBody, GrantBody, *burn, QuoteBody, PurchaseBody, BillingBody, SetupBody, DefaultCardBody)
    return {model.__name__: model for model in known}


def bought(item: TopUp | PlanChange | CustomPayment) -> quotes.Item:
    """The item as the domain knows it."""
    match item:
        case TopUp(pack_id=str(pack_id)):
            return quotes.PackItem(pack_id)
        case TopUp(credits=int(credits)):
            return quotes.TopUpItem(credits)
        case PlanChange(plan_id=plan_id, credits=credits, pack_id=pack_id):
            return quotes.PlanItem(plan_id, credits, pack_id)
        case CustomPayment(amount_minor=amount_minor, remark=remark):
            return quotes.CustomPaymentItem(amount_minor, remark)
    raise TypeError(f"{item!r} is not bought")
