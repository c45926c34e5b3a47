"""The adapters of the check of a new release."""

from __future__ import annotations

from functools import cache

from lotbook import wiring
from lotbook.adapters.releases import CodeDeployHook, PublishedVersions
from lotbook.settings import settings

COLD_SECONDS = 25  # the first call of a version starts it; a function takes 20 at most


@cache
def versions() -> PublishedVersions:
    """The new release's functions, under the names by which its template calls them."""
    known = settings()
    client = wiring._client("lambda", read_seconds=COLD_SECONDS)
    return PublishedVersions(client, {"account": known.checked_account, "consume": known.checked_consume})


@cache
def hook() -> CodeDeployHook:
    """CodeDeploy."""
    return CodeDeployHook(wiring._client("codedeploy"))
