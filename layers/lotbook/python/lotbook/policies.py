"""Handlers of policies: publishing and trying one, reading it, and the lists. `functions/account` binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring, wiring_accounts
from lotbook.api.http import paging
from lotbook.api.http.http import Answer, Request
from lotbook.api.requests import paths

if TYPE_CHECKING:
    from lotbook.api.requests.publishing import ToPublish


def publish(request: Request) -> Answer:
    """`PUT /v1/policies/{policy_id}`: the body is the document; its `policy_id` may be left out."""
    from lotbook.api.answers import render_policies
    from lotbook.api.requests import publishing
    from lotbook.domain.policy.document import Publication
    from lotbook.usecases.accounts.policies import publish_policy

    asked = publishing.read(request.path, request.query, request.json_object())
    if asked.dry_run:
        return _tried(request, asked)
    publication = Publication(wiring.clock().now(), request.caller.actor)
    published = publish_policy(*asked.named, policies=wiring.policies(), publication=publication)
    return Answer(201, render_policies.published(published))


def _tried(request: Request, asked: ToPublish) -> Answer:
    """`?dry_run=true`: what it would change; nothing is published."""
    from lotbook.api.answers import render_policies
    from lotbook.usecases.accounts.try_policy import try_policy

    listing = paging.Listing("dry_run", request.path, request.query, wiring.cursor_key)
    tried = try_policy(*asked.named, listing.start(), desk=wiring_accounts.trying_desk())
    return Answer(200, render_policies.tried(asked.policy_id, tried, listing.cursor(tried.after)))


def list_all(request: Request) -> Answer:
    """`GET /v1/policies`."""
    from lotbook.api.answers import render_policies
    from lotbook.usecases.accounts.list_policies import list_policies

    listing = paging.Listing("policies", request.path, request.query, wiring.cursor_key)
    limit, lists = paging.limit_of(request.query), wiring_accounts.policy_lists()
    found, after = list_policies(limit, listing.start(), policies=lists)
    return Answer(200, render_policies.policies(found, request.caller, listing.cursor(after)))


def show(request: Request) -> Answer:
    """`GET /v1/policies/{policy_id}`."""
    from lotbook.usecases.accounts.policies import load_policy

    version = paths.version(request.query)
    return Answer(200, load_policy(paths.policy_id(request.path), version, policies=wiring.policies()).document)


def show_schema(_request: Request) -> Answer:
    """`GET /v1/policy-schema.json`."""
    from lotbook.api.document import policy_schema

    return Answer(200, policy_schema.document())


def list_versions(request: Request) -> Answer:
    """`GET /v1/policies/{policy_id}/versions`."""
    from lotbook.api.answers import render_policies
    from lotbook.usecases.accounts.list_policies import list_versions

    policy_id = paths.policy_id(request.path)
    listing = paging.Listing("versions", request.path, request.query, wiring.cursor_key)
    limit, lists = paging.limit_of(request.query), wiring_accounts.policy_lists()
    found, after = list_versions(policy_id, limit, listing.start(), policies=lists)
    return Answer(200, render_policies.versions(policy_id, found, request.caller, listing.cursor(after)))
