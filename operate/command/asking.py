"""How a command is entered: the options that all of them have, its errors in one sentence, its answer in one of two forms."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cached_property, wraps
from typing import Annotated, Any, get_type_hints

import typer

from operate.command.refusal import UNCONFIRMED, Refusal
from operate.command.shown import CommandAnswer, show, tell
from operate.command.targets import Target, find_target

Stack = Annotated[
    str | None,
    typer.Option("--stack", metavar="NAME", envvar="LOTBOOK_STACK", help="A deployed stack, by your AWS credentials."),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", envvar="LOTBOOK_URL", help="A deployment's address; LOTBOOK_KEY is its key."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before something is changed.")]


@dataclass
class Asked:
    """What a command was asked beside its own words."""

    stack: str | None
    url: str | None
    yes: bool = False

    @cached_property
    def target(self) -> Target:
        """What the command is about, which is said on stderr. Raises Refusal."""
        found = find_target(self.stack, self.url)
        tell(f"Target: {found.told}")
        return found

    def confirm(self, what: str, *, also_here: bool = False) -> None:
        """Ask before `what` happens to a deployment (`also_here`: to the local run, too). Raises Refusal where nobody says yes."""
        if self.yes or (self.target.is_local and not also_here):
            return
        self.confirm_always(what)

    def confirm_always(self, what: str) -> None:
        """Ask in any case: what is changed is no target, but named by itself. Raises Refusal where nobody says yes."""
        if self.yes:
            return
        if not is_terminal():
            raise Refusal(f"{what} Nobody is here to be asked: say --yes.", UNCONFIRMED)
        if not typer.confirm(f"{what} Go on?", err=True):
            raise Refusal("Nothing was changed.", UNCONFIRMED)


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def command(
    app: typer.Typer, name: str, *, changes: bool = False, targeted: bool = True
) -> Callable[[Callable[..., CommandAnswer]], Callable[..., CommandAnswer]]:
    """Enter a function as a command. It takes Asked and its own options, and answers a CommandAnswer.

    A parameter that is a dataclass stands for the options that are its fields: a command with many has them in a group.
    """

    def enter(work: Callable[..., CommandAnswer]) -> Callable[..., CommandAnswer]:
        @wraps(work)
        def run(**given: Any) -> None:
            as_json = given.pop("as_json")
            asked = Asked(given.pop("stack", None), given.pop("url", None), given.pop("yes", False))
            try:
                answer = work(asked, **_grouped(work, given))
            except Refusal as refusal:
                tell(str(refusal))
                raise typer.Exit(refusal.code) from refusal
            show(answer, as_json=as_json)
            raise typer.Exit(answer.code)

        run.__signature__ = _signature(work, changes=changes, targeted=targeted)  # type: ignore[attr-defined]
        app.command(name)(run)
        return work

    return enter


def _signature(work: Callable[..., CommandAnswer], *, changes: bool, targeted: bool) -> inspect.Signature:
    """Its own parameters but Asked, then those of all commands."""
    own = [option for each in _own(work) for option in _options(each)]
    common: list[tuple[str, Any, Any]] = [("as_json", Json, False)]
    if targeted:
        common = [("stack", Stack, None), ("url", Url, None), *common]
    if changes:
        common.append(("yes", Yes, False))
    keyword = inspect.Parameter.KEYWORD_ONLY
    added = [inspect.Parameter(name, keyword, default=default, annotation=kind) for name, kind, default in common]
    return inspect.Signature([*(each.replace(kind=keyword) for each in own), *added], return_annotation=None)


def _own(work: Callable[..., CommandAnswer]) -> list[inspect.Parameter]:
    return list(inspect.signature(work, eval_str=True).parameters.values())[1:]


def _options(parameter: inspect.Parameter) -> list[inspect.Parameter]:
    """The parameter itself, or the options of its group."""
    group = parameter.annotation
    if not is_dataclass(group):
        return [parameter]
    kinds = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=kinds[each.name],
        )
        for each in fields(group)
    ]


def _grouped(work: Callable[..., CommandAnswer], given: dict[str, Any]) -> dict[str, Any]:
    """What was given, as the function takes it."""
    taken = dict[str, Any]()
    for each in _own(work):
        values = {option.name: given[option.name] for option in _options(each)}
        grouped = isinstance(each.annotation, type) and is_dataclass(each.annotation)
        taken[each.name] = each.annotation(**values) if grouped else given[each.name]
    return taken


def used(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, without the options that nobody used."""
    return {name: value for name, value in values.items() if value is not None}


def an_instant(text: str) -> str:
    """As the API takes it, RFC 3339 in UTC. For typer's `parser`: raises BadParameter."""
    from argparse import ArgumentTypeError

    from local.instants import instant
    from lotbook.domain.values.instants import to_text

    try:
        return to_text(instant(text))
    except ArgumentTypeError as unclear:
        raise typer.BadParameter(f"{unclear} or 2026-01-31T12:00:00Z") from unclear
