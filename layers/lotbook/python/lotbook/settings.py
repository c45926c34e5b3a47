"""The environment as one frozen value. The only place that reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from lotbook.domain.values.light_dataclasses import dataclass

APP_NAME, LIVE = "lotbook", "live"
NO_ISSUER = "none"  # said where there are no members, so that a live deployment has not just forgotten it
THIN, BOTOCORE = "thin", "botocore"  # the clients of the table
NO_PAGE = "https://lotbook.invalid/"  # what the template says when nobody has named a page


@dataclass(frozen=True, slots=True)
class Settings:
    """Every variable that `template.yaml` sets (Globals), plus those that only the local run sets."""

    table_name: str
    table_client: str  # THIN or BOTOCORE: whose client calls the table
    tells_throttles: bool  # whether what is too much for the table is told at once instead of tried again in here
    stage: str  # with `app` in gateway metadata: what others made on the same Stripe account is not ours
    app: str
    live: bool  # whether it moves real money; the gateway's key must agree
    gateway_key_parameter: str  # SSM SecureString that holds the Stripe API key
    webhook_secrets_parameter: str  # SSM SecureString: the active webhook secrets, separated by commas
    token_issuer: str  # empty: the deployment has no members, only service keys
    token_audience: str
    token_keys_url: str  # JWKS of the issuer
    account_claim: str
    role_claim: str
    event_bus: str
    burn_events: str  # how burns are told on the bus: domain/news/together.py
    mail_from: str  # empty: nothing is mailed
    mail_set: str  # the configuration set of SES whose bounces and complaints come back to us
    public_url: str  # this API as mails name it; empty: mails have no link that stops them
    gateway_api_base: str | None  # local run: the Stripe stand-in
    deliveries_queue: str  # where events wait that are to be sent to sellers' endpoints
    auto_top_up_queue: str  # where the outbox asks for automatic purchases
    auto_top_up: bool  # off: no account of the deployment buys automatically
    return_url: str  # where a checkout page sends the buyer whose request named no address
    portal_url: str  # where the billing page is, without a slash at the end; empty: at the API's own address
    portal_name: str
    portal_colour: str
    portal_logo: str
    portal_support: str
    portal_frames: tuple[str, ...]  # who may show the billing page in a frame
    gateway_pages: tuple[str, ...]  # origins of the gateway's own pages, where the billing page's forms lead
    checked_account: str  # the versions that the check of a new release calls; empty in every other function
    checked_consume: str
    loopback_endpoints: bool  # local run: endpoints on this machine may be called, by http
    clock_file: str | None  # local run: how the clock is set
    read_seconds: int | None  # local run: how long AWS may take to answer; an emulated table under many callers is slow

    @staticmethod
    def read(environment: Mapping[str, str]) -> Settings:
        """Raises KeyError naming the variable that is missing, ValueError for a client that is not known."""
        return Settings(
            **_table(environment),
            stage=environment["STAGE"],
            app=environment.get("APP_NAME") or APP_NAME,
            live=environment.get("LIVE_MODE") == LIVE,
            gateway_key_parameter=environment["GATEWAY_KEY_PARAMETER"],
            webhook_secrets_parameter=environment["WEBHOOK_SECRETS_PARAMETER"],
            token_issuer=environment["TOKEN_ISSUER"].removeprefix(NO_ISSUER),
            token_audience=environment["TOKEN_AUDIENCE"],
            token_keys_url=environment["TOKEN_KEYS_URL"],
            account_claim=environment.get("ACCOUNT_CLAIM", "account_id"),
            role_claim=environment.get("ROLE_CLAIM", "role"),
            event_bus=environment.get("EVENT_BUS", ""),
            burn_events=environment.get("BURN_EVENTS") or "each",
            mail_from=environment.get("MAIL_FROM", ""),
            mail_set=environment.get("MAIL_SET", ""),
            public_url=environment.get("PUBLIC_URL", "").rstrip("/"),
            gateway_api_base=environment.get("GATEWAY_API_BASE") or None,
            auto_top_up_queue=environment.get("AUTO_TOP_UP_QUEUE", ""),
            auto_top_up=environment.get("AUTO_TOP_UP", "on") != "off",
            return_url=environment.get("RETURN_URL") or NO_PAGE,
            **_portal(environment),
            checked_account=environment.get("CHECKED_ACCOUNT", ""),
            checked_consume=environment.get("CHECKED_CONSUME", ""),
            **_endpoints(environment),
            clock_file=environment.get("CLOCK_FILE") or None,
            read_seconds=int(environment["READ_SECONDS"]) if environment.get("READ_SECONDS") else None,
        )

    @property
    def app_url(self) -> str | None:
        """The application's own page; None where the deployment names none."""
        return None if self.return_url == NO_PAGE else self.return_url


def _table(environment: Mapping[str, str]) -> dict[str, Any]:
    named = environment.get("TABLE_CLIENT") or THIN
    if named not in (THIN, BOTOCORE):
        raise ValueError(f"TABLE_CLIENT is {THIN} or {BOTOCORE}, not {named!r}")
    tells = environment.get("TELL_THROTTLES") == "on"
    return {"table_name": environment["TABLE_NAME"], "table_client": named, "tells_throttles": tells}


def _endpoints(environment: Mapping[str, str]) -> dict[str, Any]:
    """This machine is called beside the local run's clock only, and never on Lambda: no deployment can be told to do so."""
    is_local = bool(environment.get("CLOCK_FILE")) and "AWS_LAMBDA_FUNCTION_NAME" not in environment
    return {
        "deliveries_queue": environment.get("DELIVERIES_QUEUE", ""),
        "loopback_endpoints": is_local and bool(environment.get("LOOPBACK_ENDPOINTS")),
    }


def _portal(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "portal_url": environment.get("PORTAL_URL", "").rstrip("/"),
        "portal_name": environment.get("PORTAL_NAME") or "Billing",
        "portal_colour": environment.get("PORTAL_COLOUR") or "#2b5fc4",
        "portal_logo": environment.get("PORTAL_LOGO", ""),
        "portal_support": environment.get("PORTAL_SUPPORT", ""),
        "portal_frames": tuple(environment.get("PORTAL_FRAMES", "").split()),
        "gateway_pages": tuple(environment.get("GATEWAY_PAGES", "").split()),
    }


def of_aws() -> Mapping[str, str]:
    """The environment for what AWS's own variables say: region, endpoint, credentials. It is not kept: it holds secrets."""
    return os.environ


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.read(os.environ)
