"""What `template.yaml` declares in AWS, created in the local engine where it is not there yet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from local.cloud.engine import REGION, Address
from local.cloud.queues import queue_url
from local.cloud.template import Template

QUEUE_VARIABLES = ("AUTO_TOP_UP_QUEUE", "DELIVERIES_QUEUE")
CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})


def create_missing(template: Template, parameters: Mapping[str, str], endpoint: str) -> None:
    """The table with its stream and index, the bus, and the SSM parameters (always written: their values may have changed)."""
    _create_table(_client("dynamodb", endpoint), template.table)
    ssm = _client("ssm", endpoint)
    for name, value in parameters.items():
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    if template.bus is not None:
        _create_bus(_client("events", endpoint), template.bus)
    if template.environment.get("MAIL_FROM"):
        _allow_mail(_client("sesv2", endpoint), template.environment)


def environment(template: Template, address: Address) -> dict[str, str]:
    """What the functions of the template find, with the engine in the place of AWS: queues by their addresses."""
    queues = {name: queue_url(address.url, template.environment[name]) for name in QUEUE_VARIABLES}
    return {**template.environment, **credentials(address), **queues}


def credentials(address: Address) -> dict[str, str]:
    """The environment that points the AWS SDK at the engine; at nothing else where `surroundings.settle` came first."""
    return {
        "AWS_ENDPOINT_URL": address.url,
        "AWS_ACCESS_KEY_ID": address.key,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,  # no profile of the machine's user may send these calls elsewhere
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def scanning_client() -> Any:
    """botocore's client of the engine that the environment names: the functions' own knows no scan, for none of them needs one."""
    session: Any = boto3.Session()  # boto3's own session keeps the credentials that it found first
    return session.client("dynamodb", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"), config=CONFIG)


def _create_table(dynamodb: Any, arguments: Mapping[str, Any]) -> None:
    try:
        dynamodb.create_table(**arguments)
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.get_waiter("table_exists").wait(
        TableName=arguments["TableName"], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )


def _create_bus(events: Any, name: str) -> None:
    try:
        events.create_event_bus(Name=name)
    except events.exceptions.ResourceAlreadyExistsException:
        return


def _allow_mail(ses: Any, environment: Mapping[str, str]) -> None:
    """The sender, who is verified at once here, and the configuration set."""
    for create, name in (
        (ses.create_email_identity, {"EmailIdentity": environment["MAIL_FROM"]}),
        (ses.create_configuration_set, {"ConfigurationSetName": environment["MAIL_SET"]}),
    ):
        try:
            create(**name)
        except ses.exceptions.AlreadyExistsException:
            continue


def _client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client  # its overloads want literal names
    return make(service, endpoint_url=endpoint, config=CONFIG)
