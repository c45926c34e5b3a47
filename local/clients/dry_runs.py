"""A call that can be tried first is two calls to a client: one that forgot the parameter would do it, and its answer is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DRY_RUN = "dry_run"  # the parameter
ALWAYS = ((DRY_RUN, "true"),)
DONE, TRIED = "201", "200"  # the statuses of the two answers


def split(told: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], tuple[tuple[str, str], ...]]]:
    """An operation of the document, and the same tried, where it can be; each with what its query says in any case."""
    parameters = told["parameters"]
    if not any(each["name"] == DRY_RUN for each in parameters):
        yield told, ()
        return
    responses: Mapping[str, Any] = told["responses"]
    without_query = [each for each in parameters if each["in"] != "query"]  # all of it is about trying
    yield {**told, "parameters": without_query, "responses": _but(responses, TRIED)}, ()
    name, others = f"{told['operationId']}_{DRY_RUN}", [each for each in parameters if each["name"] != DRY_RUN]
    yield {**told, "operationId": name, "parameters": others, "responses": _but(responses, DONE)}, ALWAYS


def _but(responses: Mapping[str, Any], left_out: str) -> dict[str, Any]:
    return {status: told for status, told in responses.items() if status != left_out}
