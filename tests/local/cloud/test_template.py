"""Reading a template for the local run: what is understood, and that everything else is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.cloud.intrinsics import TemplateError
from local.cloud.template import Authorizer, Route, Schedule, Template, load


def test_routes_authorizers_and_schedules_are_read(template: Template) -> None:
    assert Route("POST", "/v1/open", "echo", None) in template.routes
    assert Route("GET", "/v1/things/{thing_id}", "echo", "who") in template.routes
    assert template.authorizers == {"who": Authorizer("who", "authorization", 60)}
    assert template.schedules == (Schedule("echo", "Tick", 300),)


def test_the_environment_is_resolved(template: Template) -> None:
    assert template.environment == {"TABLE_NAME": "lotbook-local-table", "NAME": "lotbook-local"}


def test_the_table_is_created_as_declared(template: Template) -> None:
    assert template.table["TableName"] == template.environment["TABLE_NAME"]
    assert template.table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("rate(5 minutes)", "at(2026-01-31T00-00-00)", "rate"),
        ("!Ref Table,", "!Ref Nothing,", "Nothing"),
        ("!Ref Table,", "!GetAtt Table.Arn,", "resolves text"),
        ("functions/echo/", "src/echo/", "functions/"),
    ],
)
def test_what_is_not_understood_is_refused(
    tmp_path: Path, template: Template, old: str, new: str, complaint: str
) -> None:
    """Silently different from the cloud would be the worst."""
    path = tmp_path / "template.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(TemplateError, match=complaint):
        load(path, {})


def test_an_unknown_parameter_is_refused(tmp_path: Path, template: Template) -> None:
    with pytest.raises(TemplateError, match="Staage"):
        load(tmp_path / "template.yaml", {"Staage": "local"})
