"""Stories that go wrong without a condition, of endpoints, deliveries and lanes: see `condition_stories.py`."""

from __future__ import annotations

import pytest

from lotbook.domain.values.errors import Conflict
from tests.contracts.condition_stories import Place, guards
from tests.fakes.endpoints import NOW, a_delivery, an_endpoint


@guards("endpoints.create.NOT_YET_WRITTEN")
def an_endpoint_is_made_once(place: Place) -> None:
    place.store.create(an_endpoint(), "whsec_AAAA")
    with pytest.raises(Conflict):
        place.store.create(an_endpoint(url="https://evil.example/"), "whsec_BBBB")
    assert place.store.get("end_1") == an_endpoint()


@guards("endpoints._still.STILL_THE_VERSION_READ")
def of_two_changes_of_an_endpoint_the_second_is_told(place: Place) -> None:
    place.store.create(an_endpoint(), "whsec_AAAA")
    changed = place.store.save(an_endpoint(state="disabled"))
    with pytest.raises(Conflict):
        place.store.save(an_endpoint(types=("credits.low",)))
    assert place.store.get("end_1") == changed


@guards("endpoints.rotate.SAME_SECRETS")
def a_rotation_never_makes_secrets_of_an_endpoint_that_has_none(place: Place) -> None:
    """Else the secrets would begin with two places that nobody filled."""
    _without_secrets(place)
    with pytest.raises(Conflict):
        place.store.rotate(an_endpoint(), "whsec_BBBB")


def _without_secrets(place: Place) -> None:
    place.store.create(an_endpoint(), "whsec_AAAA")
    assert place.table is not None
    key = {"pk": {"S": "X#end_1"}, "sk": {"S": "secrets"}}
    place.table.client.delete_item(TableName=place.table.name, Key=key)


@guards("deliveries.create.NOT_YET_WRITTEN")
def an_event_that_comes_again_leaves_its_delivery_as_it_is(place: Place) -> None:
    assert place.store.create(a_delivery()) is True
    done = place.store.save(a_delivery(state="delivered"))
    assert place.store.create(a_delivery()) is False
    assert place.store.get("end_1", done.delivery_id) == done


@guards("deliveries.save.STILL_THE_VERSION_READ")
def of_two_workers_of_a_delivery_the_second_is_told(place: Place) -> None:
    place.store.create(a_delivery())
    held = place.store.save(a_delivery(due_at=NOW + 1))
    with pytest.raises(Conflict):
        place.store.save(a_delivery(due_at=NOW + 2))
    assert place.store.get("end_1", held.delivery_id) == held


@guards("deliveries.take.LANE_IS_FREE")
def a_lane_is_taken_by_one_until_its_time_is_over(place: Place) -> None:
    assert place.store.take("end_1", 0, NOW, NOW + 10) is True
    assert place.store.take("end_1", 0, NOW + 9, NOW + 19) is False
    assert place.store.take("end_1", 0, NOW + 10, NOW + 20) is True


@guards("deliveries.leave.LANE_IS_OURS")
def a_worker_that_comes_late_does_not_give_back_anothers_lane(place: Place) -> None:
    place.store.take("end_1", 0, NOW, NOW + 10)
    place.store.take("end_1", 0, NOW + 10, NOW + 20)
    place.store.leave("end_1", 0, NOW + 10)
    assert place.store.take("end_1", 0, NOW + 11, NOW + 21) is False
    place.store.leave("end_1", 0, NOW + 20)
    assert place.store.take("end_1", 0, NOW + 11, NOW + 21) is True
