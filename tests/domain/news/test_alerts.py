"""Levels: thresholds in per cent of what was bought, and nothing left; said once a crossing (MK-44, D34)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from lotbook.domain.credits.ledger import Entry, EntryKind, Pointer
from lotbook.domain.credits.lots import Lot, LotKind
from lotbook.domain.news.alerts import COOLDOWN, EXHAUSTED, Latch, follow, has_news, told

LEVELS = (75, 90)
NOW = 1_700_000_000_000


def entry(seq: int, kind: EntryKind, available: int, at: int = NOW) -> Entry:
    return Entry(f"n{seq}", "credits", kind, at, seq, Pointer(f"n{seq - 1}", seq - 1), available_after=available)


def grant(seq: int, available: int, kind: LotKind = "purchased", at: int = NOW) -> Entry:
    lot = Lot(f"lot_{seq}", "credits", kind, available, 0, at, None, at)
    return replace(entry(seq, "granted", available, at), lot=lot)


def said(*entries: Entry, latch: Latch | None = None) -> list[int]:
    return [crossing.level for crossing in follow(latch or Latch(), entries, LEVELS)[1]]


def test_mk_44_low_is_said_at_exactly_75_and_again_at_90_per_cent_used() -> None:
    assert said(grant(1, 1_000), entry(2, "consumed", 251)) == []
    assert said(grant(1, 1_000), entry(2, "consumed", 250)) == [75]
    assert said(grant(1, 1_000), entry(2, "consumed", 250), entry(3, "consumed", 101)) == [75]
    assert said(grant(1, 1_000), entry(2, "consumed", 250), entry(3, "consumed", 100)) == [75, 90]


def test_d_34_a_level_is_said_once_a_crossing_however_many_burns_are_below_it() -> None:
    """D34: alert spam."""
    below = [entry(seq, "consumed", 250 - seq) for seq in range(2, 60)]
    assert said(grant(1, 1_000), *below) == [75]


def test_d_34_a_burn_through_several_levels_says_each_of_them_once() -> None:
    """D34."""
    assert said(grant(1, 1_000), entry(2, "consumed", 0)) == [75, 90, EXHAUSTED]


@pytest.mark.parametrize("reason", ["plan_change", "converted", "void"])
def test_f3_what_is_taken_for_a_change_of_plan_or_of_a_loan_is_nothing_used_up(reason: str) -> None:
    taken = replace(entry(2, "clawed_back", 0), reason=reason)
    assert said(grant(1, 1_000), taken) == []
    assert said(grant(1, 1_000), replace(taken, reason="refund")) == [75, 90, EXHAUSTED]
    assert said(grant(1, 1_000), taken, grant(3, 4_000), entry(4, "consumed", 900)) == [75]
    assert said(grant(1, 1_000), replace(taken, available_after=100), entry(3, "consumed", 90)) == [75, 90]


def test_d_34_bought_credits_arm_every_level_and_are_the_new_hundred_per_cent() -> None:
    """D34: once a crossing, so again after the next purchase."""
    story = [grant(1, 1_000), entry(2, "consumed", 50), grant(3, 2_050)]
    assert said(*story, entry(4, "consumed", 600)) == [75, 90]
    assert said(*story, entry(4, "consumed", 512)) == [75, 90, 75]


def test_mk_44_free_and_promotional_credits_are_not_what_a_threshold_is_of() -> None:
    assert said(grant(1, 1_000, "free"), entry(2, "consumed", 1)) == []
    assert said(grant(1, 1_000, "promotional"), entry(2, "consumed", 0)) == [EXHAUSTED]
    # 100 % stays what it was; a gift that lifts above the level arms it all the same
    story = [grant(1, 1_000, "plan"), entry(2, "consumed", 200), grant(3, 400, "promotional")]
    assert said(*story, entry(4, "consumed", 250)) == [75, 75]
    assert said(*story, entry(4, "consumed", 251)) == [75]


def test_d_34_a_small_gift_that_stays_below_the_level_arms_nothing() -> None:
    """D34: a credit an hour must not ring every hour."""
    gifts = [
        step for seq in range(3, 40, 2) for step in (grant(seq, 100, "promotional"), entry(seq + 1, "consumed", 99))
    ]
    assert said(grant(1, 1_000), entry(2, "consumed", 100), *gifts) == [75, 90]


def test_d_34_holds_that_come_and_go_around_a_level_ring_once_in_the_cooldown() -> None:
    """D34: latch and cooldown."""
    coming_and_going = [
        step for seq in range(2, 40, 2) for step in (entry(seq, "held", 240), entry(seq + 1, "released", 260))
    ]
    assert said(grant(1, 1_000), *coming_and_going) == [75]
    later = NOW + COOLDOWN
    assert said(
        grant(1, 1_000), *coming_and_going, entry(41, "released", 260, later), entry(42, "held", 240, later)
    ) == [75, 75]


def test_an_account_that_never_had_credits_has_not_run_out_of_them() -> None:
    assert said(entry(1, "noted", 0)) == []
    assert said(entry(1, "noted", 0), grant(2, 5), entry(3, "consumed", 0)) == [75, 90, EXHAUSTED]


def test_d_34_entries_that_come_again_say_nothing_and_change_nothing() -> None:
    """D34, D1: redelivery."""
    story = [grant(1, 1_000), entry(2, "consumed", 250), grant(3, 1_250), entry(4, "consumed", 0)]
    latch, crossed = follow(Latch(), story, LEVELS)
    assert len(crossed) == 4
    again, nothing = follow(latch, story, LEVELS)
    assert nothing == ()
    assert not has_news(latch, again)


def test_issue_3_batches_in_any_cut_say_the_same_levels_under_the_same_ids() -> None:
    """Issue 3: each at least once with a stable id; D34."""
    seed = 20_261_121
    random_source = random.Random(seed)
    available, story = 0, list[Entry]()
    for seq in range(1, 200):
        if seq % 23 == 1:
            available += 1_000
            story.append(grant(seq, available))
        else:
            available = max(0, available - random_source.randrange(0, 120))
            story.append(entry(seq, "consumed", available))
    whole = {told("acme", crossing).announcement_id for crossing in follow(Latch(), story, LEVELS)[1]}
    assert len(whole) > 10
    for _ in range(20):
        latch, ids = Latch(), list[str]()
        rest = list(story)
        while rest:
            size = random_source.randrange(1, 30)
            latch, crossed = follow(latch, random_source.sample(rest[:size], len(rest[:size])), LEVELS)
            ids += [told("acme", crossing).announcement_id for crossing in crossed]
            rest = rest[size:] if random_source.random() < 0.7 else rest[max(1, size // 2) :]  # some come twice
        assert set(ids) == whole, f"seed {seed}"
        assert len(ids) == len(whole), f"seed {seed}"


def test_issue_3_a_grant_that_comes_late_still_moves_a_hundred_per_cent_and_arms() -> None:
    """Issue 3: reordering is harmless."""
    latch, crossed = follow(Latch(), [grant(1, 1_000), entry(2, "consumed", 200)], LEVELS)
    assert [crossing.level for crossing in crossed] == [75]
    latch, crossed = follow(latch, [entry(4, "consumed", 1_150)], LEVELS)
    assert crossed == ()
    latch, crossed = follow(latch, [grant(3, 1_200)], LEVELS)  # written before 4, delivered after it
    assert (latch.base, crossed) == (1_200, ())
    assert [crossing.level for crossing in follow(latch, [entry(5, "consumed", 300)], LEVELS)[1]] == [75]


def test_issue_3_an_older_grant_that_comes_again_does_not_bring_back_its_hundred_per_cent() -> None:
    """Issue 3: redelivery after a newer purchase."""
    latch, _ = follow(Latch(), [grant(1, 1_000), grant(2, 3_000)], LEVELS)
    latch, _ = follow(latch, [grant(1, 1_000)], LEVELS)
    assert (latch.base, latch.base_seq) == (3_000, 2)


def test_credits_that_die_while_a_renewal_is_due_are_no_alarm() -> None:
    """D34: a false alarm a month is spam."""
    latch, _ = follow(Latch(), [grant(1, 1_000, "plan"), entry(2, "consumed", 900)], LEVELS)
    dead = [entry(3, "expired", 0)]
    assert [crossing.level for crossing in follow(latch, dead, LEVELS)[1]] == [75, 90, EXHAUSTED]
    assert all(crossing.by_expiry for crossing in follow(latch, dead, LEVELS)[1])
    after, crossed = follow(latch, dead, LEVELS, but_expiries=True)
    assert crossed == ()
    assert follow(after, [grant(4, 1_000, "plan")], LEVELS)[1] == ()
