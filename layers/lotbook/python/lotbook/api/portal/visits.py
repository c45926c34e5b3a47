"""One request to the billing page, by a person who was let in: what was sent, who they are, and how figures look to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from lotbook.api.http import body
from lotbook.api.http.http import Request
from lotbook.api.rendering.formats import Formats, accepted, locale_of
from lotbook.domain.portal.brand import Brand
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.portal.sessions import OpenSession

if TYPE_CHECKING:
    from lotbook.usecases.accounts.load_account import LoadedAccount

MAX_FIELDS = 50
MAX_KEY_CHARACTERS = 64


@dataclass(frozen=True)
class Visit:
    """`base_url`: where the page is, for addresses that the gateway leads back to."""

    request: Request
    session: OpenSession
    brand: Brand
    base_url: str

    @property
    def account_id(self) -> str:
        """The session's, whatever an address says."""
        return self.session.granted.visitor.account_id

    @property
    def caller(self) -> Caller:
        """Who acts."""
        return self.session.granted.visitor.caller()

    @property
    def query(self) -> Mapping[str, str]:
        """What the address asks for. What a page does not know, it passes over: gateways add names of their own."""
        return self.request.query

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of a form, without white space around them. Raises InvalidRequest for more than a form of ours has."""
        body.check_size(self.request.body_bytes)
        try:
            sent = parse_qsl(self.request.body_bytes.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise InvalidRequest.of("form", "malformed", "This is no form of ours.") from None
        return {name: value.strip() for name, value in sent}

    @property
    def key(self) -> str:
        """The idempotency key that a page gave its form: sent twice, a form does its work once."""
        return self.form.get("key", "")[:MAX_KEY_CHARACTERS]

    def formats(self, loaded: LoadedAccount | None) -> Formats:
        """The session's locale counts before the browser's languages; instants are told in the account's time zone."""
        wanted = self.session.granted.visitor.locale
        tags = ([wanted] if wanted else []) + accepted(self.request.headers.get("accept-language", ""))
        return Formats(locale_of(tags), loaded.account.time_zone if loaded else "UTC")

    def address(self, path: str) -> str:
        """The whole address of one of our pages."""
        return f"{self.base_url}{path}"
