"""CloudFormation's short tags and intrinsic functions, as far as `template.yaml` uses them; anything else is refused with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

PSEUDO_PARAMETERS = {
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "lotbook-local",
}
VALUE = ".Value"
PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class TemplateError(Exception):
    """The template holds something that the local run does not understand."""


def read(path: Path) -> dict[str, Any]:
    """The document, each short tag in its long form. Raises TemplateError."""
    document: dict[str, Any] = yaml.load(path.read_text(), _Loader)
    return document


class Resolver:
    """Intrinsic functions, as far as the environment uses them."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        defaults = {key: value.get("Default") for key, value in document["Parameters"].items()}
        unknown = set(parameters) - set(defaults)
        if unknown:
            raise TemplateError(f"no such parameters: {', '.join(sorted(unknown))}")
        self._parameters = {**defaults, **parameters}
        self._resources = document["Resources"]
        self._conditions = document.get("Conditions", {})
        self._rules = document.get("Rules", {})

    def name(self, logical_id: str) -> str:
        """The physical name of a resource in the local run."""
        return f"lotbook-{self._parameters['Stage']}-{logical_id.lower()}"

    def text(self, value: Any) -> str:
        """A string, a !Ref, a !Sub, a choice of them, or the value of a parameter as text."""
        match value:
            case str() | int():
                return str(value)
            case {"Ref": str() as name}:
                return self._reference(name)
            case {"Fn::Sub": str() as pattern}:
                return PLACEHOLDER.sub(lambda found: self._reference(found[1]), pattern)
            case {"Fn::If": [str() as condition, one, other]}:
                return self.text(one if self.holds(condition) else other)
            case {"Fn::GetAtt": str() as attribute} if attribute.endswith(
                VALUE
            ):  # a parameter of SSM: it keeps a choice
                return self.text(self._resources[attribute.removesuffix(VALUE)]["Properties"]["Value"])
        raise TemplateError(f"{value}: the local run resolves text, !Ref, !Sub, !If and values of parameters only")

    def document(self, value: Any) -> Any:
        """Nested names and lists, each text in them resolved."""
        match value:
            case dict() if not any(key == "Ref" or key.startswith("Fn::") for key in value):
                return {key: self.document(part) for key, part in value.items()}
            case list():
                return [self.document(part) for part in value]
        return self.text(value)

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self._is_true(self._conditions[condition])

    def broken_rules(self) -> list[str]:
        """What CloudFormation would refuse these parameters for, a sentence each."""
        asked = [rule for rule in self._rules.values() if self._is_true(rule["RuleCondition"])]
        every = [each for rule in asked for each in rule["Assertions"]]
        return [each["AssertDescription"] for each in every if not self._is_true(each["Assert"])]

    def _is_true(self, test: Any) -> bool:
        match test:
            case {"Fn::Not": [part]}:
                return not self._is_true(part)
            case {"Fn::Or": list() as parts}:
                return any(self._is_true(part) for part in parts)
            case {"Fn::Equals": [one, other]}:
                return self.text(one) == self.text(other)
        raise TemplateError(f"{test}: the local run understands !Not, !Or and !Equals in conditions")

    def _reference(self, name: str) -> str:
        if name in self._parameters:
            return str(self._parameters[name])
        if name in self._resources:
            return self.name(name)
        if name in PSEUDO_PARAMETERS:
            return PSEUDO_PARAMETERS[name]
        raise TemplateError(f"{name} is neither a parameter nor a resource")


# libyaml, where PyYAML has it: every process that is started here reads the template, and in Python that takes ten times as long.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML with CloudFormation's short tags, each turned into its long form."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    key = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            return {key: loader.construct_scalar(node)}
        case yaml.SequenceNode():
            return {key: loader.construct_sequence(node, deep=True)}
        case yaml.MappingNode():
            return {key: loader.construct_mapping(node, deep=True)}
    raise TemplateError(f"!{suffix}: unreadable")


_Loader.add_multi_constructor("!", _tagged)
