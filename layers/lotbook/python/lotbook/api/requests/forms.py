"""The forms that texts in bodies have, each with the sentence that a refusal says: what is asked for, with an example (N17).

A pattern lives here with its sentence, so that no refusal has to say that something "does not have the form".
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from lotbook.api.http import idempotency
from lotbook.api.requests import burning
from lotbook.domain.values import ids, instants, regions, texts, urls

MAX_EMAIL_CHARACTERS = 254
MAX_REMARK_CHARACTERS = 500
MAX_EXTERNAL_ID_CHARACTERS = 128
MAX_REASON_CHARACTERS = 500
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# Something to read, and no control characters.
_SHOWN = r"[^\x00-\x20\x7f]"
_ON_A_LINE = r"[^\x00-\x1f\x7f]*"
_ON_LINES = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*"

ID = f"^{ids.GRAMMAR.pattern}$"
UNIT = f"^{burning.UNIT.pattern}$"
REGION = "^[A-Z]{2}$"
TIME_ZONE = r"^[A-Za-z0-9_+/-]{1,64}$"  # the use case knows those that exist
EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
URL = r"^https?://[\x21-\x7e]+$"  # which addresses are good is the use case's rule
REFERENCE = f"^{texts.PLAIN.pattern}$"
KEY = f"^{idempotency.VISIBLE_ASCII.pattern}$"
LINE = f"^{_ON_A_LINE}{_SHOWN}{_ON_A_LINE}$"
REMARK = f"^{_ON_LINES}{_SHOWN}{_ON_LINES}$"
LOCALE = r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}$"
PHONE = r"^\+?[0-9 ().-]{5,20}$"

INSTANT_TOLD = "an instant in UTC such as 2026-01-31T00:00:00Z"
TOLD = {
    ID: ids.FORM,
    UNIT: "the name of a unit, such as credits",
    REGION: regions.EXAMPLE,
    TIME_ZONE: "the name of a time zone, such as Europe/Berlin",
    EMAIL: "an e-mail address, such as ann@example.com",
    INSTANT: INSTANT_TOLD,
    URL: urls.HTTPS_ALLOWED,
    REFERENCE: f"one line such as order-1042, {texts.PLAIN_TOLD}",
    KEY: f"1 to {idempotency.MAX_CHARACTERS} visible ASCII characters, such as order-1042",
    LINE: "one line with something to read, such as Main Street 1, without control characters",
    REMARK: "a text with something to read, without control characters other than line ends and tabs",
    LOCALE: "a language tag, such as de-AT",
    PHONE: "a telephone number, such as +49 30 1234567",
}


def _region(value: str) -> str:
    if value not in regions.REGIONS:
        raise PydanticCustomError("region", f"must be {regions.EXAMPLE}.")
    return value


def _instant(value: str) -> str:
    try:
        instants.from_text(value)
    except ValueError:
        raise PydanticCustomError("instant", f"must be {INSTANT_TOLD}.") from None
    return value


Id = Annotated[str, StringConstraints(pattern=ID)]
Unit = Annotated[str, StringConstraints(pattern=UNIT)]
Credits = Annotated[int, Field(ge=1, le=burning.MAX_CREDITS)]
Region = Annotated[str, StringConstraints(pattern=REGION), AfterValidator(_region)]
TimeZone = Annotated[str, StringConstraints(pattern=TIME_ZONE)]
Email = Annotated[str, StringConstraints(max_length=MAX_EMAIL_CHARACTERS, pattern=EMAIL)]
Instant = Annotated[str, StringConstraints(pattern=INSTANT), AfterValidator(_instant)]
Url = Annotated[str, StringConstraints(max_length=urls.MAX_URL_CHARACTERS, pattern=URL)]
Reference = Annotated[str, StringConstraints(max_length=burning.MAX_REFERENCE_CHARACTERS, pattern=REFERENCE)]
Key = Annotated[str, StringConstraints(pattern=KEY)]
Line = Annotated[str, StringConstraints(min_length=1, pattern=LINE)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_EXTERNAL_ID_CHARACTERS, pattern=LINE)]
Remark = Annotated[str, StringConstraints(min_length=1, max_length=MAX_REMARK_CHARACTERS, pattern=REMARK)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON_CHARACTERS, pattern=REMARK)]
Locale = Annotated[str, StringConstraints(pattern=LOCALE)]
Phone = Annotated[str, StringConstraints(pattern=PHONE)]
MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=burning.MAX_METADATA_KEY_CHARACTERS)]
MetadataValue = Annotated[str, StringConstraints(max_length=burning.MAX_METADATA_VALUE_CHARACTERS)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=burning.MAX_METADATA_KEYS)]
