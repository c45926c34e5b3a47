"""What usage is rated at: the vendors' own examples, the rounding, and parts that sum to the whole to the last credit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotbook.domain.credits.rated import CountedUsage, Rating, from_text
from lotbook.domain.policy.costs import rated
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.policy.parts import Cost
from lotbook.domain.values.errors import InvalidRequest
from tests.examples import examples
from tests.fakes.samples import published

COUNTS = st.integers(0, 10**12)
RATES = st.decimals(0, 10**9, places=12).map(lambda rate: format(rate.normalize(), "f"))


def rating(name: str, action: str, **quantities: int) -> Rating:
    return rated(published(name), CountedUsage(action, quantities))


def priced(**cost: object) -> PublishedPolicy:
    known = published("diaflow")
    return replace(known, policy=replace(known.policy, costs=(Cost(action="x", **cost),)))  # type: ignore[arg-type]


def test_df_24_df_25_costs_by_tokens_characters_images_seconds_and_requests() -> None:
    tokens = rating("diaflow", "tokens", input_token=100, output_token=150)
    assert tokens.credits == 1_700
    assert [(line.quantity, line.count, line.rate, line.credits) for line in tokens.lines] == [
        ("input_token", 100, "2", 200),
        ("output_token", 150, "10", 1_500),
    ]
    assert rating("diaflow", "characters", character=40).credits == 400
    assert rating("diaflow", "images", image=2).credits == 20
    assert rating("diaflow", "seconds", second=20).credits == 120
    request = rating("diaflow", "request")
    assert [(line.quantity, line.count, line.rate, line.credits) for line in request.lines] == [(None, 1, "3", 3)]


@pytest.mark.parametrize(("count", "credits"), [(1, 1), (4, 1), (14, 1), (15, 2), (24, 2), (25, 3)])
def test_df_26_costs_round_to_the_nearest_integer_and_are_at_least_one(count: int, credits: int) -> None:
    """D33: half up."""
    found = rated(priced(rates={"token": Decimal("0.1")}, min=1), CountedUsage("x", {"token": count}))
    assert (found.credits, found.exact) == (credits, Fraction(count, 10))


@pytest.mark.parametrize(
    ("name", "action", "quantities"),
    [
        ("diaflow", "no_cost", {}),
        ("diaflow", "tokens", {"input_token": 0}),
        ("9pic", "process_without_ai", {"photo": 500}),
    ],
)
def test_df_27_np_58_what_costs_nothing_is_no_burn_and_says_so(
    name: str, action: str, quantities: dict[str, int]
) -> None:
    with pytest.raises(InvalidRequest, match="nothing to burn") as refused:
        rating(name, action, **quantities)
    assert refused.value.data["errors"][0]["code"] == "costs_nothing"


def test_np_58_a_photo_costs_one_and_the_watermark_a_tenth_of_the_photos_rounded_up() -> None:
    assert rating("9pic", "process_with_ai", photo=1_234).credits == 1_234
    again = rating("9pic", "watermark_again", processed_photo=5_000)
    assert (again.credits, again.exact_text) == (500, "500")
    uneven = rating("9pic", "watermark_again", processed_photo=5_001)
    assert (uneven.credits, uneven.exact_text, uneven.lines[0].credits) == (501, "500.1", 501)


def test_unknown_actions_and_quantities_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidRequest, match="tokens, characters, images, seconds, request, no_cost"):
        rating("diaflow", "video")
    with pytest.raises(InvalidRequest, match="input_token, output_token"):
        rating("diaflow", "tokens", token=1)
    with pytest.raises(InvalidRequest, match="no quantity here"):
        rating("diaflow", "request", token=1)


def test_more_than_one_burn_can_take_is_refused_with_what_it_would_cost() -> None:
    most = priced(rates={"token": Decimal(10**12)})
    assert rated(most, CountedUsage("x", {"token": 1})).credits == 10**12
    with pytest.raises(InvalidRequest, match="2000000000000 credits"):
        rated(most, CountedUsage("x", {"token": 2}))


def test_no_digit_is_lost_where_a_default_decimal_context_would_lose_some() -> None:
    """D33: 13 digits times 13 digits with 12 decimals are more than the 28 that Decimal keeps by itself."""
    found = rated(
        priced(rates={"token": Decimal("0.000000000001")}, rounding="up"), CountedUsage("x", {"token": 10**12})
    )
    assert (found.credits, found.exact_text) == (1, "1")
    huge = Rating("x", 1, "down", 0, (("a", 999_999_999_999, "999999.999999999999"),))
    assert huge.exact_text == "999999999998999999.000000000001"


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=5), COUNTS, RATES), max_size=5),
    st.sampled_from(["half_up", "up", "down"]),
    st.integers(0, 100),
)
@settings(max_examples=examples(100), deadline=None)
def test_the_parts_are_whole_credits_that_sum_to_the_whole(
    counted: list[tuple[str, int, str]], rounding: object, minimum: int
) -> None:
    found = Rating("x", 1, rounding, minimum, tuple(counted))  # type: ignore[arg-type]
    assert from_text(found.to_text()) == found
    assert sum(line.credits for line in found.lines) == found.credits
    assert all(line.credits >= 0 for line in found.lines)
    assert Fraction(found.exact_text) == found.exact
