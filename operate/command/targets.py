"""What a command is about: the Lotbook on this machine, a deployed stack, or a deployment's address."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from operate.command.refusal import SILENT, USAGE, Refusal

if TYPE_CHECKING:
    from local.running import Running
    from lotbook.adapters.dynamo.table import Table
    from lotbook.ports.shop import Clock
    from operate.command.api import Api
    from operate.stack import Stack

KEY = "LOTBOOK_KEY"
NEEDS_KEY = (
    f"{KEY} is not set: it is a service key of that deployment (lotbook keys create NAME SCOPE... --stack NAME)."
)
TIMEOUT_SECONDS = 900  # a run of a schedule takes as long as a function may


class Target:
    """What all targets have. What one cannot do raises Refusal, which names another that can."""

    is_local = False
    told = ""

    def api(self) -> Api:
        """The API with a key. Raises Refusal."""
        raise NotImplementedError

    @property
    def running(self) -> Running:
        """The local run. Raises Refusal."""
        raise Refusal(f"This is for the Lotbook on this machine: leave --stack and --url out ({self.told}).", USAGE)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """What a control of the local run answers. Raises Refusal."""
        from local.running import CannotAsk

        running = self.running
        try:
            return running.done(method, path, body)
        except CannotAsk as refusal:
            raise Refusal(str(refusal), SILENT) from refusal

    @property
    def stack(self) -> Stack:
        """The deployed stack. Raises Refusal."""
        raise Refusal(f"This needs a deployed stack, by your AWS credentials: --stack NAME ({self.told}).", USAGE)

    def table(self) -> tuple[Table, Clock]:
        """Its table and its clock. Raises Refusal."""
        raise Refusal(f"This reads the table: --stack NAME, by your AWS credentials ({self.told}).", USAGE)

    @contextmanager
    def asked(self, about: str | None = None) -> Iterator[None]:
        """What AWS refuses inside, about a table where it is named, is raised as Refusal."""
        with aws(about or self.told):
            yield


@dataclass
class Local(Target):
    """The run that keeps its data in DATA_DIR. It is asked for when it is needed: an audit needs none that runs."""

    is_local = True

    @property
    def told(self) -> str:  # type: ignore[override]
        from local.running import data_directory

        return f"the local run of {data_directory()}"

    @cached_property
    def running(self) -> Running:
        from local.running import CannotAsk, Running, data_directory

        try:
            return Running.find(data_directory(), TIMEOUT_SECONDS)
        except CannotAsk as refusal:
            raise Refusal(f"{refusal} A deployment is named by --stack or --url.", SILENT) from refusal

    def api(self) -> Api:
        from local.surroundings import reach_this_machine
        from operate.command.api import Api

        reach_this_machine(os.environ)
        return Api(self.running.base, str(self.running.described["service_key"]))

    def table(self) -> tuple[Table, Clock]:
        from operate.table import local_table

        with self.asked():
            found = local_table()
        if found is None:
            raise Refusal("No Lotbook runs here: start one with `make run`, or name a --stack.", SILENT)
        return found


@dataclass
class Url(Target):
    """A deployment by its address, with LOTBOOK_KEY."""

    url: str

    @property
    def told(self) -> str:  # type: ignore[override]
        return self.url

    def api(self) -> Api:
        return _api(self.url)


@dataclass
class Deployed(Target):
    """A stack, by the AWS credentials and the region of the environment; its API with LOTBOOK_KEY."""

    name: str

    @property
    def told(self) -> str:  # type: ignore[override]
        return f"the stack {self.name}"

    @cached_property
    def stack(self) -> Stack:
        from operate import stack

        with self.asked():
            return stack.find(self.name)

    def api(self) -> Api:
        if not os.environ.get(KEY):
            raise Refusal(NEEDS_KEY, SILENT)
        with self.asked():
            return _api(self.stack.output("ApiUrl"))

    def table(self) -> tuple[Table, Clock]:
        from lotbook.adapters.dynamo.table import Table
        from lotbook.adapters.system import SystemClock

        with self.asked():
            return Table(self.stack.client("dynamodb"), self.stack.table), SystemClock()


def find_target(stack: str | None, url: str | None) -> Target:
    """By what was named; the Lotbook on this machine otherwise. Raises Refusal where two were named."""
    if stack and url:
        raise Refusal("--stack and --url (or LOTBOOK_STACK and LOTBOOK_URL) name two targets: leave one out.", USAGE)
    if stack:
        return Deployed(stack)
    return Url(url) if url else Local()


@contextmanager
def aws(about: str) -> Iterator[None]:
    """What AWS, or the local engine, refuses inside is raised as Refusal, in one sentence."""
    from local.cloud.engine import EngineError
    from local.cloud.private_file import Damaged
    from local.cloud.refusals import Refused, in_one_sentence

    try:
        with in_one_sentence(about):
            yield
    except (Refused, EngineError, Damaged) as refused:
        raise Refusal(str(refused), SILENT) from refused


def _api(url: Any) -> Api:
    from operate.command.api import Api

    key = os.environ.get(KEY)
    if not key:
        raise Refusal(NEEDS_KEY, SILENT)
    return Api(str(url), key)
