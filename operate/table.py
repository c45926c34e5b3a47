"""The table of the local run."""

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
    import boto3

    from lotbook import wiring
    from lotbook.adapters.dynamo.table import Table

    return Table(boto3.client("dynamodb"), template.environment["TABLE_NAME"]), wiring.clock()
