"""Where an endpoint may be: an https address on the public internet. What may be called is decided by its numbers, after DNS.

A name is looked at when an endpoint is made, and its numbers each time something is sent; every one of them must be public, for
whoever owns a name may answer with a private one at any time. Only the local run calls this machine, by http.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass

MAX_URL_CHARACTERS = 1_000
PORTS = (443, 8443)  # another port of a public host is seldom an endpoint, and often something else
HTTPS = 443
# RFC 3986 without what needs no place in an address: no backslash, no quotes, and no control characters (header injection).
_FORM = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_LOOKS_LIKE_A_NUMBER = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)")  # 127.1, 0x7f.1, 2130706433, 0177.0.0.1
_NOT_PUBLIC_NAMES = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "invalid",
    "test",
)
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# IANA's special-purpose registries, and what leads elsewhere from inside an address.
_V4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_V6_PUBLIC = IPv6Network(
    "2000::/3"
)  # everything else: loopback, mapped and translated IPv4, unique local, link-local, multicast
_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo, benchmarking, ORCHID
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address inside
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)

TOLD = "an https address of a public host, such as https://hooks.example.com/lotbook, without a name or password in it"


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    """Where a call goes. `target` is the path with its query, `host` without brackets."""

    is_tls: bool
    host: str
    port: int
    target: str
    is_this_machine: bool = False

    @property
    def host_header(self) -> str:
        """As the header `Host` names it: without the port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.is_tls else 80) else f"{host}:{self.port}"


def target_of(url: str, *, loopback: bool) -> EndpointTarget:
    """The target of an endpoint's address. `loopback`: this machine may be called by http, as in the local run.

    Raises InvalidRequest, which says what is wrong with it.
    """
    if len(url) > MAX_URL_CHARACTERS or _FORM.fullmatch(url) is None:
        raise _refused("form")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise _refused("form") from None
    if "@" in parts.netloc or parts.fragment or not host or "%" in parts.netloc:
        raise _refused("form")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if loopback and parts.scheme == "http" and host in LOOPBACK_NAMES:
        return EndpointTarget(False, host, port or 80, target, is_this_machine=True)
    if parts.scheme != "https":
        raise _refused("scheme")
    if (port or HTTPS) not in PORTS:
        raise InvalidRequest.of("url", "port", f"url must be at port {' or '.join(map(str, PORTS))}.")
    _check_host(host)
    return EndpointTarget(True, host, port or HTTPS, target)


def is_public(number: str) -> bool:
    """Whether a numeric address is a public one, and nothing else inside of it."""
    try:
        found = ip_address(number)
    except ValueError:  # also an IPv6 address with a zone that this Python does not know
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _V4)
    return found.scope_id is None and found in _V6_PUBLIC and not any(found in network for network in _V6)


def may_be_called(target: EndpointTarget, numbers: Iterable[str]) -> bool:
    """Whether every number that the target's name has may be called; a mix of public and private ones may not."""
    found = tuple(numbers)
    if target.is_this_machine:
        return bool(found) and all(map(_is_loopback, found))
    return bool(found) and all(map(is_public, found))


def refused_numbers() -> InvalidRequest:
    """The refusal of a name that leads to a private address."""
    return InvalidRequest.of("url", "not_public", "url leads to an address that is not public.")


def _is_loopback(number: str) -> bool:
    try:
        return ip_address(number).is_loopback
    except ValueError:
        return False


def _check_host(host: str) -> None:
    """A name with a dot, or a number in its usual form that is public. Raises InvalidRequest."""
    try:
        number: IPv4Address | IPv6Address | None = ip_address(host)
    except ValueError:
        number = None
    if number is not None:
        if not is_public(host):
            raise refused_numbers()
        return
    labels = host.lower().split(".")
    if _NAME.fullmatch(host) is None or _LOOKS_LIKE_A_NUMBER.fullmatch(labels[-1]) is not None:
        raise _refused("host")
    if any(host.lower().endswith(f".{ending}") for ending in _NOT_PUBLIC_NAMES):
        raise refused_numbers()


def _refused(code: str) -> InvalidRequest:
    return InvalidRequest.of("url", code, f"url must be {TOLD}.")
