"""The schedules of `template.yaml`: whose, how often, what they ask for, and that a run may go on by itself."""

from __future__ import annotations

import pytest

from functions.audit import app as audit
from functions.expire import app as expire
from functions.recheck import app as recheck
from functions.reconcile import app as reconcile
from functions.relay import app as relay
from functions.report import app as report
from local.cloud.needs import TABLE, Need
from local.cloud.permissions import may
from local.cloud.template import Template, load
from lotbook.domain.values.instants import SECOND
from tests.deploy.test_template import RESOURCES, ROOT


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", {"Stage": "test"})


PERIODS = {
    "audit": audit.PERIOD,
    "expire": expire.PERIOD,
    "recheck": recheck.PERIOD,
    "reconcile": reconcile.PERIOD,
    "relay": relay.PERIOD,
    "report": report.PERIOD,
}


def test_s4_a_run_that_leaves_work_may_begin_its_own_function_and_no_other(template: Template) -> None:
    """Each of the scheduled functions, under the name that its own policy can say; and a chain ends with the schedule's period."""
    assert {schedule.function for schedule in template.schedules} == PERIODS.keys()
    assert {(each.function, each.seconds * SECOND) for each in template.schedules} == {*PERIODS.items()}
    for function in template.functions:
        for other in template.functions:
            need = Need("lambda:InvokeFunction", f"lotbook-test-{other}")
            assert may(template.permissions[function], need) == (function == other and function in PERIODS)
    named = {
        folder: RESOURCES[spec.logical_id]["Properties"].get("FunctionName")
        for folder, spec in template.functions.items()
    }
    named.pop("release_check")  # CodeDeploy wants its name
    assert {folder: name["Fn::Sub"] for folder, name in named.items() if name} == {
        folder: f"lotbook-${{Stage}}-{folder}" for folder in PERIODS
    }


def test_s4_each_work_of_the_expiry_has_a_schedule_of_its_own(template: Template) -> None:
    works = [schedule.input["work"] for schedule in template.schedules if schedule.function == "expire"]
    assert sorted(works) == sorted(expire.COUNTED)


def test_d37_the_audit_writes_its_own_marks_and_nothing_that_it_audits(template: Template) -> None:
    """The auditor could write what it audits. Of an account it sets when it looks again, and no other attribute."""
    mine = template.permissions["audit"]
    for key in ("A#a", "B#a#credits", "L#a#credits", "U#a#k", "H#a#credits", "S#a#credits", "P#p", "R#x", "N#a", "K#h"):
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
            need = Need(f"dynamodb:{action}", TABLE, (key,), attributes=frozenset({"pk", "sk", "dp", "du", "lots"}))
            assert not may(mine, need), f"{action} {key}"
    assert may(mine, Need("dynamodb:PutItem", TABLE, ("V#a",)))
    assert not may(mine, Need("dynamodb:DeleteItem", TABLE, ("V#a",)))
