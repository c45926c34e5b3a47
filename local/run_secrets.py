"""The run's own secrets, made once and kept in the data directory: the webhook secret and the demo service keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex

from local.cloud.private_file import read_object, write_private
from lotbook.domain.values.access import SCOPES, Scope
from lotbook.ports.access import ServiceKeyStore
from lotbook.usecases.accounts.authenticate import hash_of

ALL_SCOPES = "all"


@dataclass(frozen=True, slots=True)
class RunSecrets:
    """`service_keys` by scope, and one with every scope under `all`."""

    webhook_secret: str
    service_keys: dict[str, str]

    @staticmethod
    def of(path: Path) -> RunSecrets:
        """Those in the file; made when there is none, and completed when a scope is new. Raises Damaged."""
        kept = read_object(path, {"webhook_secret": str, "service_keys": dict})
        known = kept.get("service_keys", {})
        secrets = RunSecrets(
            webhook_secret=kept.get("webhook_secret") or f"whsec_{token_hex(24)}",
            service_keys={name: known.get(name) or _new_key(name) for name in (ALL_SCOPES, *SCOPES)},
        )
        write_private(path, json.dumps(asdict(secrets), indent=2))
        return secrets

    def register(self, store: ServiceKeyStore, at: int) -> None:
        """Write the demo keys to the table."""
        for name, key in self.service_keys.items():
            scopes: tuple[Scope, ...] = SCOPES if name == ALL_SCOPES else tuple(s for s in SCOPES if s == name)
            store.put(hash_of(key), _key_id(name), frozenset(scopes), at)


def _key_id(name: str) -> str:
    return f"demo-{name.replace(':', '-')}"


def _new_key(name: str) -> str:
    return f"lbk_{_key_id(name)}_{token_hex(24)}"
