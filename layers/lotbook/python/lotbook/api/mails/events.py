"""What the mailer's queue brings: events of our bus, and of SES what became of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lotbook.domain.accounts.notifications import WhyUnreachable
from lotbook.domain.mails.occasions import News
from lotbook.domain.values import instants

OURS, SES = "lotbook", "aws.ses"


def news_of(envelope: Mapping[str, Any]) -> News | None:
    """An event of our bus; None for everything else."""
    if envelope["source"] != OURS:
        return None
    detail = envelope["detail"]
    account_id = detail["account_id"] or ""
    return News(envelope["detail-type"], detail["id"], instants.from_text(detail["at"]), account_id, detail)


def returns_of(envelope: Mapping[str, Any]) -> Iterator[tuple[str, str, WhyUnreachable]]:
    """Account, address and reason of each address that takes no more mail: refused for good, or its reader complained."""
    detail = envelope["detail"] if envelope["source"] == SES else {}
    accounts = detail.get("mail", {}).get("tags", {}).get("account_id", [])
    for account_id in accounts:
        for address in _bounced(detail.get("bounce", {})):
            yield account_id, address, "bounce"
        for address in _complained(detail.get("complaint", {})):
            yield account_id, address, "complaint"


def _bounced(bounce: Mapping[str, Any]) -> Iterator[str]:
    """A mailbox that is full, or away, is no reason: SES has tried again by itself."""
    if bounce.get("bounceType") == "Permanent":
        yield from (recipient["emailAddress"] for recipient in bounce.get("bouncedRecipients", []))


def _complained(complaint: Mapping[str, Any]) -> Iterator[str]:
    """Also by a mail program's button; `not-spam` is the opposite of a complaint."""
    if complaint.get("complaintFeedbackType") != "not-spam":
        yield from (recipient["emailAddress"] for recipient in complaint.get("complainedRecipients", []))
