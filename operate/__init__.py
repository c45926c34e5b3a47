"""Commands for deployments: service keys, strays, settings at Stripe."""

from __future__ import annotations

import local  # noqa: F401  # finds the layer, and says in one sentence when this Python has no packages
