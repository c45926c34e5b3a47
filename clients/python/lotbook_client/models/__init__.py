"""What Lotbook answers. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from lotbook_client.models.accounts import *  # noqa: F403
from lotbook_client.models.billing import *  # noqa: F403
from lotbook_client.models.burning import *  # noqa: F403
from lotbook_client.models.buying import *  # noqa: F403
from lotbook_client.models.endpoints import *  # noqa: F403
from lotbook_client.models.policies import *  # noqa: F403
from lotbook_client.models.portal import *  # noqa: F403
from lotbook_client.models.purchases import *  # noqa: F403
from lotbook_client.models.reports import *  # noqa: F403
from lotbook_client.models.shared import *  # noqa: F403
from lotbook_client.models.statement import *  # noqa: F403
