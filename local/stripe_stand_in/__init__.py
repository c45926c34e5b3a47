"""A local stand-in for Stripe: speaks Stripe's HTTP API to the real client, with pages to pay on and controls to make it fail."""

from local.stripe_stand_in.server import Server, serve
from local.stripe_stand_in.stand_in import StandIn

__all__ = ["Server", "StandIn", "serve"]
