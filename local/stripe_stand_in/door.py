"""Who may ask: programs on this machine, pages of the server's own, and browsers that a person sends here. No page of another origin.

A browser lets any page send simple requests to any address, this machine's included. What it says about them cannot be set by the
page: `Origin`, `Sec-Fetch-*`, and a `Host` that is the name in the address, also where somebody bent that name to this machine.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES = ("127.0.0.1", "localhost")
PLAIN_PORT = 80  # browsers leave it out
OWN_SITES = frozenset({"same-origin", "none"})  # `none`: a person typed the address
LONGEST_SHOWN = 80


def refusal(method: str, headers: Mapping[str, str], port: int) -> str | None:
    """Why this request is none of ours, as a sentence; None if it may be answered. Header names are in lower case."""
    own = [f"{name}:{port}" for name in NAMES] + (list(NAMES) if port == PLAIN_PORT else [])
    host = headers.get("host", "")
    if host not in own:
        return f"This is http://{own[0]}/, and the request names the host {host[:LONGEST_SHOWN]!r}."
    origin = headers.get("origin")
    if origin is not None and origin not in [f"http://{each}" for each in own]:
        return f"A page of another origin asks: {origin[:LONGEST_SHOWN]!r}."
    if headers.get("sec-fetch-site", "none") not in OWN_SITES and not _is_link(method, headers):
        return "A page of another site asks."
    return None


def _is_link(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a person follows a link or a redirection here, as to a checkout page; in a window, not in a frame of that page."""
    goes = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
    return goes and method in ("GET", "HEAD")
