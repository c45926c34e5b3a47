"""Which sentences and figures a letter has, by what is true when it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.credits.book import Book
from lotbook.domain.mails.grounds import Grounds
from lotbook.domain.mails.letters import Letter
from lotbook.domain.mails.occasions import occasion_of
from lotbook.domain.mails.writing import letter_of
from lotbook.domain.policy.document import Policy
from lotbook.domain.sales.items import CustomPaymentItem
from lotbook.domain.values import instants
from tests.api.mails.cases import APP, CASES, NOW, PAUSED, UNCONFIRMED, Case
from tests.fakes.samples import published

MAKE = published("make").policy
GRACE = MAKE.plan_change.renewal.grace_days * instants.DAY


def written(
    case: Case, policy: Policy = MAKE, *, automatic_is_on: bool = True, book: Book | None = None, **news: Any
) -> Letter | None:
    told = replace(case.news, **news)
    wanted = occasion_of(told)
    assert wanted is not None
    return letter_of(
        wanted, Grounds(case.account, policy, told, case.row, APP, NOW, automatic_is_on, book or case.book)
    )


def says(case: Case, policy: Policy = MAKE, **news: Any) -> tuple[str, ...]:
    letter = written(case, policy, **news)
    assert letter is not None
    return letter.says


def test_a_payment_that_brings_no_credits_has_a_receipt_without_them() -> None:
    case = CASES["purchase_completed"]
    assert says(case) == ("credits", "until")
    row = replace(case.row, item=CustomPaymentItem(1_000, "Consulting")) if case.row else None
    assert says(replace(case, row=row)) == ("paid",)
    assert says(CASES["purchase_completed.automatic"]) == ("automatic", "credits")


def test_x_26_the_end_of_grace_is_told_while_it_lies_ahead_and_where_credits_can_be_spent() -> None:
    case = CASES["payment_failed"]
    assert says(case) == ("renewal", "grace", "mend")
    assert says(case, at=NOW + GRACE - 1) == ("renewal", "grace", "mend")
    assert says(case, at=NOW + GRACE) == ("renewal", "mend")
    renewal = replace(MAKE.plan_change.renewal, during_grace="freeze")
    assert says(case, replace(MAKE, plan_change=replace(MAKE.plan_change, renewal=renewal))) == (
        "renewal",
        "frozen",
        "mend",
    )
    paid = replace(case, account=CASES["credits_low"].account)
    assert says(paid) == ("renewal", "mend"), "nothing is known to be unpaid any more"


@pytest.mark.parametrize(("back", "sentence"), [(1_179, "part"), (1_180, "whole")])
def test_money_that_went_back_whole_or_in_part_is_told_so(back: int, sentence: str) -> None:
    case = CASES["refunded"]
    assert says(replace(case, detail={**case.detail, "refunded_minor": back})) == (sentence, "credits")


def test_an_account_that_goes_on_is_not_told_that_it_is_paused() -> None:
    """A policy may stop automatic purchase alone (`on_failure: stop`)."""
    case = CASES["auto_top_up_suspended"]
    assert says(case) == ("declined", "paused", "mend")
    active = replace(case.account, state="active", pause_reason=None)
    assert says(replace(case, account=active)) == ("declined", "mend_purchase")
    confirm = CASES["card_action_required"]
    assert says(replace(confirm, account=CASES["credits_low"].account)) == ("confirm",)


@pytest.mark.parametrize(
    ("enabled", "reasons", "sentence"),
    [
        (True, ("payment_failed", "shortfall"), "mend"),
        (True, ("payment_failed", "plan_payment_failed"), "mend_purchase"),
        (False, ("payment_failed",), "mend_account"),
        (False, ("payment_failed", "shortfall"), "owed"),
        (False, ("payment_failed", "plan_payment_failed"), "off"),
        (False, (), "off"),
    ],
)
def test_f9_what_another_card_brings_is_what_it_brings_to_this_account(
    enabled: bool, reasons: tuple[str, ...], sentence: str
) -> None:
    """It may have been switched off while the charge was in flight; what was lent and used is owed all the same."""
    case = CASES["auto_top_up_suspended"]
    assert case.account.auto is not None
    auto = replace(case.account.auto, enabled=enabled)
    paused = {"state": "paused" if reasons else "active", "pause_reason": None, "pause_reasons": reasons}
    told = replace(case, account=replace(case.account, auto=auto, **paused))  # type: ignore[arg-type]
    assert says(told) == ("declined", *(["paused"] if reasons else []), sentence)
    letter = written(told, automatic_is_on=False)
    assert letter is not None
    assert not letter.says[-1].startswith(("mend_purchase",)), "nobody buys there"
    off = replace(UNCONFIRMED, auto=replace(UNCONFIRMED.auto or AutoRecord(), enabled=enabled))
    confirm = replace(CASES["card_action_required"], account=off)
    assert says(confirm) == ("confirm", "paused" if enabled else "paused_alone")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("shortfall", "shortfall"), ("plan_payment_failed", "plan_payment_failed"), ("something_new", "other")],
)
def test_x_32_a_pause_has_its_reason(reason: str, sentence: str) -> None:
    case = Case("account.paused", {"reason": reason, "reasons": [reason]}, account=PAUSED)
    assert says(case) == ("paused", sentence)


def test_nothing_left_is_told_where_automatic_purchase_is_off_for_all() -> None:
    case = CASES["credits_exhausted"]
    buys = replace(case, account=replace(case.account, auto=AutoRecord(enabled=True)))
    assert written(buys) is None
    assert written(buys, automatic_is_on=False) is not None


@pytest.mark.parametrize(
    ("available", "used", "told"), [(25, 75, True), (10, 75, False), (10, 90, True), (0, 90, False)]
)
def test_mk_44_of_the_levels_that_were_reached_the_highest_is_told(available: int, used: int, told: bool) -> None:
    low = {"unit": "credits", "available": available, "seq": 9, "used_percent": used, "of_credits": 100}
    assert (written(Case("credits.low", low)) is not None) is told


@pytest.mark.parametrize("name", ["credits_low", "credits_exhausted"])
def test_mk_27_what_was_lent_and_is_gone_with_the_decline_is_no_second_mail(name: str) -> None:
    """The loan's credits go back in the moment of the decline: nothing is left, and the account is paused, or waits for a card."""
    case = CASES[name]
    assert written(case) is not None
    assert written(replace(case, account=PAUSED)) is None
    waits = replace(UNCONFIRMED, state="active", pause_reason=None)
    assert written(replace(case, account=waits)) is None, "a policy may stop automatic purchase alone"


def test_a_plan_that_the_policy_has_dropped_is_named_by_its_id() -> None:
    ended = written(Case("plan.ended", {"plan_id": "gone", "reason": "canceled", "current_plan_id": "free"}))
    assert ended is not None
    assert (ended.facts["plan"], ended.facts["current"], ended.says) == ("gone", "Free", ("ended", "now"))
