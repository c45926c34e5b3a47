"""Where the API is and who calls: arguments, or the environment."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass, field

import httpx

from lotbook_client.retries import Retries
from lotbook_client.version import VERSION

URL, KEY = "LOTBOOK_URL", "LOTBOOK_KEY"
TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # API Gateway itself answers after 30 seconds at the latest
AGENT = f"lotbook-client-python/{VERSION} Python/{platform.python_version()} httpx/{httpx.__version__}"
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Settings:
    """Checked settings. The key is in no repr."""

    base_url: str
    key: str = field(repr=False)
    timeout: httpx.Timeout
    retries: Retries

    def headers(self) -> dict[str, str]:
        """Those of every call."""
        return {"Authorization": f"Bearer {self.key}", "User-Agent": AGENT}


def settings(
    base_url: str | None, key: str | None, timeout: float | httpx.Timeout | None, retries: Retries | int
) -> Settings:
    """Settings. Raises ValueError that names what is missing or wrong, and never shows a key."""
    address = (base_url or os.environ.get(URL, "")).rstrip("/").removesuffix("/v1")
    secret = (key or os.environ.get(KEY, "")).strip()
    if not re.match(r"https?://[^/]", address):
        raise ValueError(f"base_url is the address of a Lotbook, https://...: give it, or set {URL}")
    if not _TOKEN.fullmatch(secret):
        raise ValueError(f"key is a service key or a member's token: give it, or set {KEY}")
    limits = TIMEOUT if timeout is None else httpx.Timeout(timeout)
    return Settings(address, secret, limits, Retries(most=retries) if isinstance(retries, int) else retries)
