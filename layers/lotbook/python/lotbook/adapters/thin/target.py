"""Where a call goes: scheme, host and port, as AWS's own variables name them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "dynamodb"
PORTS = {"http": 80, "https": 443}
CHINA, CHINAS_DOMAIN, DOMAIN = "cn-", "amazonaws.com.cn", "amazonaws.com"
# What the SDK understands and this client does not: it says so, instead of calling somewhere else than it was told to.
NOT_HERE = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")
PROXY, NO_PROXY = "HTTPS_PROXY", "NO_PROXY"  # in capitals or not
_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(/[!-~]*)?")


class NotUnderstood(ValueError):
    """The environment says something that this client cannot do; the message says what, and what can."""


class Target(NamedTuple):
    """Who is called; `path` is not empty."""

    scheme: str
    host: str
    port: int
    path: str = "/"

    @property
    def authority(self) -> str:
        """As the header `Host` names it, and as it is signed."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """The host without the brackets of an IPv6 address."""
        return self.host.strip("[]")

    @staticmethod
    def read(url: str) -> Target:
        """Of an address such as `http://127.0.0.1:4566`. Raises NotUnderstood."""
        found = _URL.fullmatch(url)
        if found is None:
            raise NotUnderstood(f"{url!r} is no address of an endpoint, such as http://127.0.0.1:4566")
        scheme, host, port, path = found.groups()
        return Target(scheme, host, int(port) if port else PORTS[scheme], path or "/")


class Place(NamedTuple):
    """The table's region, and who is called for it."""

    region: str
    target: Target

    @staticmethod
    def read(environment: Mapping[str, str]) -> Place:
        """The region's own endpoint, or the one that a variable names. Raises NotUnderstood."""
        region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
        if not region:
            raise NotUnderstood("AWS_REGION names no region.")
        named = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
        if named and environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
            target = Target.read(named.rstrip("/"))
            if target.path != "/":
                raise NotUnderstood(f"{named!r} has a path: an endpoint of DynamoDB has none.")
            return Place(region, target)
        for name in NOT_HERE:
            if environment.get(name, "").lower() == "true":
                raise NotUnderstood(f"{name} is for the SDK: set TABLE_CLIENT (parameter TableClient) to botocore.")
        host = f"{SERVICE}.{region}.{CHINAS_DOMAIN if region.startswith(CHINA) else DOMAIN}"
        if _is_behind_a_proxy(host, environment):
            raise NotUnderstood(f"{PROXY} is for the SDK: set TABLE_CLIENT to botocore, or name {host} in {NO_PROXY}.")
        return Place(region, Target("https", host, PORTS["https"]))


def _is_behind_a_proxy(host: str, environment: Mapping[str, str]) -> bool:
    """Whether the SDK would call the host by way of a proxy."""

    def said(name: str) -> str:
        return environment.get(
            name.lower(), environment.get(name, "")
        )  # an empty one in small letters takes the other away

    past = [name.strip().lstrip(".") for name in said(NO_PROXY).split(",")]
    return bool(said(PROXY)) and not any(name == "*" or f".{host}".endswith(f".{name}") for name in past if name)
