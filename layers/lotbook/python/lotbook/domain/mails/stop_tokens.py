"""The token in a mail's link that switches mails of that kind off: signed, good for one account and kind, and for nothing else.

It does not end: a mail may be read years later, and what it allows harms nobody.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from lotbook.domain.accounts.notifications import MAIL_KINDS, MailKind

PURPOSE = b"lotbook mails: stop"  # the key signs other things, too


def stop_token(key: bytes, account_id: str, kind: MailKind) -> str:
    """`account.kind.signature`; neither of the first two has a dot."""
    return f"{account_id}.{kind}.{_signature(key, account_id, kind)}"


def read_stop_token(key: bytes, token: str) -> tuple[str, MailKind] | None:
    """Account and kind; None for a token that nobody here has made."""
    account_id, _, rest = token.partition(".")
    named, _, signature = rest.partition(".")
    kind = next((each for each in MAIL_KINDS if each == named), None)
    if kind is None or not signature.isascii():
        return None
    return (account_id, kind) if hmac.compare_digest(signature, _signature(key, account_id, kind)) else None


def _signature(key: bytes, account_id: str, kind: str) -> str:
    message = b"\0".join((PURPOSE, account_id.encode(), kind.encode()))
    return urlsafe_b64encode(hmac.digest(key, message, "sha256")).decode().rstrip("=")
