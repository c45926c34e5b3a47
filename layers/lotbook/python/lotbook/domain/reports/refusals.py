"""How the reports say no."""

from __future__ import annotations

from lotbook.domain.values.errors import Refused


class ReportNotFound(Refused):
    """No report of that name."""

    code = "report_not_found"
    title = "There is no such report."
