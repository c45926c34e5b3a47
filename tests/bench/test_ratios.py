"""The benchmark's arithmetic: what it would take for it to lie."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bench import rounds
from bench.ratios import Ratio, is_void, ratio


def test_a_ratio_is_the_median_of_the_rounds_not_the_ratio_of_the_medians() -> None:
    """A slow hour doubles both arms of a round; the rounds still agree."""
    base = [1.0, 10.0, 2.0, 7.0, 3.0]
    assert ratio([each * 2 for each in base], base) == Ratio(2.0, 2.0, 2.0)


def test_quartiles_show_how_far_the_rounds_disagree() -> None:
    assert ratio([1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 5) == Ratio(2.0, 3.0, 4.0)


@pytest.mark.parametrize(("over", "under"), [([1.0] * 5, [1.0] * 6), ([1.0] * 4, [1.0] * 4)])
def test_rounds_that_are_not_paired_or_too_few_give_no_ratio(over: list[float], under: list[float]) -> None:
    with pytest.raises(ValueError, match="pairs are needed"):
        ratio(over, under)


@pytest.mark.parametrize(("median", "void"), [(1.0, False), (0.96, False), (1.04, False), (0.94, True), (1.06, True)])
def test_a_run_is_void_when_an_arm_differs_from_itself(median: float, void: bool) -> None:
    assert is_void(Ratio(0.5, median, 1.5)) is void


def test_equal_arms_under_noise_and_drift_come_out_equal() -> None:
    """Noise of a fifth, and a machine that slows down threefold on the way."""
    rng = random.Random(7)
    drift = [1 + 2 * number / 120 for number in range(120)]
    one, other = ([slow * rng.gauss(1, 0.2) for slow in drift] for _ in range(2))
    assert not is_void(ratio(one, other))


def test_an_arm_that_is_a_tenth_slower_voids_a_control() -> None:
    rng = random.Random(7)
    one, other = ([rng.gauss(1, 0.05) for _ in range(60)] for _ in range(2))
    assert is_void(ratio([each * 1.1 for each in one], other))


class Collector:
    """Stands for `gc`: a collection of all that the tests have made takes half a second, and a run makes one a round."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[[], None]:
        return lambda: self.calls.append(name)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    made = Collector()
    monkeypatch.setattr(rounds, "gc", made)
    return made


def test_no_arm_pays_for_the_garbage_of_another(collector: Collector) -> None:
    """It is collected ahead of a round, and not while the round is timed."""
    rounds.play({"a": lambda _: collector.calls.append("a")}, seconds=0, seed=1)
    warm_up, round_ = ["a"] * rounds.WARM_UP_PASSES, ["collect", "disable", *["a"] * rounds.PASSES, "enable"]
    assert collector.calls == warm_up + round_ * rounds.LEAST_ROUNDS


@pytest.mark.usefixtures("collector")
def test_each_pass_calls_every_arm_once_and_no_key_comes_twice() -> None:
    """A repeated key would be timed as a replay; the order must change, or the first arm always warms the others' caches."""
    called: list[str] = []
    arms = {"a b": called.append, "c": called.append}
    spent = rounds.play(arms, seconds=0, seed=1)
    for times in ("elapsed", "processor"):
        counted = {name: len(getattr(each, times)) for name, each in spent.items()}
        assert counted == {"a b": rounds.LEAST_ROUNDS, "c": rounds.LEAST_ROUNDS}
    assert len(called) == len(set(called)) == 2 * (rounds.WARM_UP_PASSES + rounds.LEAST_ROUNDS * rounds.PASSES)
    assert not any(" " in key for key in called)
    first = [key[0] for key in called[2 * rounds.WARM_UP_PASSES :: 2]]
    assert set(first) == {"a", "c"}
