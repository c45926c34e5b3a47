"""The one place that makes idempotency keys for Stripe. Each names the deployment: several may share one gateway account (S5).

Two deployments that open an account of the same name would otherwise send two requests under one key, and Stripe would
refuse the second one's for a day, whatever it is about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from lotbook.domain.values import ids

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import Deployment

ShopPurpose = Literal["customer", "billing", "checkout", "expire", "setup", "detach", "refund"]
PlanPurpose = Literal[
    "product", "price", "rate", "coupon", "plan", "change", "swap", "ending", "end", "finalize", "void", "pay",
]  # fmt: skip
AutoPurpose = Literal["auto"]  # the steps of an automatic purchase, by its name
Purpose = ShopPurpose | PlanPurpose | AutoPurpose


def options(deployment: Deployment, purpose: Purpose, *names: str, of: Mapping[str, Any] | None = None) -> Any:
    """The request options with the key of what is asked; the same names ask for the same thing once.

    `of`: the parameters, where our names do not say all that may differ: an account that was opened anew, with another
    address, is another request.
    """
    digest = () if of is None else (ids.fingerprint(json.dumps(of, sort_keys=True)),)
    return {"idempotency_key": ":".join((deployment.app, deployment.stage, purpose, *names, *digest))}
