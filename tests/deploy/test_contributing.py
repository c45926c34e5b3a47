"""What a visitor looks for first is true: hosted CI runs what CI runs, owners own what is there, versions have dates."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())


def commands(job: str) -> list[str]:
    return [step["run"] for step in WORKFLOW["jobs"][job]["steps"] if "run" in step]


def test_hosted_ci_runs_the_command_that_ci_runs() -> None:
    (command,) = re.findall(r"exec (.+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert commands("test") == [command] == ["make test"]


def test_hosted_ci_runs_on_the_oldest_python_and_on_that_of_lambda() -> None:
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    (on_lambda,) = set(re.findall(r"Runtime: python([\d.]+)", (ROOT / "template.yaml").read_text()))
    assert WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"] == [oldest, on_lambda]


def test_every_command_of_hosted_ci_is_a_target_of_make() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for job in WORKFLOW["jobs"]:
        assert commands(job), job
        assert all(command.removeprefix("make ") in targets for command in commands(job)), job


def test_coverage_has_a_floor() -> None:
    assert PROJECT["tool"]["coverage"]["report"]["fail_under"] >= 91


def test_hooks_download_nothing() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    assert {hook["language"] for hook in repos[0]["hooks"]} == {"system"}
    assert all(hook["entry"].startswith(".venv/bin/python -m ") for hook in repos[0]["hooks"])


def test_every_path_that_has_an_owner_exists() -> None:
    owners = (ROOT / ".github" / "CODEOWNERS").read_text()
    paths = re.findall(r"^(/\S+)", owners, re.MULTILINE)
    assert len(paths) > 3
    assert [path for path in paths if not (ROOT / path.strip("/")).exists()] == []


def test_the_changelog_has_what_is_not_released_on_top_and_a_date_for_every_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    versions = [re.fullmatch(r"(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})", heading) for heading in headings[1:]]
    assert all(versions), headings
    dates = [found[2] for found in versions if found]
    assert dates == sorted(dates, reverse=True)
    assert versions[0] is not None
    assert versions[0][1] == PROJECT["project"]["version"]
