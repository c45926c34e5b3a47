"""Cards on file: added on the gateway's page, listed, chosen, removed, told of by events."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import pytest

from lotbook.domain.sales.cards import CardFile
from lotbook.domain.sales.gateway import APP, Tag
from lotbook.domain.values.access import Role
from lotbook.domain.values.errors import (
    AccountClosed,
    AccountNotFound,
    Forbidden,
    InvalidRequest,
    PaymentMethodNotFound,
    Unavailable,
)
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.usecases.inbox.handle_event import Handled
from lotbook.usecases.sales.cards import SetupRequest, choose_card, remove_card, set_up_card
from lotbook.usecases.sales.follow_cards import follow_cards
from tests.fakes.card_desk import CUSTOMER, Cards
from tests.fakes.desk import RETURN_URL, SERVICE
from tests.fakes.purchases import TEST
from tests.fakes.samples import member

ADMIN = member("admin")


# --- adding ---------------------------------------------------------------------------------------------------------------


def test_is_59_is_22_a_card_is_added_on_the_gateways_page_and_the_first_is_the_default() -> None:
    cards = Cards()
    url = cards.set_up()
    setup, customer = cards.gateway.forms[url]
    assert (setup.account_id, setup.currency, customer) == ("acme", "usd", CUSTOMER)
    assert (setup.success_url, setup.cancel_url) == (RETURN_URL, RETURN_URL)
    assert cards.desk.clock.now() < setup.ends_at <= cards.desk.clock.now() + DAY
    name = cards.gateway.finish_setup(url, cards.desk.clock.now())
    found = cards.look()
    assert ([card.payment_method for card in found.cards], found.default) == ([name], name)
    assert cards.gateway.files[CUSTOMER].default == name, "told to the gateway, whose invoices are charged to it"


def test_is_23_is_24_several_cards_and_the_newly_added_is_the_default_at_once_also_before_its_event() -> None:
    cards = Cards()
    names = [cards.add() for _ in range(3)]
    assert [card.payment_method for card in cards.look().cards] == names[::-1]
    assert cards.look().default == names[2]


def test_each_setup_is_a_page_of_its_own_for_one_customer() -> None:
    cards = Cards()
    assert cards.set_up() != cards.set_up()
    assert len({setup.setup_id for setup, _ in cards.gateway.forms.values()}) == 2
    assert {customer for _, customer in cards.gateway.forms.values()} == {CUSTOMER}


@pytest.mark.parametrize("field", ["success_url", "cancel_url"])
@pytest.mark.parametrize("url", ["http://shop.example/", "javascript:alert(1)", "https://u:p@shop.example/"])
def test_np_23_the_page_sends_its_visitor_to_safe_addresses_only(field: str, url: str) -> None:
    cards = Cards()
    with pytest.raises(InvalidRequest):
        cards.set_up(**{field: url})  # type: ignore[arg-type]
    assert cards.gateway.forms == {}


def test_a_closed_account_takes_no_more_cards_and_lets_go_of_those_it_has() -> None:
    cards = Cards()
    _, second = cards.add(), cards.add()
    account = cards.desk.accounts.get("acme")
    assert account is not None
    cards.desk.accounts.save(replace(account, state="closed"))
    with pytest.raises(AccountClosed):
        cards.set_up()
    with pytest.raises(PaymentMethodNotFound):  # whoever looks first takes all of them off file
        cards.remove(second)
    assert cards.desk.gateway.files["cus_1"].cards == ()


@pytest.mark.parametrize("role", ["operator", "member"])
def test_is_31_only_the_policys_buyers_change_cards(role: Role) -> None:
    cards = Cards()
    card = cards.add()
    buyers = cards.desk.policies.newest("insurestack").policy.buyers
    assert role not in buyers
    for change in (lambda: cards.set_up(role), lambda: cards.choose(card, role), lambda: cards.remove(card, role)):
        with pytest.raises(Forbidden):
            change()


def test_is_31_no_service_key_changes_cards() -> None:
    cards = Cards()
    card = cards.add()
    with pytest.raises(Forbidden):
        set_up_card(SetupRequest("acme"), SERVICE, desk=cards.sales)
    with pytest.raises(Forbidden):
        choose_card("acme", card, SERVICE, desk=cards.sales)
    with pytest.raises(Forbidden):
        remove_card("acme", card, SERVICE, desk=cards.sales)


# --- listing, choosing, removing --------------------------------------------------------------------------------------------


def test_without_a_customer_there_are_no_cards_and_nobody_is_asked() -> None:
    cards = Cards()
    assert cards.look() == CardFile()
    for change in (cards.choose, cards.remove):
        with pytest.raises(PaymentMethodNotFound):
            change("pm_1")
    assert cards.gateway.calls == []
    assert cards.gateway.customers == {}
    with pytest.raises(AccountNotFound):
        follow_cards("nobody", desk=cards.sales)


def test_is_24_the_chosen_card_is_the_only_default_and_stays_it_whatever_is_delivered_again() -> None:
    """D6, D14: the event of the newer card comes a second time, after the choice."""
    cards = Cards()
    first, _ = cards.add(), cards.add()
    cards.hear()
    assert cards.choose(first).default == first
    for kind in ("checkout.session.completed", "setup_intent.succeeded", "customer.updated"):
        assert cards.hear(kind) == Handled("cards")
    assert cards.look().default == first
    cards.desk.clock.instant += HOUR
    third = cards.add()
    assert cards.look().default == third


def test_is_24_an_event_that_comes_only_after_another_card_was_chosen_changes_nothing() -> None:
    cards = Cards()
    first, _ = cards.add(), cards.add()
    cards.choose(first)
    cards.hear()
    assert cards.look().default == first


def test_d_40_another_customers_card_is_not_found() -> None:
    """D40: the same answer as for one that does not exist."""
    cards = Cards()
    cards.add()
    theirs = cards.gateway.put_on_file("cus_other", cards.desk.clock.now())
    for change, card in product((cards.choose, cards.remove), (theirs, "pm_999")):
        with pytest.raises(PaymentMethodNotFound):
            change(card)
    assert cards.gateway.files["cus_other"].find(theirs)


def test_is_24_is_59_removing_the_default_makes_the_newest_of_the_others_the_default() -> None:
    cards = Cards()
    names = [cards.add() for _ in range(3)]
    found = cards.remove(names[2])
    assert found == replace(cards.look(), seen=found.seen)
    assert ([card.payment_method for card in found.cards], found.default) == ([names[1], names[0]], names[1])
    assert cards.remove(names[0]).default == names[1]
    assert cards.remove(names[1]) == replace(cards.look(), seen=cards.gateway.files[CUSTOMER].seen)
    assert cards.look().default is None
    assert cards.add() == cards.look().default, "the first again"


def test_is_24_an_expired_card_follows_only_where_there_is_no_other() -> None:
    cards = Cards()
    good = cards.add()
    cards.add(expires="2025-12")
    last = cards.add()
    assert cards.look().default == last
    assert cards.remove(last).default == good


def test_is_24_there_is_a_default_at_every_moment_of_a_removal() -> None:
    """A renewal that comes between the two calls finds a card."""
    cards = Cards()
    first, second = cards.add(), cards.add()
    cards.look()
    cards.gateway.later = {"detach": ["before"]}
    with pytest.raises(Unavailable):
        cards.remove(second)
    found = cards.look()
    assert (found.default, len(found.cards)) == (first, 2)
    cards.remove(second)
    assert cards.look().default == first


def test_a_card_that_was_removed_once_is_not_found_again() -> None:
    cards = Cards()
    name = cards.add()
    cards.remove(name)
    with pytest.raises(PaymentMethodNotFound):
        cards.remove(name)


def test_is_59_a_default_that_was_detached_at_the_gateway_is_followed_by_the_next() -> None:
    """By hand, in its dashboard; the gateway's own note of it is enough to make it good."""
    cards = Cards()
    first, second = cards.add(), cards.add()
    cards.look()
    cards.gateway.detach(second)
    assert cards.hear("customer.updated") == Handled("cards")
    assert cards.gateway.files[CUSTOMER].default == first


def test_a_card_that_goes_while_it_is_made_the_default_is_not_shown() -> None:
    cards = Cards()
    name = cards.add()
    real = cards.gateway.set_default
    cards.gateway.set_default = lambda *_: cards.gateway.detach(name) and False  # type: ignore[method-assign]
    assert cards.look() == CardFile()
    cards.gateway.set_default = real  # type: ignore[method-assign]
    assert cards.look().default is None


def test_looks_that_change_nothing_write_nothing() -> None:
    cards = Cards()
    cards.add()
    for _ in range(3):
        cards.look()
        cards.hear()
    assert len(cards.gateway.defaults_set) == 1


# --- events -----------------------------------------------------------------------------------------------------------------


def test_d_05_d_06_a_finished_setup_is_no_stray_and_every_order_of_events_ends_alike() -> None:
    """D1, D5, D6: three kinds, doubled, in every order, with another card between."""
    kinds = ("checkout.session.completed", "setup_intent.succeeded", "customer.updated")
    for order in permutations(kinds):
        cards = Cards()
        cards.add()
        newer = cards.add()
        for kind in (*order, *order):
            assert cards.hear(kind) == Handled("cards")
        assert cards.gateway.files[CUSTOMER].default == newer
        assert list(cards.desk.strays.strays(10)) == []


@pytest.mark.parametrize(
    "foreign",
    [
        {"tag": Tag()},
        {"tag": Tag("other-app", TEST.stage, "acme")},
        {"tag": Tag(APP, "prod", "acme")},
        {"tag": Tag(APP, TEST.stage, None)},
        {"tag": Tag(APP, TEST.stage, "acme#x")},
        {"livemode": True},
        {"account": "acct_connected"},
    ],
)
@pytest.mark.parametrize("kind", ["checkout.session.completed", "setup_intent.succeeded", "customer.updated"])
def test_cards_of_others_are_left_alone_without_a_call(
    kind: str, foreign: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    cards = Cards()
    cards.add()
    calls = len(cards.gateway.calls)
    assert cards.hear(kind, **foreign) == Handled("ignored")
    assert len(cards.gateway.calls) == calls
    assert caplog.text == "", "nobody is woken for it"


def test_cards_of_an_account_that_is_not_there_ring_and_are_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    """No money came, and the gateway keeps the card: nothing is lost by an answer of 200."""
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        assert Cards().hear(tag=Tag(APP, TEST.stage, "gone")) == Handled("ignored")
    assert "account_missing" in caplog.text


def test_d_05_a_payment_without_a_purchase_is_kept_all_the_same() -> None:
    """D5: only `mode` tells a setup page from money."""
    cards = Cards()
    with pytest.raises(Unavailable):
        cards.hear(mode="payment")
    assert len(list(cards.desk.strays.strays(10))) == 1


def test_an_expired_setup_page_is_nothing() -> None:
    assert Cards().hear("checkout.session.expired") == Handled("ignored")


@pytest.mark.parametrize("operation", ["card_file", "set_up", "set_default"])
def test_d_05_a_look_that_the_gateway_does_not_answer_is_asked_for_again(operation: str) -> None:
    cards = Cards()
    name = cards.add()
    cards.gateway.later = {operation: ["before"]}
    with pytest.raises(Unavailable):
        cards.hear()
    cards.hear()
    assert cards.gateway.files[CUSTOMER].default == name


@pytest.mark.parametrize("removed", ["the newer", "the older"])
def test_b9_a_card_that_was_saved_twice_is_one_row_and_goes_as_one(removed: str) -> None:
    """B9: the gateway's fingerprint is of the number. The default is the row; without it there, the newest."""
    cards = Cards()
    older = cards.add(fingerprint="fp_1")
    other = cards.add(fingerprint="fp_2")
    newer = cards.add(fingerprint="fp_1")
    found = cards.choose(older)
    assert [card.payment_method for card in found.shown] == [older, other]
    found = cards.choose(other)
    assert [card.payment_method for card in found.shown] == [newer, other]
    left = cards.remove(newer if removed == "the newer" else older)
    assert ([card.payment_method for card in left.cards], left.default) == ([other], other)
    assert cards.look().cards == left.cards
    without = replace(found, cards=tuple(replace(card, fingerprint=None) for card in found.cards))
    assert without.shown == without.cards, "cards that the gateway gives no fingerprint are what they are"


def test_b9_a_removal_that_is_cut_short_goes_on_with_the_same_call() -> None:
    """The card that was named goes last: after a fault it is found again, and the row never comes back half."""
    cards = Cards()
    older, newer = cards.add(fingerprint="fp_1"), cards.add(fingerprint="fp_1")
    assert older != newer
    cards.look()
    cards.gateway.later = {"detach": ["after"]}
    with pytest.raises(Unavailable):
        cards.remove(newer)
    assert cards.remove(newer).cards == cards.look().cards == ()
