"""Secrets from SSM: kept for minutes, read anew for a reason, never shown."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lotbook.adapters.secrets import LEAST_AGE, TTL, SsmSecrets
from lotbook.domain.values.errors import Unavailable
from tests.fakes.accounts import ManualClock

NAME = "/lotbook/test/stripe-key"


class Ssm:
    """SSM's GetParameter, which may fail."""

    def __init__(self, text: str = "one") -> None:
        self.text = text
        self.calls = 0
        self.failure: Exception | None = None

    def get_parameter(self, **asked: Any) -> Any:
        assert asked == {"Name": NAME, "WithDecryption": True}
        self.calls += 1
        if self.failure:
            raise self.failure
        return {"Parameter": {"Value": f" {self.text}\n"}}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_secret_is_kept_for_its_time_and_then_read_anew(clock: ManualClock) -> None:
    ssm = Ssm()
    secrets = SsmSecrets(ssm, clock)
    assert [secrets.read(NAME) for _ in range(3)] == ["one"] * 3
    ssm.text = "two"
    clock.instant += TTL - 1
    assert secrets.read(NAME) == "one"
    clock.instant += 1
    assert secrets.read(NAME) == "two"
    assert ssm.calls == 2


def test_a_stranger_with_bad_signatures_makes_at_most_one_read_a_minute(clock: ManualClock) -> None:
    ssm = Ssm()
    secrets = SsmSecrets(ssm, clock)
    secrets.read(NAME)
    for _ in range(100):
        secrets.read_again(NAME)
    assert ssm.calls == 1
    clock.instant += LEAST_AGE
    ssm.text = "two"
    assert [secrets.read_again(NAME) for _ in range(100)] == ["two"] * 100
    assert ssm.calls == 2


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "x"}}, "GetParameter"),
        EndpointConnectionError(endpoint_url="https://ssm"),
    ],
)
def test_the_old_secret_serves_while_ssm_does_not_answer(clock: ManualClock, failure: Exception) -> None:
    ssm = Ssm()
    secrets = SsmSecrets(ssm, clock)
    ssm.failure = failure
    with pytest.raises(Unavailable):
        secrets.read(NAME)
    ssm.failure = None
    secrets.read(NAME)
    ssm.failure = failure
    clock.instant += TTL
    assert secrets.read(NAME) == "one"


def test_a_clock_that_was_set_back_does_not_keep_a_secret_for_ever(clock: ManualClock) -> None:
    ssm = Ssm()
    secrets = SsmSecrets(ssm, clock)
    secrets.read(NAME)
    clock.instant -= 10 * TTL
    ssm.text = "two"
    assert secrets.read(NAME) == "two"


def test_no_repr_shows_a_secret(clock: ManualClock) -> None:
    secrets = SsmSecrets(Ssm("whsec_secret"), clock)
    secrets.read(NAME)
    assert "whsec_secret" not in repr(secrets) + repr(vars(secrets))
