"""The sample documents, and what is wrong with one that was changed."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from local.policies import SAMPLES, read_document
from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.values.errors import PolicyInvalid

DROP = object()
NAMES = ["insurestack", "make", "9pic", "gocontent", "diaflow"]


@cache
def sample(name: str) -> dict[str, Any]:
    """A sample document, read once: YAML is slow."""
    return read_document(SAMPLES / f"{name}.yaml")


def document(name: str) -> dict[str, Any]:
    """A fresh copy of a sample document."""
    return copy.deepcopy(sample(name))


def changed(name: str, path: str, value: object) -> dict[str, Any]:
    """A sample document with another value at a path; DROP takes the field out."""
    made = document(name)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = made
    for step in steps:
        place = place[step]
    if value is DROP:
        del place[last]
    else:
        place[last] = value
    return made


def errors_of(made: object) -> dict[str, dict[str, str]]:
    """The errors of a document, by path."""
    with pytest.raises(PolicyInvalid) as refused:
        parse_policy(made)
    return {each["field"]: each for each in refused.value.data["errors"]}
