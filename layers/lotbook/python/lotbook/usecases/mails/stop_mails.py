"""Stop mails: one kind by the link in a mail, all of an address that bounced or complained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.mail_choices import with_unreachable, without_kind
from lotbook.domain.mails.stop_tokens import read_stop_token
from lotbook.domain.values.errors import AccountNotFound, InvalidRequest
from lotbook.usecases.accounts.change_account import save_changed
from lotbook.usecases.alarms import alarm

if TYPE_CHECKING:
    from lotbook.domain.accounts.notifications import MailKind, WhyUnreachable
    from lotbook.ports.shop import AccountStore, Clock


def kind_of_token(key: bytes, token: str) -> tuple[str, MailKind]:
    """Account and kind that a link is about. Raises InvalidRequest for a token that is not ours."""
    read = read_stop_token(key, token)
    if read is None:
        raise InvalidRequest.of("token", "invalid", "This link is not complete, or it is not from one of our mails.")
    return read


def stop_kind(key: bytes, token: str, *, accounts: AccountStore) -> MailKind:
    """Switch off the kind of mail that the link came with; again changes nothing. Raises InvalidRequest, Unavailable."""
    account_id, kind = kind_of_token(key, token)
    try:
        save_changed(account_id, lambda account: without_kind(account, kind), accounts=accounts)
    except AccountNotFound as gone:
        raise InvalidRequest.of("token", "invalid", "This link is not from one of our mails.") from gone
    return kind


def stop_address(
    account_id: str, address: str, reason: WhyUnreachable, *, accounts: AccountStore, clock: Clock
) -> bool:
    """Never mail this address of the account again, and let somebody know. False where that was so, or it is another by now.

    Raises Unavailable.
    """
    at = clock.now()
    try:
        changed = save_changed(
            account_id, lambda account: with_unreachable(account, address, reason, at), accounts=accounts
        )
    except AccountNotFound:
        return False
    if changed:
        alarm("mail_address_off", account_id=account_id, reason=reason)
    return changed
