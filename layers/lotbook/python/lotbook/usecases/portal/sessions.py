"""A link for one person, opened once; the session that it turns into; and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import refuse_erased
from lotbook.domain.portal.refusals import PortalLinkGone, PortalSessionEnded
from lotbook.domain.portal.sessions import SECRET_BYTES, Pass, Token, Visitor, link_pass, session_pass
from lotbook.domain.sales.return_urls import check_return_url
from lotbook.domain.values.errors import AccountNotFound
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.accounts.load_account import require_account

if TYPE_CHECKING:
    from lotbook.ports.portal import PassStore
    from lotbook.ports.shop import AccountStore, Clock, Entropy


@dataclass(frozen=True, slots=True)
class PassDesk:
    """The ports of letting people in."""

    passes: PassStore
    accounts: AccountStore
    clock: Clock
    entropy: Entropy


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A token that was handed out, and what it stands for."""

    token: Token
    granted: Pass


def make_link(visitor: Visitor, *, desk: PassDesk) -> OpenSession:
    """A link that is good for 15 minutes and for one opening. Raises AccountNotFound, AccountClosed (erased), InvalidRequest."""
    account = desk.accounts.get(visitor.account_id)
    if account is None:
        raise AccountNotFound
    refuse_erased(account)
    if visitor.return_url is not None:
        check_return_url("return_url", visitor.return_url)
    granted = link_pass(visitor, desk.clock.now(), desk.passes.round_of(visitor.account_id))
    token = Token.fresh(visitor.account_id, desk.entropy.read(SECRET_BYTES))
    desk.passes.put("link", token.digest, granted)
    return OpenSession(token, granted)


def open_link(code: str, *, desk: PassDesk) -> OpenSession:
    """The session of whoever opens the link first. Raises PortalLinkGone: used, expired, revoked, or never made.

    The link is used up before the session exists: a crash in between costs a new link, never a second session.
    """
    token, now = Token.read(code), desk.clock.now()
    if token is None:
        raise PortalLinkGone
    link, current_round = desk.passes.find("link", token.account_id, token.digest)
    if link is None:
        raise PortalLinkGone
    is_first = link.is_good(now, current_round) and desk.passes.use_up("link", token.account_id, token.digest, now)
    if not is_first:
        raise PortalLinkGone(return_url=link.visitor.return_url)
    opened = OpenSession(Token.fresh(token.account_id, desk.entropy.read(SECRET_BYTES)), session_pass(link, now))
    desk.passes.put("session", opened.token.digest, opened.granted)
    return opened


def read_session(text: str, *, desk: PassDesk) -> OpenSession:
    """The session that a browser shows. Raises PortalSessionEnded: over, revoked, left, or none at all."""
    token = Token.read(text)
    if token is None:
        raise PortalSessionEnded
    session, current_round = desk.passes.find("session", token.account_id, token.digest)
    if session is None:
        raise PortalSessionEnded
    if not session.is_good(desk.clock.now(), current_round):
        raise PortalSessionEnded(return_url=session.visitor.return_url)
    return OpenSession(token, session)


def leave(session: OpenSession, *, desk: PassDesk) -> None:
    """End this session alone."""
    visitor = session.granted.visitor
    desk.passes.use_up("session", visitor.account_id, session.token.digest, desk.clock.now())


def revoke(account_id: str, *, desk: PassDesk) -> None:
    """End every session of the account and every link that nobody has opened yet. Raises AccountNotFound."""
    require_account(account_id, accounts=desk.accounts)
    desk.passes.begin_round(account_id)
