"""Secrets from SSM Parameter Store, kept for some minutes: a rotated one is used soon, without a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from lotbook.adapters.calls import send
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import MINUTE

if TYPE_CHECKING:
    from lotbook.ports.shop import Clock

TTL = 10 * MINUTE
LEAST_AGE = MINUTE  # a fresh read is asked for by strangers too (a bad signature): at most one a minute


@dataclass(frozen=True, slots=True, repr=False)
class _Kept:
    text: str
    read_at: int


class SsmSecrets:
    """SecureStrings by parameter name. Values are never logged and have no `repr`."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def read(self, parameter: str) -> str:
        """The secret, at most `TTL` old. While SSM does not answer the old one serves; raises Unavailable without one."""
        return self._read(parameter, TTL)

    def read_again(self, parameter: str) -> str:
        """The secret for somebody whom the one at hand has failed: read anew unless that was done within a minute."""
        return self._read(parameter, LEAST_AGE)

    def _read(self, parameter: str, oldest: int) -> str:
        now = self._clock.now()
        kept = self._kept.get(parameter)
        # The age is taken without its sign: the local run's clock may be set back.
        if kept is not None and abs(now - kept.read_at) < oldest:
            return kept.text
        try:
            answer = send(self._client, "get_parameter", {"Name": parameter, "WithDecryption": True})
        except (BotoCoreError, ServiceRefused, Unavailable) as error:
            if kept is None:
                raise Unavailable("A secret could not be read.") from error
            return kept.text
        text: str = answer["Parameter"]["Value"].strip()
        self._kept[parameter] = _Kept(text, now)
        return text
