"""The local AWS engine as a process of its own: for what an engine in this process (moto) cannot prove, concurrency above all."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.cloud.engine import PYTHON, SERVICES
from lotbook.adapters.thin import client as thin
from lotbook.adapters.thin.connection import Limits
from lotbook.settings import BOTOCORE
from tests import patience, ports, scripted

ROOT = Path(__file__).resolve().parents[1]
KEY = "test"  # of everybody here (`client`, tests/scripted.py)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The engine's address while it runs; stopped afterwards. Skips the test when it is not installed."""
    if not PYTHON.exists():
        pytest.skip("the local engine is not installed (.venv-engine, see requirements/engine.txt)")
    port = ports.free()
    environment = os.environ | {"GATEWAY_PORT": str(port), "ENGINE_KEY": KEY, "PERSIST_STATE": "0"}
    environment |= {"SERVICES": ",".join(SERVICES), "LOG_LEVEL": "WARNING", "IOT_MTLS_ENABLED": "0"}
    with (folder / "engine.log").open("wb") as log:
        command: list[str | Path] = [PYTHON, "-I", ROOT / "local" / "cloud" / "engine_main.py"]
        pipe = subprocess.PIPE  # closes when this process ends, however it ends
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=pipe, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(patience.SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def client(address: str, **options: Any) -> Any:
    """A DynamoDB client of the engine."""
    config = Config(max_pool_connections=64, retries={"mode": "standard", "max_attempts": 3}, **options)
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id=KEY,
        aws_secret_access_key="test",
        config=config,
    )


def product(address: str) -> Any:
    """The client that the product calls: the thin one, or botocore's in a run with TABLE_CLIENT=botocore."""
    if os.environ.get("TABLE_CLIENT") == BOTOCORE:
        return client(address)
    return thin.of(scripted.environment(address), Limits(connect=10, read=60), tries=3)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + patience.SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the local engine ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)  # polling a process that starts, inside a bound
    pytest.fail("the local engine did not start")
