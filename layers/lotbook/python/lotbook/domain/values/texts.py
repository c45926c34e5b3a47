"""Texts of callers that others read: which signs they may have, and how to print those that are older than the rule."""

from __future__ import annotations

import re

# Controls of ASCII and Latin-1, marks and overrides that turn the order of signs around, and the separators of lines.
_UNPRINTED = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
PLAIN = re.compile(f"[^{_UNPRINTED}]*")
PLAIN_TOLD = "without control characters and marks that turn the order of signs around"
_EACH_UNPRINTED = re.compile(f"[{_UNPRINTED}]")


def is_plain(text: str) -> bool:
    """Whether the text is one printed line: what is read is what is there (S11)."""
    return PLAIN.fullmatch(text) is not None


def printed(text: str) -> str:
    """The text with a blank for each sign that does not print."""
    return _EACH_UNPRINTED.sub(" ", text)
