"""What a newer release has written, and this one cannot read: a refusal of its own, beside `errors.py`."""

from __future__ import annotations

from lotbook.domain.values.errors import Unavailable


class NewerFormat(Unavailable):
    """A newer release has written what was to be read. Nothing was changed; an alarm rings. Data: `kind`, `retry_after_seconds`."""

    code = "newer_format"
    title = "A newer release has written this; send the same request again."
