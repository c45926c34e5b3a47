"""Endpoints in `template.yaml`: no deployment calls its own machine, nobody waits in another's queue, and times fit."""

from __future__ import annotations

from lotbook.adapters.caller import TOTAL_SECONDS
from lotbook.adapters.names import RESOLVE_SECONDS
from lotbook.domain.endpoints.deliveries import LEASE, QUEUED
from lotbook.domain.values.instants import SECOND
from lotbook.settings import Settings
from lotbook.usecases.endpoints.relay import LANES
from tests.deploy.test_template import DOCUMENT, ROOT, of_type
from tests.functions.conftest import ENVIRONMENT

LOCAL = {**ENVIRONMENT, "LOOPBACK_ENDPOINTS": "on", "CLOCK_FILE": "clock.json"}


def test_no_deployment_can_be_told_to_call_its_own_machine() -> None:
    """The setting is not in the template, needs the local run's clock, and is ignored on Lambda."""
    text = (ROOT / "template.yaml").read_text()
    assert "LOOPBACK" not in text
    assert "CLOCK_FILE" not in text
    assert Settings.read(LOCAL).loopback_endpoints
    for taken_away in ("LOOPBACK_ENDPOINTS", "CLOCK_FILE"):
        assert not Settings.read(
            {name: value for name, value in LOCAL.items() if name != taken_away}
        ).loopback_endpoints
    assert not Settings.read({**LOCAL, "AWS_LAMBDA_FUNCTION_NAME": "lotbook-relay"}).loopback_endpoints


def test_a_call_ends_before_its_function_and_the_function_before_the_lease() -> None:
    relay, queues = of_type("AWS::Serverless::Function")["RelayFunction"], of_type("AWS::SQS::Queue")
    assert relay["Timeout"] > 2 * (TOTAL_SECONDS + RESOLVE_SECONDS)
    assert relay["Timeout"] * SECOND < LEASE
    for name in ("News", "Deliveries"):
        assert queues[name]["VisibilityTimeout"] >= 6 * relay["Timeout"]
    assert queues["Deliveries"]["MessageRetentionPeriod"] * SECOND > QUEUED


def test_an_endpoint_that_hangs_leaves_most_of_the_function_to_the_others() -> None:
    events = of_type("AWS::Serverless::Function")["RelayFunction"]["Events"]
    assert events["Deliveries"]["Properties"]["ScalingConfig"]["MaximumConcurrency"] > LANES
    assert events["News"]["Properties"]["Queue"] != events["Deliveries"]["Properties"]["Queue"]


def test_every_event_is_copied_whatever_its_type() -> None:
    rule = of_type("AWS::Events::Rule")["NewsToEndpoints"]
    assert rule["EventPattern"] == {"source": ["lotbook"]}
    assert "Condition" not in DOCUMENT["Resources"]["NewsToEndpoints"]
