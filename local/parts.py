"""What a run is made of before anything runs: its places, the template, and what the data directory keeps."""

from __future__ import annotations

from dataclasses import dataclass

from local import ROOT
from local.clock import LocalClock
from local.cloud.template import Template, load
from local.control import PREFIX, RETURNED
from local.issuer import AUDIENCE, ISSUER, Issuer
from local.places import HOST, STRIPE, Places
from local.run_secrets import RunSecrets

PATIENCE_SECONDS = 60  # with the emulated table: many callers at once on a busy machine are no reason to answer 503
MAIL_FROM = "billing@lotbook.invalid"


def keys_url(places: Places) -> str:
    """Where the authorizer finds the issuer's keys."""
    return f"{places.base_url}{PREFIX}jwks.json"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run is made of before anything runs: its places, the template, and what the data directory keeps."""

    places: Places
    stripe_port: int
    template: Template
    secrets: RunSecrets
    issuer: Issuer
    clock: LocalClock

    @staticmethod
    def read(places: Places, stripe_port: int) -> Parts:
        """What is not kept yet is made. Raises Damaged."""
        parameters = {
            "Stage": "local",
            "TokenIssuer": ISSUER,
            "TokenAudience": AUDIENCE,
            "TokenKeysUrl": keys_url(places),
            "ReturnUrl": f"{places.base_url}{RETURNED}",
            "PortalUrl": places.base_url,
            "PublicUrl": places.base_url,
            "MailFrom": MAIL_FROM,
            "PortalName": "Lotbook",
            **({} if places.stripe_key else {"GatewayPages": f"http://{HOST}:{stripe_port}"}),
        }
        return Parts(
            places,
            stripe_port,
            load(ROOT / "template.yaml", parameters),
            RunSecrets.of(places.directory / "secrets.json"),
            Issuer(places.directory / "issuer.pem"),
            LocalClock(places.directory / "clock.json"),
        )

    @property
    def stripe_url(self) -> str:
        """The gateway: the stand-in, or Stripe's own test mode."""
        return STRIPE if self.places.stripe_key else f"http://{HOST}:{self.stripe_port}"

    @property
    def webhook_secret(self) -> str:
        """What signs the gateway's events."""
        given = self.places.stripe_webhook_secret if self.places.stripe_key else None
        return given or self.secrets.webhook_secret

    def environment(self) -> dict[str, str]:
        """The environment that only the local run has."""
        return {
            "CLOCK_FILE": str(self.clock.path),
            "LOOPBACK_ENDPOINTS": "on",
            "GATEWAY_API_BASE": "" if self.places.stripe_key else self.stripe_url,
            "READ_SECONDS": str(PATIENCE_SECONDS),
            "POWERTOOLS_LOG_LEVEL": "WARNING",
            "POWERTOOLS_METRICS_DISABLED": "true",
            "POWERTOOLS_TRACE_DISABLED": "true",
        }
