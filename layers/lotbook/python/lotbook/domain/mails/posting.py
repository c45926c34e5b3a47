"""A mail on its way: to whom, in which language, from whom, and the texts once they are written."""

from __future__ import annotations

from lotbook.domain.accounts.notifications import MailKind
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a letter needs to be put into words for its recipient. `stop_url`: where mails of this kind are switched off."""

    product: str
    locale: str | None
    region: str
    time_zone: str
    support_email: str | None = None
    support_url: str | None = None
    stop_url: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A mail's texts."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A whole mail. `stop_url` takes a POST without a question, as RFC 8058 wants it."""

    account_id: str
    kind: MailKind
    to: str
    product: str
    written: Written
    reply_to: str | None = None
    stop_url: str | None = None


class NotTaken(Exception):
    """The mail service refused the mail, so nobody got it; `code` is the service's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
