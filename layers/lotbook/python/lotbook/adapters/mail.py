"""Amazon SES (v2): one mail a call, with the link that stops it, in the deployment's configuration set."""

from __future__ import annotations

from email.utils import formataddr
from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.mails.posting import NotTaken
from lotbook.domain.values.errors import Unavailable

if TYPE_CHECKING:
    from lotbook.domain.mails.posting import Mail

UTF_8 = "UTF-8"
MAX_NAME_CHARACTERS = 60
SERVER_FAULT = 500


class SesPost:
    """Implements `Post`. Its client must not try again by itself: a lost answer may be a mail that was sent."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client, self._sender, self._set = client, sender, configuration_set

    def send(self, mail: Mail) -> None:
        """Hand it to SES. Raises NotTaken with SES's own code, Unavailable when nobody knows."""
        try:
            send(self._client, "send_email", self._request(mail))
        except ServiceRefused as refusal:
            raise NotTaken(refusal.response["Error"]["Code"]) from refusal
        except Unavailable as unavailable:
            cause = unavailable.__cause__
            if isinstance(cause, ServiceRefused) and _is_refusal(cause):
                raise NotTaken(cause.response["Error"]["Code"]) from cause
            raise

    def _request(self, mail: Mail) -> dict[str, Any]:
        return {
            "FromEmailAddress": formataddr((_name(mail.product), self._sender)),
            "Destination": {"ToAddresses": [mail.to]},
            **({"ReplyToAddresses": [mail.reply_to]} if mail.reply_to else {}),
            "Content": {
                "Simple": {
                    "Subject": {"Data": mail.written.subject, "Charset": UTF_8},
                    "Body": {
                        "Text": {"Data": mail.written.text, "Charset": UTF_8},
                        "Html": {"Data": mail.written.html, "Charset": UTF_8},
                    },
                    "Headers": [{"Name": name, "Value": value} for name, value in _headers(mail)],
                }
            },
            # They come back with a bounce, and say whose it is.
            "EmailTags": [{"Name": "account_id", "Value": mail.account_id}, {"Name": "kind", "Value": mail.kind}],
            "ConfigurationSetName": self._set,
        }


def _headers(mail: Mail) -> list[tuple[str, str]]:
    """A machine wrote it; and how to get no more of its kind with one click (RFC 8058)."""
    headers = [("Auto-Submitted", "auto-generated")]
    if mail.stop_url is None:
        return headers
    return [
        *headers,
        ("List-Unsubscribe", f"<{mail.stop_url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def _name(product: str) -> str:
    return "".join(each if each.isprintable() else " " for each in product)[:MAX_NAME_CHARACTERS].strip()


def _is_refusal(error: ServiceRefused) -> bool:
    """Whether SES said no, rather than failing at it."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_FAULT)
    return bool(status < SERVER_FAULT)
