"""The template as it is: built and deployed by sam to the local engine, then driven over HTTP. `make deploy-test`; minutes.

The tests are one story and run in this order. What the engine cannot do (docs/going-live.md), no test here can tell.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from local.clock import LocalClock
from local.cloud.template import load
from local.issuer import AUDIENCE, ISSUER, Issuer
from local.stripe_stand_in.server import serve
from local.stripe_stand_in.stand_in import StandIn
from lotbook.adapters.dynamo import keys
from operate import stack as operated
from operate import tail
from tests import patience, ports
from tests.deployed import cloud, tools
from tests.scenarios.conftest import Stack, call, eventually

pytestmark = [pytest.mark.deploy, pytest.mark.process]
TRANSCRIPT = tools.ROOT / ".aws-sam" / "deploy-test.txt"
SECRET = "whsec_deploy_test"
SCOPES = ("accounts:write", "policies:write", "credits:consume", "credits:grant", "purchases:write", "read")
POLICY, CREDITS = "insurestack", 30
SENDER = "billing@shop.example"


@dataclass
class World:
    """What the story has come to."""

    engine: cloud.Engine
    template: Path
    stack: cloud.Deployed
    issuer: Issuer
    parameters: dict[str, str]
    stripe_port: int
    ending: ExitStack
    began: float
    shop: Stack = field(init=False)
    account: str = ""

    def say(self, text: str) -> None:
        """A line of the transcript."""
        line = f"{time.monotonic() - self.began:6.1f} s  {text}"
        print(line, flush=True)
        with TRANSCRIPT.open("a") as kept:
            kept.write(line + "\n")

    def operate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`lotbook` about the stack on the engine."""
        command = [sys.executable, "-m", "operate.command", *arguments, "--stack", "lotbook-dev"]
        return subprocess.run(
            command, cwd=tools.ROOT, env={**self.engine.settings, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def items(self, pk: str) -> list[dict[str, Any]]:
        """Of a partition of the table."""
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}}
        found: list[dict[str, Any]] = self.engine.client("dynamodb").query(
            TableName=self.stack.outputs["TableName"], **asked
        )["Items"]
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The built template and an engine. Skips in one line where a tool is missing."""
    if (chosen := tools.python()) is None:
        pytest.skip(tools.HOW_TO_GET_ONE)
    if not tools.SAM.exists():
        pytest.skip("sam is not installed: make validate")
    folder, port = tmp_path_factory.mktemp("deployed"), ports.free()
    TRANSCRIPT.parent.mkdir(exist_ok=True)
    TRANSCRIPT.unlink(missing_ok=True)
    issuer, began = Issuer(folder / "issuer.pem"), time.monotonic()
    with ExitStack() as ending:
        keys_url = ending.enter_context(Published(issuer, port + 2))
        stripe_url = f"http://127.0.0.1:{port + 1}"
        only_here = {"GATEWAY_API_BASE": stripe_url, "READ_SECONDS": str(patience.SECONDS)}  # as in the local run
        started = cloud.engine(tools.install_engine(chosen), folder, chosen, port, **only_here)
        engine = ending.enter_context(started)
        parameters = {"Stage": "dev", "LiveMode": "test", "TokenIssuer": ISSUER, "TokenAudience": AUDIENCE}
        parameters |= {"TokenKeysUrl": keys_url, "MailFrom": SENDER, "PublicUrl": engine.url}
        parameters |= {"EventArchiveDays": "0"}  # the engine's CloudFormation has no archives
        made = World(
            engine,
            folder / "build" / "template.yaml",
            engine.stack("lotbook-dev"),
            issuer,
            parameters,
            port + 1,
            ending,
            began,
        )
        made.say(f"an engine on {chosen}; sam build")
        tools.build(folder / "build", chosen)
        yield made


class Published:
    """The issuer's keys on a port, for as long as the block runs."""

    def __init__(self, issuer: Issuer, port: int) -> None:
        body = json.dumps(issuer.jwks()).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)

    def __enter__(self) -> str:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def open_shop(world: World, folder: Path) -> None:
    """Secrets, a service key and the stand-in for Stripe, whose webhooks go to the deployed address."""
    ssm = world.engine.client("ssm")
    for name, value in (("stripe-key", "sk_test_deploy"), ("stripe-webhook-secrets", SECRET)):
        ssm.put_parameter(Name=f"/lotbook/dev/{name}", Value=value, Type="SecureString")
    world.engine.client("sesv2").create_email_identity(EmailIdentity=SENDER)  # or SES sends nothing from it
    issued = world.operate("keys", "create", "backend", *SCOPES, "--yes")
    assert issued.returncode == 0, issued.stderr
    stripe_url = f"http://127.0.0.1:{world.stripe_port}"
    clock = LocalClock(folder / "clock.json")
    stand_in = StandIn(folder / "stripe", clock, f"{world.stack.api}/v1/webhooks/stripe", SECRET, stripe_url)
    world.ending.callback(stand_in.close)
    world.ending.callback(serve(stand_in, world.stripe_port, "127.0.0.1").close)
    world.shop = Stack(world.stack.api, stripe_url, {"service_key": issued.stdout.strip()})


def test_the_template_as_it_is_deploys(world: World) -> None:
    world.say("sam deploy lotbook-dev")
    world.stack.deploy(world.template, **world.parameters)
    assert world.stack.status == "CREATE_COMPLETE"
    world.say(
        f"{len(world.stack.resources)} resources; {world.stack.add_routes()} routes, from the template's own document"
    )


def test_secrets_a_key_a_policy_and_an_account(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    open_shop(world, tmp_path_factory.mktemp("shop"))
    checked = world.operate("deployment", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    policy = yaml.safe_load((tools.ROOT / "samplefiles" / "policies" / f"{POLICY}.yaml").read_text())
    world.shop.request("PUT", f"/v1/policies/{POLICY}", policy).ok(201)
    world.account = world.shop.open_account(POLICY)
    assert world.shop.request("GET", f"/v1/accounts/{world.account}/balance", token="").status == 401, (
        "API Gateway's own answer"
    )
    world.say("secrets, service key, live_check, policy, account")


def test_credits_are_burned_once_a_key_and_held(world: World) -> None:
    before = world.shop.balance(world.account)["available"]
    first = world.shop.consume(world.account, 2, key="burn").ok()
    assert world.shop.consume(world.account, 2, key="burn").ok() == first
    hold = world.shop.post(f"/v1/accounts/{world.account}/holds", {"credits": 3, "ttl_seconds": 600}, key="hold").ok(
        201
    )
    captured = world.shop.post(
        f"/v1/accounts/{world.account}/holds/{hold['hold_id']}/capture", {"credits": 1}, key="end"
    )
    assert (captured.ok()["captured"], captured.ok()["released"]) == (1, 2)
    assert world.shop.balance(world.account)["available"] == before - 3
    assert len(world.items(keys.hold_marker(world.account, "")["pk"])) == 1
    world.say("burned 2, the same key again nothing; held 3, captured 1")


def test_a_purchase_is_completed_by_a_signed_webhook(world: World) -> None:
    before = world.shop.balance(world.account)["available"]
    with heard(world) as events:
        row = _bought(world)
        told = eventually(lambda: "purchase.completed" in (found := events()) and found, "the stream reaches the bus")
    assert world.shop.balance(world.account)["available"] == before + CREDITS
    forged = call(
        "POST",
        f"{world.stack.api}/v1/webhooks/stripe",
        {"id": "evt_1"},
        {"Stripe-Signature": "t=1,v1=00"},
    )
    forged.problem(400, "bad_signature")
    world.say(f"{row['purchase_id']} completed by a webhook; a forged one refused")
    lines = eventually(lambda: world.items(keys.statement(world.account, "credits", 0)["pk"]), "lines are filed")
    world.say(f"the stream filed {len(lines)} lines; the bus had {', '.join(sorted(told))}")


def _bought(world: World) -> Any:
    """A purchase that was paid, completed."""
    started = world.shop.buy(world.account, {"kind": "top_up", "credits": CREDITS}).ok(201)
    world.shop.pay(started).ok()
    return eventually(
        lambda: (now := world.shop.purchase(world.account, started["purchase_id"]))["state"] == "completed" and now,
        "the webhook completes the purchase",
    )


@contextmanager
def heard(world: World) -> Iterator[Callable[[], set[str]]]:
    """What `lotbook events tail --stack` does; called, it answers the kinds of events so far. Queue and rule are gone at the end."""
    stack, kinds = operated.Stack({}, world.engine.client, world.stack.outputs), set[str]()
    sqs, rules = stack.client("sqs"), stack.client("events")

    def so_far() -> set[str]:
        kinds.update(each["type"] for each in tail.read(sqs, queue, 0))
        return kinds

    def names() -> list[str]:
        found = rules.list_rules(EventBusName=world.stack.outputs["BusName"])["Rules"]
        return [each["Name"] for each in found if each["Name"].startswith("lotbook-tail-")]

    with tail.copied(stack) as queue:
        yield so_far
        assert len(names()) == 1
    assert names() == []


def test_the_buyer_is_mailed(world: World) -> None:
    def mailed() -> Any:
        found = call("GET", f"{world.engine.url}/_ministack/ses/messages").ok()
        return "buyer@example.com" in json.dumps(found) and found

    eventually(mailed, "the bus's rule, the queue, the mailer and SES")
    world.say("a mail to the buyer, by rule, queue, mailer and SES")


def test_a_members_token_is_a_member_and_a_strangers_is_nobody(world: World) -> None:
    path = f"/v1/accounts/{world.account}/balance"
    world.shop.get(path, token=world.issuer.token(world.account, "owner")).ok()
    world.shop.get(path, token=world.issuer.token("somebody-else", "owner")).problem(404, "account_not_found")
    world.shop.get(path, token=world.issuer.token(world.account, "owner")[:-8] + "AAAAAAAA").problem(
        401, "unauthenticated"
    )
    world.say("member tokens: the account's own, another's, a forged one")


def test_every_schedule_is_there_and_its_function_runs(world: World) -> None:
    lambdas, listed = world.engine.client("lambda"), world.engine.client("scheduler").list_schedules()["Schedules"]
    declared = load(tools.ROOT / "template.yaml", {"Stage": "dev"}).schedules
    found = {each["Name"]: each["Target"]["Arn"] for each in listed if each["Name"].startswith("lotbook-dev-")}
    assert len(found) == len(declared)
    scheduler = world.engine.client("scheduler")
    for name, arn in sorted(found.items()):
        asked = scheduler.get_schedule(Name=name)["Target"].get("Input", "{}")
        answered = lambdas.invoke(FunctionName=arn, Payload=asked.encode())
        said = answered["Payload"].read().decode()
        assert "FunctionError" not in answered, (name, said)
        world.say(f"{name}: {said[:100]}")


def test_a_second_stage_stands_beside_the_first(world: World) -> None:
    world.say("sam deploy lotbook-two")
    second = world.engine.stack("lotbook-two")
    second.deploy(world.template, **{**world.parameters, "Stage": "two"})
    second.add_routes()
    assert second.outputs["TableName"] != world.stack.outputs["TableName"]
    token = {"Authorization": f"Bearer {world.shop.dev['service_key']}"}
    call("GET", f"{second.api}/v1/accounts/{world.account}/balance", headers=token).problem(401, "unauthenticated")
    world.shop.consume(world.account, 1).ok()
    world.say("the second stage knows no key of the first, which goes on")


def test_an_update_keeps_what_there_was(world: World) -> None:
    table, before = world.stack.outputs["TableName"], world.shop.balance(world.account)["available"]
    world.say("sam deploy lotbook-dev again, with another parameter")
    world.stack.deploy(world.template, **{**world.parameters, "PortalName": "Another name"})
    again = world.engine.stack("lotbook-dev")
    assert (again.status, again.outputs["TableName"]) == ("UPDATE_COMPLETE", table)
    assert world.shop.balance(world.account)["available"] == before
    world.say("updated; the same table, the same balance")


def test_an_update_that_fails_is_rolled_back(world: World, tmp_path: Path) -> None:
    broken = tmp_path / "build"
    shutil.copytree(world.template.parent, broken, symlinks=True)
    text = (broken / "template.yaml").read_text()
    assert text.count("\nOutputs:\n") == 1
    (broken / "template.yaml").write_text(text.replace("\nOutputs:\n", BROKEN + "\nOutputs:\n"))
    with pytest.raises(subprocess.CalledProcessError):
        world.stack.deploy(broken / "template.yaml", **world.parameters)
    assert world.engine.stack("lotbook-dev").status == "UPDATE_ROLLBACK_COMPLETE"
    world.shop.consume(world.account, 1).ok()
    world.say("an update that fails: UPDATE_ROLLBACK_COMPLETE, and credits are burned")


BROKEN = """
  CannotBeMade:  # the operator has written it
    Type: AWS::SSM::Parameter
    Properties: {Name: /lotbook/dev/stripe-key, Type: String, Value: another}
"""


def test_a_deleted_stack_leaves_the_table_the_logs_and_the_dead_letters(world: World) -> None:
    kept = {name: world.stack.resources[name] for name in ("Table", "ConsumeLogs", "FailedRuns")}
    world.say("sam delete lotbook-dev")
    world.stack.delete()
    assert world.items(keys.account(world.account)["pk"])
    groups = {each["logGroupName"] for each in world.engine.client("logs").describe_log_groups()["logGroups"]}
    assert kept["ConsumeLogs"] in groups
    queues = {url.rpartition("/")[2] for url in world.engine.client("sqs").list_queues()["QueueUrls"]}
    assert kept["FailedRuns"].rpartition("/")[2] in queues
    world.say("deleted; the table, the logs and the dead letters are there")
