"""D37: whatever is burned, held, captured, released, granted or left to die, the statement explains the balance, always."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotbook.domain.values import instants
from lotbook.domain.values.instants import SECOND
from tests.examples import examples
from tests.functions.conftest import ACCOUNT, Api, open_account

STEPS = st.one_of(
    st.tuples(st.just("consume"), st.integers(1, 9)),
    st.tuples(st.just("batch"), st.lists(st.integers(1, 5), min_size=1, max_size=5)),
    st.tuples(st.just("hold"), st.tuples(st.integers(1, 9), st.sampled_from([60, 120, 600]))),
    st.tuples(st.just("capture"), st.tuples(st.integers(0, 5), st.integers(0, 9))),
    st.tuples(st.just("release"), st.integers(0, 5)),
    st.tuples(st.just("grant"), st.tuples(st.integers(1, 20), st.sampled_from([None, 30, 90, 300]))),
    st.tuples(st.just("wait"), st.sampled_from([1, 29, 30, 60, 200])),
    st.tuples(st.just("again"), st.just(0)),
)
SHARED = settings(
    max_examples=examples(6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BACK = {"granted", "released"}
TAKEN = {"consumed", "held", "expired"}


class Story:
    """One account, what was asked of it, and what it must therefore have."""

    def __init__(self, api: Api) -> None:
        self.api, self.account = api, f"acc-{api.fresh()}"
        open_account(api, self.account)
        self.holds: list[str] = []
        self.last: tuple[str, Any, str | None, dict[str, str]] | None = None

    def post(self, path: str, body: Any, key: str | None, **more: str) -> Any:
        self.last = (f"POST {ACCOUNT}/{path}", body, key, {"account_id": self.account, **more})
        answer = self.api.call(self.last[0], body, key=key, path=self.last[3])
        assert answer.status in {200, 201, 402, 409, 422}, answer
        return answer

    def do(self, word: str, what: Any) -> None:
        getattr(self, f"_{word}")(what, self.api.fresh())

    def _consume(self, credits: int, key: str) -> None:
        self.post("consume", {"credits": credits}, key)

    def _batch(self, credits: list[int], key: str) -> None:
        items = [{"idempotency_key": f"{key}-{at}", "credits": each} for at, each in enumerate(credits)]
        self.post("consume/batch", {"items": items}, None)

    def _hold(self, what: tuple[int, int], key: str) -> None:
        answer = self.post("holds", {"credits": what[0], "ttl_seconds": what[1]}, key)
        if answer.status == 201:
            self.holds.append(answer.body["hold_id"])

    def _capture(self, what: tuple[int, int], key: str) -> None:
        if self.holds:
            hold_id = self.holds[what[0] % len(self.holds)]
            self.post("holds/{hold_id}/capture", {"credits": what[1]}, key, hold_id=hold_id)

    def _release(self, which: int, key: str) -> None:
        if self.holds:
            self.post("holds/{hold_id}/release", None, key, hold_id=self.holds[which % len(self.holds)])

    def _grant(self, what: tuple[int, int | None], key: str) -> None:
        body = {"credits": what[0], "kind": "promotional", "reason": "x"}
        if what[1]:
            body["expires_at"] = instants.to_text(self.api.clock.instant + what[1] * SECOND)
        self.post("grants", body, key)

    def _wait(self, seconds: int, _: str) -> None:
        self.api.clock.instant += seconds * SECOND

    def _again(self, _: int, __: str) -> None:
        if self.last:
            route_key, body, key, path = self.last
            self.api.call(route_key, body, key=key, path=path)

    def check(self) -> None:
        path, query = {"account_id": self.account}, {"limit": "100"}
        balance = self.api.call(f"GET {ACCOUNT}/balance", path=path).ok()
        entries = self.api.call(f"GET {ACCOUNT}/entries", path=path, query=query).ok()["entries"]
        owned = balance["available"] + balance["held"] + balance["frozen"] - balance["shortfall"]
        assert sum(entry["credits"] for entry in entries) == owned
        running: Counter[str] = Counter()
        available, lots = 0, Counter[str]()
        for entry in reversed(entries):
            drawn = {draw["lot_id"]: draw["credits"] for draw in entry["draws"]}
            assert all(credits > 0 for credits in drawn.values()), entry
            moved, kind = sum(drawn.values()), entry["kind"]
            assert entry["credits"] == {"granted": moved, "held": 0, "released": 0}.get(kind, -moved), entry
            sign = 1 if kind in BACK else -1 if kind in TAKEN else 0
            available += sign * moved
            assert entry["available_after"] == available, entry
            lots.update({lot_id: sign * credits for lot_id, credits in drawn.items()})
            running[kind] += moved
        assert available == balance["available"]
        assert running["held"] - running["captured"] - running["released"] == balance["held"]
        shown = {lot["lot_id"]: lot["remaining"] for lot in balance["lots"] if lot["remaining"]}
        assert {lot_id: credits for lot_id, credits in lots.items() if credits} == shown


@given(steps=st.lists(STEPS, max_size=14))
@SHARED
def test_d_37_the_statement_explains_the_balance_at_every_moment(api: Api, steps: list[tuple[str, Any]]) -> None:
    """D37: every entry's sign, every draw, every lot, every figure after an entry."""
    story = Story(api)
    for word, what in steps:
        story.do(word, what)
        story.check()
