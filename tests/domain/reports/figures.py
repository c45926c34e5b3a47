"""Print a random year month by month beside its second calculation: `python -m tests.domain.reports.figures [SEED]`.

With `layers/lotbook/python` on the path. Amounts are in minor units; the second calculation is exact, so its months have fractions.
"""

from __future__ import annotations

import sys

from tests.domain.reports.test_second_calculation import ROLLED, a_year, months_of


def figures(seed: int) -> str:
    """A table: by month and figure what the report has, and what the second calculation has; then what a year comes to."""
    year, rows = a_year(seed), list[str]()
    found = months_of(year)
    totals = dict.fromkeys(ROLLED, 0)
    for month, lines in found.items():
        ours = {name: sum(getattr(line, name) for line in lines) for name in ROLLED}
        if any(ours.values()):
            cells = (f"{ours[name]:>8} {float(year.exact[month, name]):>10.2f}" for name in ROLLED)
            rows.append(f"{month}  " + "  ".join(cells))
        totals = {name: totals[name] + ours[name] for name in ROLLED}
    head = "month    " + "  ".join(f"{name:>8} {'second':>10}" for name in ROLLED)
    exact = {name: float(sum(each for (_, of), each in year.exact.items() if of == name)) for name in ROLLED}
    total = "all      " + "  ".join(f"{totals[name]:>8} {exact[name]:>10.2f}" for name in ROLLED)
    told = f"seed {seed}, {year.currency}: {len(year.entries)} entries, {len(year.rows)} payments"
    happened = ", ".join(f"{name} {count}" for name, count in sorted(year.done.items()))
    left = totals["sold"] - totals["used"] - totals["expired"] - totals["voided"] - totals["taken_back"]
    return "\n".join([told, happened, head, *rows, total, f"sold - used - expired - voided - taken_back = {left}"])


if __name__ == "__main__":
    print(figures(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
