"""What mailing needs, picked beside `wiring.py`: few functions mail, and that file is long."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from lotbook import wiring
from lotbook.adapters.dynamo.endpoints import DynamoEndpoints
from lotbook.adapters.dynamo.latches import DynamoLatches
from lotbook.adapters.dynamo.mail_latches import DynamoMailLatches
from lotbook.adapters.mail import SesPost
from lotbook.domain.mails.stop_tokens import stop_token
from lotbook.settings import settings
from lotbook.usecases.mails.send_mail import MailDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.notifications import MailKind
    from lotbook.domain.mails.letters import Letter
    from lotbook.domain.mails.posting import Envelope, Written


def mail_desk(write: Callable[[Letter, Envelope], Written]) -> MailDesk:
    """The ports of mailing; `write` puts a letter into words."""
    known = settings()
    return MailDesk(
        accounts=wiring.accounts(),
        policies=wiring.policies(),
        purchases=wiring.purchases(),
        latches=DynamoMailLatches(wiring.table()),
        books=wiring.books(),
        levels=DynamoLatches(wiring.table()),
        post=SesPost(_ses(), known.mail_from, known.mail_set),
        clock=wiring.clock(),
        entropy=wiring.entropy(),
        write=write,
        app_url=known.app_url,
        automatic_is_on=known.auto_top_up,
        endpoints=DynamoEndpoints(wiring.table()),
        product=known.portal_name,
        stop_url=stop_url,
    )


@cache
def _ses() -> Any:
    """Asked once a mail: nothing at SES tells a second try from a second mail."""
    return wiring._client("sesv2", tries=1)


def stop_url(account_id: str, kind: MailKind) -> str | None:
    """The link in a mail that switches its kind off; None where nobody has said at which address this API is."""
    base = settings().public_url
    return f"{base}/mails/stop?token={stop_token(wiring.cursor_key(), account_id, kind)}" if base else None
