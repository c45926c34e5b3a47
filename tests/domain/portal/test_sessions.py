"""Links, sessions and tokens without a store: when a pass is good, and what a token gives away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.portal.sessions import LINK_LASTS, SESSION_LASTS, Token, Visitor, link_pass, session_pass

ANN = Visitor("acme", "billing", "member:ann", "https://app.example/", "de")
NOW = 1_000_000
SECRET = bytes(range(32))


def test_a_pass_is_good_before_its_end_in_its_round_and_unused() -> None:
    link = link_pass(ANN, NOW, 3)
    assert [link.is_good(at, 3) for at in (NOW, NOW + LINK_LASTS - 1, NOW + LINK_LASTS)] == [True, True, False]
    assert not link.is_good(NOW, 4)
    assert not link.is_good(NOW, 2)
    assert not replace(link, used_at=NOW).is_good(NOW, 3)


def test_a_session_is_its_links_visitor_and_round_and_lasts_from_the_opening() -> None:
    session = session_pass(link_pass(ANN, NOW, 3), NOW + 5)
    assert (session.visitor, session.round, session.expires_at) == (ANN, 3, NOW + 5 + SESSION_LASTS)


def test_a_visitor_acts_as_a_member_of_that_account_with_that_role() -> None:
    caller = ANN.caller()
    assert (caller.kind, caller.account_id, caller.role, caller.actor) == ("member", "acme", "billing", "member:ann")
    assert not caller.sees("other")
    assert not caller.scopes


def test_a_token_is_read_as_it_was_made_and_its_digest_says_nothing_of_it() -> None:
    token = Token.fresh("acme", SECRET)
    assert Token.read(token.text) == token
    assert token.secret not in token.digest + token.form_token
    assert token.digest != replace(token, account_id="acmf").digest


def test_a_forms_token_is_that_of_its_session_alone() -> None:
    token, other = Token.fresh("acme", SECRET), Token.fresh("acme", SECRET[::-1])
    assert token.made(token.form_token)
    assert not any(token.made(text) for text in ("", other.form_token, token.digest, token.secret, "é"))


@pytest.mark.parametrize(
    "text", ["", "acme", "acme.short", "acme." + "a" * 44, "acme." + "é" * 43, "a/b." + "a" * 43, "." + "a" * 43]
)
def test_what_is_no_token_never_reaches_the_table(text: str) -> None:
    assert Token.read(text) is None
