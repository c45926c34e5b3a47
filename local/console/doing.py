"""What an action needs: calls that are noted as they are made, the first refusal ends it; and what it says at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.console.calls import Call, CallRefused, Problem
from local.console.desk import SETTLE_SECONDS, Desk
from local.console.fields import Fields
from local.console.ring import Noted

Link = tuple[str, str]  # its words and its address


@dataclass(frozen=True, slots=True)
class Result:
    """What was done, in a sentence, and where one goes on from it."""

    sentence: str
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class Doing:
    """One action on its way."""

    desk: Desk
    title: str
    noted: list[Noted] = field(default_factory=list)

    def api(self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None) -> Any:
        """A call of the public API. Raises CallRefused."""
        return self.call(Call("api", method, path, body, key))

    def local(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A control of the run's. Raises CallRefused."""
        return self.call(Call("local", method, path, body))

    def gateway(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A control or a page of the stand-in's; its events have been delivered when this ends. Raises CallRefused."""
        answered = self.call(Call("gateway", method, path, body))
        self.settle()
        return answered

    def call(self, call: Call) -> Any:
        """Any call. Raises CallRefused."""
        told = self.desk.ask(call)
        self.noted.append(self.desk.watch.own(call, told, self.title))
        if told.problem is not None:
            raise CallRefused(told.problem)
        return told.content

    def settle(self) -> None:
        """Have the gateway do what is due by the clock, and wait for its events inside a bound."""
        if self.desk.gateway is not None:
            self.desk.ask(Call("gateway", "GET", "/_stand_in/dashboard"))
            self.desk.gateway.settled(SETTLE_SECONDS)


@dataclass(frozen=True, slots=True)
class Action:
    """What a form's button does. `do` raises CallRefused, or Unclear before anything was called."""

    title: str
    do: Callable[[Fields, Doing], Result]


@dataclass(frozen=True, slots=True)
class Done:
    """An action that is over: shown once on the page that it was made on, its calls beside it."""

    number: int
    action: str
    title: str
    sentence: str
    links: tuple[Link, ...]
    noted: tuple[Noted, ...]
    problem: Problem | None
    step: str
    typed: Mapping[str, str]

    def error(self, action: str, name: str) -> str | None:
        """What is wrong with a field of that action's form."""
        found = self.problem.fields if self.problem and self.action == action else {}
        return found.get(name)

    def value(self, action: str, name: str, otherwise: str) -> str:
        """What was typed stays where the action was refused."""
        return self.typed.get(name, otherwise) if self.problem and self.action == action else otherwise
