"""Path and query of the reports: which one, `?month=`, `?currency=`; and whether JSON or CSV is wanted."""

from __future__ import annotations

from collections.abc import Mapping

from lotbook.domain.reports.lines import REPORTS, Report
from lotbook.domain.reports.months import FORM, is_month
from lotbook.domain.reports.refusals import ReportNotFound
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.money import CURRENCIES

JSON, CSV = "application/json", "text/csv"


def report(path: Mapping[str, str]) -> Report:
    """The report in the path; raises ReportNotFound."""
    for each in REPORTS:
        if each == path.get("report"):
            return each
    raise ReportNotFound


def month(query: Mapping[str, str]) -> str:
    """The month asked for; raises InvalidRequest."""
    text = query.get("month")
    if text is None:
        raise InvalidRequest.of("month", "missing", f"month is required: {FORM}.")
    if not is_month(text):
        raise InvalidRequest.of("month", "pattern", f"month must be {FORM}.")
    return text


def currency(query: Mapping[str, str]) -> str | None:
    """The currency asked for, None for all; raises InvalidRequest for none that is known."""
    text = query.get("currency")
    if text is None:
        return None
    if text.lower() not in CURRENCIES:
        raise InvalidRequest.of(
            "currency", "unknown", "currency must be one of ISO 4217 that can be charged, such as eur."
        )
    return text.lower()


def wants_json(headers: Mapping[str, str]) -> bool:
    """Whether `Accept` names JSON, and before CSV where it names both."""
    accepted = [each.partition(";")[0].strip().lower() for each in headers.get("accept", "").split(",")]
    return next((each for each in accepted if each in (JSON, CSV)), CSV) == JSON
