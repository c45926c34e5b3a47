"""How long a checkout page lives, within what the gateway allows."""

from __future__ import annotations

from lotbook.domain.values import instants

# The gateway opens a page that ends in 30 minutes to 24 hours. A minute is for clocks that disagree, and one more for
# a first try that comes late.
CHECKOUT_LEAST_LEFT = 31 * instants.MINUTE
CHECKOUT_LEAST_LIFETIME = 32 * instants.MINUTE
CHECKOUT_MOST_LIFETIME = 24 * instants.HOUR - instants.MINUTE


def checkout_end(at: int, ttl_minutes: int) -> int:
    """When a checkout that is opened at `at` ends: the policy's time within the gateway's bounds, in whole seconds."""
    lifetime = min(max(ttl_minutes * instants.MINUTE, CHECKOUT_LEAST_LIFETIME), CHECKOUT_MOST_LIFETIME)
    return instants.cut_to_second(at + lifetime)
