"""The table that a command is about: the local run's, or a deployment's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from local import ROOT
from local.cloud import cloud
from local.cloud.engine import running_engine
from local.cloud.template import load
from local.running import data_directory
from local.surroundings import settle

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.ports.shop import Clock


def local_table() -> tuple[Table, Clock] | None:
    """Of the Lotbook that runs on this machine, with its clock; None where none runs."""
    directory = data_directory()
    address = running_engine(directory)
    if address is None:
        return None
    settle()
    template = load(ROOT / "template.yaml", {"Stage": "local"})
    clock_file = {"CLOCK_FILE": str(directory / "clock.json")}
    os.environ.update({**template.environment, **cloud.credentials(address), **clock_file})
    from lotbook import wiring

    return wiring.table(), wiring.clock()


def deployed_table(table: str) -> tuple[Table, Clock]:
    """A deployment's, with whatever AWS credentials there are."""
    import boto3

    from lotbook.adapters.dynamo.table import Table
    from lotbook.adapters.system import SystemClock

    return Table(boto3.client("dynamodb"), table), SystemClock()
