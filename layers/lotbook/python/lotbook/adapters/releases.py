"""A release that is being deployed: its published functions are called by version, and CodeDeploy is told what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lotbook.adapters.calls import send


class FunctionCrashed(Exception):
    """A version raised or timed out. Names the function alone: what it raised is in its own log."""


class PublishedVersions:
    """The functions of the new release. `arns`: of the published version, by the function's folder."""

    def __init__(self, client: Any, arns: Mapping[str, str]) -> None:
        self._client, self._arns = client, arns

    def invoke(self, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """What the version answers. Raises FunctionCrashed, Unavailable."""
        asked = {"FunctionName": self._arns[function], "Payload": json.dumps(event).encode()}
        answer = send(self._client, "invoke", asked)
        if answer.get("FunctionError"):
            raise FunctionCrashed(function)
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        return told


class CodeDeployHook:
    """Where CodeDeploy waits for the check."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def tell(self, deployment: str, execution: str, status: str) -> None:
        """`Succeeded` lets calls come, `Failed` ends the deployment. Raises Unavailable."""
        told = {"deploymentId": deployment, "lifecycleEventHookExecutionId": execution, "status": status}
        send(self._client, "put_lifecycle_event_hook_execution_status", told)
