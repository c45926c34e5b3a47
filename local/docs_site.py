"""`python -m local.docs_site PAGES EXTRA`: lay out the site's pages for `make docs`; a link to nothing ends it before the generator starts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from local import ROOT
from local.generate import samples
from local.policies import read_document
from local.site.pages import Site, read
from local.site.reference import Reference
from local.site.stage import lay_out

MINIMAL = ROOT / "docs" / "minimal.yaml"


def reference() -> Reference:
    """The reference of the committed document, with the samples and the calls that they do not have."""
    document = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    return Reference(document, samples() | _further())


def _further() -> dict[str, dict[str, Any]]:
    policy = read_document(MINIMAL)
    of_policy = {"path": {"policy_id": policy["policy_id"]}}
    published = {"policy_id": policy["policy_id"], "version": 1, "published_at": "2026-01-15T10:00:00Z"}
    return {
        "publish_policy": {
            **of_policy,
            "route": "PUT /v1/policies/{policy_id}",
            "body": policy,
            "answer": {"status": 201, "body": published},
        },
        "publish_policy_dry_run": {
            **of_policy,
            "route": "PUT /v1/policies/{policy_id}",
            "query": {"dry_run": "true"},
            "body": policy,
            "answer": {"status": 200, "body": _tried(policy)},
        },
        "read_policy": {
            **of_policy,
            "route": "GET /v1/policies/{policy_id}",
            "answer": {"status": 200, "body": policy},
        },
        "read_policy_schema": _described("policy-schema.json", {"title": "A policy of Lotbook"}),
        "read_openapi": _described("openapi.json", {"openapi": "3.1.0"}),
    }


def _described(name: str, begins: dict[str, str]) -> dict[str, Any]:
    body = {**begins, "...": "the whole document"}
    return {"route": f"GET /v1/{name}", "answer": {"status": 200, "body": body}}


def _tried(policy: dict[str, Any]) -> dict[str, Any]:
    return {
        "policy_id": policy["policy_id"],
        "version": 2,
        "changes": [{"path": "free_credits", "before": 3, "after": policy["free_credits"]}],
        "affects": [{"plan_id": policy["starting_plan_id"], "by": "policy", "accounts": 12, "keeping": 0}],
        "next_cursor": None,
    }


def site() -> Site:
    """Every page, with its links as the site has them."""
    found = read(ROOT, reference().pages())
    for name in ("openapi.json", "policy-schema.json"):
        found.files[name] = f"files/{name}"
    return found


def main(arguments: list[str]) -> int:
    """Answers the exit code."""
    if len(arguments) != 2:
        print("python -m local.docs_site PAGES EXTRA: two folders, which are made anew", file=sys.stderr)
        return 2
    found = site()
    for link in found.broken:
        print(f"a link to nothing: {link}", file=sys.stderr)
    if found.broken:
        return 1
    lay_out(found, ROOT, Path(arguments[0]), Path(arguments[1]))
    print(f"{len(found.pages)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
