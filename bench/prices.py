"""What a million consumes cost, from counted units and AWS's on-demand prices (us-east-1, dollars per million).

    dollars = (http_api + lambda_request + milliseconds / 1000 * memory_gb * gb_second
               + write_units * write_unit + read_units * read_unit) / items

Lambda's time cannot be measured here, so it is assumed, for every arm alike: REST_MS a call of the function and CALL_MS a
call of the table. It is a thirtieth of the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

HTTP_API = 1.00
LAMBDA_REQUEST = 0.20
WRITE_UNIT = 0.625
READ_UNIT = 0.125
GB_SECOND = 13.3334  # arm64
MEMORY_GB = 0.5  # template.yaml
CALL_MS = 5.0
REST_MS = 3.0
FORMULA = (
    f"({HTTP_API:.2f} + {LAMBDA_REQUEST:.2f} + ({REST_MS:.0f} + {CALL_MS:.0f} x calls) / 1000 x {MEMORY_GB} x {GB_SECOND}"
    f" + {WRITE_UNIT} x write units + {READ_UNIT} x read units) / items"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counted of one invocation that burns `items` items."""

    calls: int
    write_units: float
    read_units: float
    items: int = 1


FLOOR = Counts(calls=1, write_units=1, read_units=0)


def dollars_per_million(counted: Counts) -> float:
    """For a million items."""
    compute = (REST_MS + CALL_MS * counted.calls) / 1000 * MEMORY_GB * GB_SECOND
    units = WRITE_UNIT * counted.write_units + READ_UNIT * counted.read_units
    return (HTTP_API + LAMBDA_REQUEST + compute + units) / counted.items
