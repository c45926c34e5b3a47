"""A reconciliation run as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.api.answers.render_runs import failed
from lotbook.domain.values.instants import to_text

if TYPE_CHECKING:
    from lotbook.usecases.reconciliation.reconcile import EndedDifference, Reconciled


def reconciled(run: Reconciled) -> dict[str, Any]:
    """What the function answers, and `lotbook reconcile` shows. Ids, names of fields, no amounts."""
    return {
        "from": to_text(run.period.start),
        "to": to_text(run.period.end),
        "compared": run.compared,
        "repaired": run.repaired,
        "open": run.open,
        "differences": [_shown(each) for each in run.shown],
        "more": run.more,
        "failed": failed(run.failures),
    }


def _shown(each: EndedDifference) -> dict[str, Any]:
    found = each.difference
    return {
        "difference": found.kind,
        "severity": found.rule.severity,
        "outcome": each.outcome,
        "repair": found.rule.repair,
        "account_id": found.account_id,
        "purchase_id": found.purchase_id,
        "reference": found.reference,
        "fields": list(found.fields),
    }
