"""Every refusal that a page can meet has its sentence, and every sentence leads to a page that is there."""

from __future__ import annotations

from typing import get_args

import pytest

from lotbook.api import openapi
from lotbook.api.http import problems
from lotbook.api.http.routes import CONTRACT
from lotbook.api.portal import automatic, purchases, sentences, words
from lotbook.api.portal.navigation import has_page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.credits.ledger import EntryKind
from lotbook.domain.credits.lots import LOT_KINDS
from lotbook.domain.sales.auto_history import REASONS
from lotbook.domain.sales.purchase import PurchaseState
from lotbook.domain.sales.transactions import ITEM_KINDS
from lotbook.domain.values.errors import Forbidden, PaymentFailed, Unavailable

NO_PAGE_MEETS = {
    "account_exists",
    "account_not_closed",
    "policy_not_found",
    "hold_not_found",
    "hold_closed",
    "too_many_holds",
}


def test_np_30_every_code_of_the_calls_behind_the_pages_has_a_sentence() -> None:
    met = {
        code
        for key, route in CONTRACT.items()
        if route.function in ("purchase", "plan", "recheck", "portal")
        for codes in openapi.refusals(key).values()
        for code in codes
    } - {"unauthenticated", *NO_PAGE_MEETS}
    assert met - set(sentences.SENTENCES) == set()


def test_every_step_of_a_sentence_leads_to_a_page_that_is_there() -> None:
    steps = [*sentences.SENTENCES.values(), sentences.OTHERWISE]
    assert [told for told in steps if not has_page(ROOT + told.path)] == []
    assert [path for _, _, path in words.PAUSES.values() if not has_page(ROOT + path)] == []


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (words.STATES, get_args(PurchaseState)),
        (purchases.STATES, get_args(PurchaseState)),
        (words.KINDS, LOT_KINDS),
        (words.ITEMS, ITEM_KINDS),
        (automatic.REASONS, REASONS),
    ],
)
def test_every_word_of_the_api_is_told(told: dict[str, object], known: tuple[str, ...]) -> None:
    assert set(told) == set(known)


def test_every_kind_of_entry_that_a_statement_shows_is_in_one_group_and_has_a_verb() -> None:
    from lotbook.api.portal.entry_words import GROUPS, VERBS

    grouped = [kind for _, kinds in GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(set(grouped))
    assert set(grouped) == set(VERBS) | {"granted"}
    assert set(grouped) <= set(get_args(EntryKind))


def test_a_refusal_never_shows_a_librarys_text_and_keeps_its_status() -> None:
    for outcome in (
        Unavailable("socket.timeout: x"),
        PaymentFailed("req_1 card_declined", decline_code="x", purchase_id="p"),
    ):
        page = sentences.page(outcome, problems.kind_of(type(outcome)).status, "r")
        assert page.status == problems.kind_of(type(outcome)).status
        assert page.values["title"] == sentences.SENTENCES[outcome.code].sentence
    assert sentences.page(Forbidden(), 403, "r").values["title"] == sentences.SENTENCES["forbidden"].sentence
