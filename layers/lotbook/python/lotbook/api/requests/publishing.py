"""`PUT /v1/policies/{policy_id}`: the document that is to be published, or only tried. Raises InvalidRequest, PolicyInvalid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.api.requests import paths
from lotbook.api.requests.policy_document import parse_policy, without_schema
from lotbook.domain.policy.document import Policy
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass

WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ToPublish:
    """A document that was checked by itself, under the id of the address."""

    policy_id: str
    policy: Policy
    document: Mapping[str, object]
    dry_run: bool

    @property
    def named(self) -> tuple[str, Policy, Mapping[str, object]]:
        """What publishing it and trying it both take."""
        return self.policy_id, self.policy, self.document


def read(path: Mapping[str, str], query: Mapping[str, str], body: Mapping[str, Any]) -> ToPublish:
    """The body is the document; its `policy_id` may be left out."""
    policy_id, dry_run = paths.new_policy_id(path), _dry_run(query)
    document = {"policy_id": policy_id, **without_schema(body)}
    return ToPublish(policy_id, parse_policy(document), document, dry_run)


def _dry_run(query: Mapping[str, str]) -> bool:
    text = query.get("dry_run", "false")
    if text not in WORDS:
        raise InvalidRequest.of("dry_run", "unknown", "dry_run must be true or false.")
    if "cursor" in query and not WORDS[text]:
        raise InvalidRequest.of(
            "cursor", "unknown", "cursor counts on in what dry_run=true has begun, and means nothing without."
        )
    return WORDS[text]
