"""Digests of what is asked of a book: named fields, absent ones left out, and those that were written before still count."""

from __future__ import annotations

import json

import pytest

from lotbook.domain.credits.ledger import DIGEST_CHARACTERS
from lotbook.domain.credits.requests import BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.values import ids


def _before(*parts: object) -> str:
    """As digests were made when an absent field had a place of its own."""
    return ids.name_of("body", json.dumps(list(parts), sort_keys=True))[:DIGEST_CHARACTERS]


def test_an_absent_field_changes_no_digest() -> None:
    """Else a deployment that adds an optional field refuses a retry that is under way."""
    assert ids.canonical(kind="consume", credits=3, reference=None) == ids.canonical(credits=3, kind="consume")
    assert ids.canonical(kind="consume", credits=3) != ids.canonical(kind="consume", credits=3, reference="r")


@pytest.mark.parametrize(
    ("request_", "before"),
    [
        (BurnRequest(3), _before("consume", "credits", "3", None, None)),
        (
            BurnRequest(3, "images", "job", {"b": "2", "a": "1"}),
            _before("consume", "images", "3", "job", {"a": "1", "b": "2"}),
        ),
        (HoldRequest(3, ttl_seconds=60, reference="job"), _before("hold", "credits", "3/60", "job", None)),
        (ResolveHold("hold_x", "k", 2), ids.fingerprint("close", "hold_x", "2")),
        (ResolveHold("hold_x", "k", None), ids.fingerprint("close", "hold_x", "release")),
    ],
    ids=["consume", "consume with all", "hold", "capture", "release"],
)
def test_a_digest_that_was_written_before_is_of_the_same_body(
    request_: BurnRequest | HoldRequest | ResolveHold, before: str
) -> None:
    assert request_.digest != before
    assert request_.has_digest(before)
    assert request_.has_digest(request_.digest)


def test_another_body_has_another_digest_in_either_form() -> None:
    assert not BurnRequest(3).has_digest(BurnRequest(4).digest)
    assert not BurnRequest(3).has_digest(_before("consume", "credits", "4", None, None))
    assert not BurnRequest(3).has_digest(HoldRequest(3).digest)
    assert not ResolveHold("hold_x", "k", 0).has_digest(ResolveHold("hold_x", "k", None).digest)
