"""A grant by hand: the key's marker decides, and its digest outlives deployments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.values.errors import IdempotencyKeyReused
from lotbook.usecases.accounts.grant_promotion import KEY_SPACE, GrantDesk, Promotion, grant_promotion
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.plans import PlanDesk

PROMOTION = Promotion(50, "credits", 1_800_000_000_000, "sorry", "key-1")
WRITTEN_BEFORE = "kax499fsbrawbf4zrfrwpab4"  # its digest as it was before digests had named fields


def _desk() -> GrantDesk:
    shop = PlanDesk()
    return GrantDesk(shop.accounts, shop.policies, FakeIdempotency(), shop.sales.credits)


def test_d_03_a_key_whose_marker_has_an_old_digest_answers_its_first_lot_again() -> None:
    desk = _desk()
    marker: dict[str, str | int] = {"lot_id": "lot_1", "at": desk.credits.clock.now(), "rank": 2}
    desk.keys.claim("acme", KEY_SPACE, "k", marker | {"digest": WRITTEN_BEFORE})
    first = grant_promotion("acme", "k", PROMOTION, desk=desk)
    assert (first.lot_id, first.replayed) == ("lot_1", False)
    assert grant_promotion("acme", "k", PROMOTION, desk=desk).replayed
    with pytest.raises(IdempotencyKeyReused):
        grant_promotion("acme", "k", replace(PROMOTION, credits=51), desk=desk)


@pytest.mark.parametrize("changes", [{"credits": 51}, {"unit": "bytes"}, {"expires_at": None}, {"reason": "sorry."}])
def test_d_03_another_body_has_another_digest_and_the_actor_is_no_part_of_it(changes: dict[str, object]) -> None:
    other = replace(PROMOTION, **changes)  # type: ignore[arg-type]
    assert other.digest != PROMOTION.digest
    assert not other.has_digest(WRITTEN_BEFORE)
    assert replace(PROMOTION, actor="somebody").digest == PROMOTION.digest
