"""N2, N3, S12: what the environment of whoever runs this changes, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import ROOT
from local.surroundings import leave_aws, reach_this_machine
from tests import patience
from tests.local import hostile


def test_n2_nothing_of_an_aws_account_is_left() -> None:
    environment = {**hostile.AWS, "aws_profile": "prod", "PATH": "/bin", "LAWS_": "kept"}
    leave_aws(environment)
    assert environment == {"PATH": "/bin", "LAWS_": "kept"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"NO_PROXY": "a.example"}, "a.example,127.0.0.1,localhost"),
        ({"no_proxy": "b.example, localhost"}, "b.example,localhost,127.0.0.1"),
        ({"NO_PROXY": "a.example", "no_proxy": "b.example"}, "a.example,b.example,127.0.0.1,localhost"),
        ({"NO_PROXY": "*"}, "*,127.0.0.1,localhost"),
    ],
)
def test_n3_this_machine_is_asked_without_a_proxy_and_what_was_excepted_stays_so(
    before: dict[str, str], after: str
) -> None:
    environment = {**before, "HTTP_PROXY": hostile.NOBODY}
    reach_this_machine(environment)
    assert environment == {"HTTP_PROXY": hostile.NOBODY, "NO_PROXY": after, "no_proxy": after}


@pytest.mark.process
def test_n2_n3_s12_every_command_settles_before_it_does_anything() -> None:
    """The command is one that only shows what it found: the door to it is the same for all."""
    shows = (
        "import os, runpy, sys, types, local.stopping; from local import __main__ as door; "
        "found = types.ModuleType('found'); "
        "found.main = lambda: print(oct(os.umask(0)), os.environ['NO_PROXY'], sorted(n for n in os.environ if n[:4] == 'AWS_')) or 0; "
        "sys.modules['local.run'] = found; sys.argv = ['local', 'run']; sys.modules.pop('local.__main__'); "
        "runpy.run_module('local', run_name='__main__')"
    )
    environment = {**os.environ, **hostile.AWS, **hostile.PROXIES}
    done = subprocess.run(
        [sys.executable, "-c", shows],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=patience.SECONDS,
    )
    assert done.stdout == "0o77 intranet.example,127.0.0.1,localhost []\n", done.stderr


def test_the_hostile_file_is_one_that_the_sdk_would_read(tmp_path: Path) -> None:
    found = hostile.environment(tmp_path)
    assert "[profile prod]" in Path(found["AWS_CONFIG_FILE"]).read_text()
