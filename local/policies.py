"""Policies in YAML, for people: `lotbook policies check` says what is wrong with them, and where.

YAML is read here only, never on Lambda: what is published is the JSON document.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from lotbook.api.requests.policy_document import parse_policy, without_schema
from lotbook.domain.policy.document import Policy

SAMPLES = Path(__file__).resolve().parents[1] / "samplefiles" / "policies"
VARIANTS = SAMPLES / "variants"  # further policies of the same vendors; no demo account
MERGE_TAG = "tag:yaml.org,2002:merge"


class _PlainDocument(yaml.SafeLoader):
    """YAML that means what it shows: no key twice, nothing taken from elsewhere."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """YAML lets the second of two equal keys win silently; a price must not be lost like that, nor by a merge."""
        for key, _ in node.value:
            if key.tag == MERGE_TAG:
                raise yaml.constructor.ConstructorError(
                    None, None, "a merge (<<): write the fields out", key.start_mark
                )
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Eight lines of aliases of aliases are a document of a billion values (S14)."""
        if self.check_event(yaml.AliasEvent):
            alias: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, f"an alias (*{alias.anchor}): write it out", alias.start_mark)
        found: yaml.Node | None = super().compose_node(parent, index)
        return found


def read_document(path: Path) -> dict[str, object]:
    """The document of a YAML file, unchecked. Raises yaml.YAMLError or OSError."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainDocument)
    except RecursionError as nested:
        raise yaml.YAMLError("it is nested too deeply") from nested
    except (ValueError, LookupError, AttributeError) as malformed:  # not UTF-8, the 31st of February, `!!bool perhaps`
        raise yaml.YAMLError(f"a value is not what its form or tag says ({malformed})") from malformed
    if not isinstance(document, dict):
        raise yaml.YAMLError("a policy file holds one object")
    return without_schema(document)


def read_policy(path: Path) -> tuple[Policy, dict[str, object]]:
    """The policy of a YAML file, and the document to publish. Raises yaml.YAMLError or PolicyInvalid."""
    document = read_document(path)
    return parse_policy(document), document


def sample_policies() -> list[Path]:
    """The sample files, by name."""
    return sorted(SAMPLES.glob("*.yaml"))
