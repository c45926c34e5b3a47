"""`tests/sdk_files.py` keeps what botocore reads: nothing may change it, and a client of it asks what any client asks."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

from tests import sdk_files
from tests.quick_moto import mock_aws

SERVICES = ("dynamodb", "sqs", "events", "ssm", "lambda")  # that the functions ask


def _client(service: Any) -> Any:
    return Session().create_client(
        service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


def _asked() -> dict[str, str]:
    """Clients of sessions of their own, each of which has asked something; the addresses that they found."""
    with mock_aws():
        made = {service: _client(service) for service in SERVICES}
        address = made["sqs"].create_queue(QueueName="q")["QueueUrl"]
        made["sqs"].send_message(QueueUrl=address, MessageBody="m")
        made["events"].put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])
        made["ssm"].put_parameter(Name="n", Value="v", Type="String")
        made["lambda"].list_functions()
        with pytest.raises(made["dynamodb"].exceptions.ResourceNotFoundException):
            made["dynamodb"].get_item(TableName="none", Key={"pk": {"S": "a"}})
        return {service: client.meta.endpoint_url for service, client in made.items()}


def test_what_is_kept_of_the_sdks_files_is_what_they_say_after_calls_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one session wrote into a description another would go by; moto writes into that of a queue."""
    first, again = _asked(), _asked()
    kept = {file: says() for file, says in sdk_files.kept.items()}
    for (path, opened), said in kept.items():
        assert path.endswith(sdk_files.SHARED) or said == sdk_files.read_anew(JSONFileLoader(), path, opened), path
    read = {path for (path, _), said in kept.items() if said is not None}
    assert {service for service in SERVICES if any(f"/{service}/" in path for path in read)} == set(SERVICES)
    monkeypatch.setattr(sdk_files, "kept", {})
    assert first == again == _asked()


def test_the_services_that_are_found_are_those_of_the_loaders_own_paths() -> None:
    for paths in ([], [Loader.BUILTIN_DATA_PATH]):
        loader = Loader(list(paths), include_default_search_paths=False)
        for kind in ("service-2", "resources-1"):
            assert loader.list_available_services(kind) == sdk_files.find_anew(loader, kind)
    assert "dynamodb" in Loader().list_available_services("service-2")
