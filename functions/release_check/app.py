"""Before a new release gets any call: it burns on the canary account, and CodeDeploy is told what came of it (docs/releases.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from lotbook import wiring_release
from lotbook.api.http.observability import log_answer
from lotbook.api.http.release_check import check_release
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import attempt


def handler(event: Mapping[str, Any], _context: object) -> dict[str, str]:
    """Answer a lifecycle event of CodeDeploy. Whatever the check raises is told as failed: CodeDeploy would wait an hour."""
    deployment = event["DeploymentId"]
    checked = attempt(partial(check_release, deployment, wiring_release.versions().invoke))
    status = "Failed" if checked.error else "Succeeded"
    if checked.error:
        alarm(
            "release_check_failed", deployment=deployment, error=type(checked.error).__name__, told=str(checked.error)
        )
    log_answer(job="release_check", deployment=deployment, entry_id=checked.answer, status=status)
    wiring_release.hook().tell(deployment, event["LifecycleEventHookExecutionId"], status)
    return {"status": status}
