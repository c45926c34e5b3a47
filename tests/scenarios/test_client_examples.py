"""What the clients' READMEs and examples show is run as it is written, against the running product."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.clients import frameworks, node
from tests.loops import in_a_loop
from tests.scenarios.conftest import Stack

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
SECRET = "whsec_" + base64.b64encode(b"a secret of the endpoint, 32 byte").decode()
PRINTED = ["30 asked for, 5 there", "released 0 5", "captured -5 2", "held 0 2", "granted 10 10"]
EVENT = json.dumps({"type": "credits.low", "data": {"available": 5}})


@pytest.fixture(autouse=True)
def surroundings(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples read from the environment."""
    monkeypatch.setenv("LOTBOOK_URL", stack.base)
    monkeypatch.setenv("LOTBOOK_KEY", stack.dev["service_key"])
    monkeypatch.setenv("LOTBOOK_WEBHOOK_SECRET", f"whsec_b2xk {SECRET}")
    monkeypatch.setenv("PORT", "0")


def block(readme: Path, account: str) -> str:
    """The code of a README, with an account of its own."""
    found = re.search(r"```\w+\n(.*?)```", readme.read_text(), re.DOTALL)
    assert found is not None
    return found[1].replace("acme", account)


def signed() -> dict[str, str]:
    """The headers of an event as Lotbook sends it."""
    stamp = str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, f"evt_1.{stamp}.{EVENT}".encode(), sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": "evt_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def test_the_readme_of_the_python_client(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block(CLIENTS / "python" / "README.md", stack.fresh("py")), "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == PRINTED


def test_the_fastapi_example(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    app, account = frameworks.loaded(monkeypatch, "fastapi_app"), stack.open_account("insurestack")

    async def visit() -> dict[str, Any]:
        first = await app.picture(account, "a cat")
        await app.picture(account, "a" * 99)
        with pytest.raises(app.HTTPException) as refused:
            await app.picture(account, "a cat")
        order = await app.order(account, 30)
        event = await app.events(frameworks.fastapi_request(EVENT.encode(), signed()))
        with pytest.raises(app.HTTPException) as forged:
            await app.events(frameworks.fastapi_request(b"{}", signed()))
        await app.client.close()
        told = (refused.value.status_code, refused.value.detail)
        return {"first": first, "refused": told, "order": order, "event": event, "forged": forged.value.status_code}

    seen = in_a_loop(visit())
    assert seen["first"] == {"used": 2, "available": 8}
    assert seen["refused"] == (402, "A picture needs 8 credits, 0 are left.")
    assert seen["order"]["send_the_buyer_to"].startswith("http")
    assert seen["order"]["total_minor"] == 3_000
    assert (seen["event"], seen["forged"]) == ({"seen": "evt_1", "type": "credits.low"}, 400)


def test_the_django_example(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    views, account = frameworks.loaded(monkeypatch, "django_app"), stack.open_account("insurestack")

    def post(view: Any, *path: str, body: str = "", headers: dict[str, str] | None = None, **form: str) -> Any:
        answer = view(frameworks.django_request(form, body.encode(), headers), *path)
        return answer.status_code, json.loads(answer.content)

    assert post(views.picture, account, prompt="a cat") == (200, {"used": 2, "available": 8})
    assert post(views.picture, account, prompt="a" * 99)[0] == 200
    refused = {"detail": "A picture needs 8 credits, 0 are left."}
    assert post(views.picture, account, prompt="a cat") == (402, refused)
    assert post(views.order, account, credits="30")[1]["total_minor"] == 3_000
    assert post(views.events, body=EVENT, headers=signed()) == (200, {"seen": "evt_1", "type": "credits.low"})
    assert post(views.events, body="{}", headers=signed())[0] == 400
    assert len(views.urlpatterns) == 3
    views.client.close()


def test_the_readme_of_the_typescript_client_and_the_express_example(stack: Stack, tmp_path: Path) -> None:
    readme, example = tmp_path / "readme.ts", CLIENTS / "typescript" / "examples" / "express.ts"
    account = stack.fresh("ts")
    readme.write_text(block(CLIENTS / "typescript" / "README.md", account))
    event = json.dumps({"body": EVENT, "headers": signed()})
    found = node.run(
        node.TYPESCRIPT / "examples.ts", str(readme), str(example), stack.open_account("insurestack"), event
    )
    assert found["printed"] == PRINTED
    express = found["express"]
    assert express["picture"] == {"status": 200, "body": {"used": 2, "available": 8}}
    refused = {"detail": "A picture needs 8 credits, 0 are left."}
    assert express["too_much"] == {"status": 402, "body": refused}
    assert express["order"]["body"]["total_minor"] == 3_000
    assert express["event"] == {"status": 200, "body": {"seen": "evt_1", "type": "credits.low"}}
    assert express["forged"]["status"] == 400
