"""The verifiers that docs/webhooks.md shows take what the relay signs, and nothing else."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from local.site.markdown import Block
from lotbook.domain.endpoints import signing
from lotbook.domain.endpoints.signing import Secret
from tests.clients import node
from tests.docs.blocks import ROOT, of

PAGE = "docs/webhooks.md"
OLD, NEW = ("whsec_" + base64.b64encode(bytes([number]) * signing.SECRET_BYTES).decode() for number in (1, 2))
BODY = '{"type":"credits.low","data":{"who":"Müller"}}'.encode()


def signed(at: float, *secrets: str) -> dict[str, str]:
    return signing.headers("evt_1", int(at * 1_000), BODY, [Secret(each) for each in secrets])


def cases() -> dict[str, tuple[bytes, dict[str, str], str, bool]]:
    """Body, headers, the receiver's secret, and whether it is ours."""
    now = time.time()
    good, both = signed(now, NEW), signed(now, NEW, OLD)
    return {
        "ours": (BODY, good, NEW, True),
        "while two sign, by the old one": (BODY, both, OLD, True),
        "while two sign, by the new one": (BODY, both, NEW, True),
        "another secret": (BODY, good, OLD, False),
        "another body": (BODY + b" ", good, NEW, False),
        "another id": (BODY, good | {"webhook-id": "evt_2"}, NEW, False),
        "an old one again": (BODY, signed(now - 3_600, NEW), NEW, False),
        "no signature": (BODY, good | {"webhook-signature": "v2,x"}, NEW, False),
    }


def block(language: str) -> Block:
    (found,) = [each for each in of(PAGE, (ROOT / PAGE).read_text(encoding="utf-8")) if each.language == language]
    return found


@pytest.mark.parametrize("case", cases())
def test_the_python_of_the_page_takes_what_is_ours(case: str) -> None:
    names: dict[str, Any] = {}
    exec(compile(block("python").text, PAGE, "exec"), names)
    body, headers, secret, is_ours = cases()[case]
    if is_ours:
        names["verify"](body, headers, secret)
    else:
        with pytest.raises(ValueError, match=r"Lotbook|clock"):
            names["verify"](body, headers, secret)


@pytest.mark.process
def test_the_typescript_of_the_page_takes_what_is_ours(tmp_path: Path) -> None:
    asked = [[base64.b64encode(body).decode(), headers, secret] for body, headers, secret, _ in cases().values()]
    script = tmp_path / "verify.ts"
    script.write_text(
        block("ts").text
        + f"""
const taken = {json.dumps(asked)}.map(([body, headers, secret]: any) => {{
  try {{ verify(Buffer.from(body, "base64"), headers, secret); return true; }} catch {{ return false; }}
}});
console.log(JSON.stringify(taken));
""",
        encoding="utf-8",
    )
    assert node.run(script) == [is_ours for *_, is_ours in cases().values()]
