"""Events carry what burns by usage were rated at, summed by what was counted (issue 13, point 2)."""

from __future__ import annotations

from lotbook.domain.credits.batches import BatchLine, to_text
from lotbook.domain.credits.ledger import DIGEST_CHARACTERS, LINED, Entry
from lotbook.domain.credits.rated import Rating
from lotbook.domain.news.announcements import of_burns, of_entry
from lotbook.domain.news.usages import MAX_USAGES_TOLD, told

TOKENS = Rating("tokens", 1, "half_up", 1, (("input_token", 100, "0.004"), ("output_token", 5, "10")))
DEARER = Rating("tokens", 2, "half_up", 1, (("input_token", 100, "0.01"), ("output_token", 1, "10")))


def burned(rating: Rating, seq: int) -> Entry:
    credits = rating.credits
    return Entry(f"u{seq}", "credits", "consumed", 1, seq, credits=-credits, requested=credits, rated=rating.to_text())


def test_burns_of_one_rate_are_summed_and_their_credits_are_those_burned() -> None:
    burns = [burned(TOKENS, 1), burned(TOKENS, 2), burned(DEARER, 3)]
    (total,) = of_burns("acme", "credits", burns)
    usage = total.detail["usage"]
    assert usage[0] == {"action": "tokens", "quantity": "output_token", "rate": "10", "count": 11, "credits": 110}
    assert {(each["quantity"], each["rate"], each["count"]) for each in usage} == {
        ("output_token", "10", 11),
        ("input_token", "0.004", 200),
        ("input_token", "0.01", 100),
    }
    assert sum(each["credits"] for each in usage) == total.detail["credits"] == 2 * TOKENS.credits + DEARER.credits
    assert total.detail["usage_left_out"] == 0


def test_lines_of_a_batch_count_like_burns_and_burns_by_credits_are_in_none() -> None:
    lines = [BatchLine(TOKENS.credits, rated=TOKENS.to_text()), BatchLine(7)]
    requested = TOKENS.credits + 7
    digest = "d" * DIGEST_CHARACTERS + LINED
    batch = Entry("b", "credits", "consumed", 1, 4, digest=digest, requested=requested, lines=to_text(lines))
    assert sum(each["credits"] for each in told([batch])["usage"]) == TOKENS.credits
    assert told([Entry("c", "credits", "consumed", 1, 5, requested=9)]) == {"usage": [], "usage_left_out": 0}


def test_bounds_an_event_tells_a_named_number_of_usages_those_that_cost_most() -> None:
    burns = [burned(Rating(f"a{n:03}", 1, "half_up", 0, (("x", n, "1"),)), n) for n in range(1, MAX_USAGES_TOLD + 4)]
    found = told(burns)
    assert (len(found["usage"]), found["usage_left_out"]) == (MAX_USAGES_TOLD, 3)
    assert min(each["credits"] for each in found["usage"]) == 4


def test_a_void_is_told_with_its_reason_and_what_a_claw_back_gave_up_again_is_not() -> None:
    facts = {"credits": -5, "removed": 5, "reason": "voided: sent twice", "purchase_id": None}
    void = Entry("lot#lot_1#claw#voided.k", "credits", "adjusted", 1, 3, **facts)  # type: ignore[arg-type]
    (event,) = of_entry("acme", void)
    assert event.kind == "credits.voided"
    assert {name: event.detail[name] for name in ("lot_id", "credits", "reason")} == {
        "lot_id": "lot_1",
        "credits": 5,
        "reason": "sent twice",
    }
    assert of_entry("acme", Entry("lot#lot_1#back#re_1", "credits", "adjusted", 1, 3, credits=5)) == ()
