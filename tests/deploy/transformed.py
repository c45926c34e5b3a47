"""What CloudFormation is given after SAM's transform, by SAM's own code: run by sam's interpreter, for it is not installed beside ours.

`python transformed.py template.yaml '[{}, {"Canary": "AllAtOnce"}]'` prints the resources for each set of parameters, as JSON.
"""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


def packaged(document: dict[str, Any], layer: str) -> dict[str, Any]:
    """As `sam package` leaves it: code lies in a bucket. `layer`: what is in our own layer."""
    for name, resource in document["Resources"].items():
        for uri in ("CodeUri", "ContentUri"):
            if uri in resource.get("Properties", {}):
                resource["Properties"][uri] = f"s3://bucket/{layer if name == 'LotbookLayer' else name}"
    return document


def resources(document: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """The resources after the transform. `Layer` is no parameter of the template: the content of our layer."""
    given = {name: value for name, value in parameters.items() if name != "Layer"}
    defaults = {name: str(each["Default"]) for name, each in document["Parameters"].items() if "Default" in each}
    source = packaged(deepcopy(document), parameters.get("Layer", "one"))
    session = MagicMock(region_name="us-east-1")
    translator = Translator({}, Parser(), boto_session=session)
    found: dict[str, Any] = translator.translate(source, {**defaults, **given})["Resources"]
    return found


if __name__ == "__main__":
    read = yaml_parse(Path(sys.argv[1]).read_text())
    sys.stdout.write(json.dumps([resources(read, each) for each in json.loads(sys.argv[2])], default=str))
