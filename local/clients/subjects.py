"""Which subject's calls answer a shape: its file in the Python client."""

from __future__ import annotations

from collections.abc import Mapping

from local.clients.description import Description

SHARED = "shared"  # in the place of a subject: what the calls of several answer


def subjects(description: Description) -> Mapping[str, str]:
    """The subject whose calls alone answer a shape, else `SHARED`. So what is shared is made of what is shared."""
    found: dict[str, str] = {}
    for subject in {each.subject for each in description.operations}:
        answers = {each.answer for each in description.operations if each.subject == subject and each.answer}
        found |= {name: SHARED if name in found else subject for name in description.reached(answers)}
    return found
