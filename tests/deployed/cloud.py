"""A local engine in which stacks are deployed by `sam deploy`, and what it leaves out of API Gateway added from the same template."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from tests.deployed import tools

START_SECONDS, DEPLOY_SECONDS = 60, 600
KEY = "test"  # the engine takes any
REGION, ACCOUNT = "us-east-1", "000000000000"
PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9:._]+)\}")
INTEGRATION, AUTHORIZER = "x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer"


@dataclass(frozen=True)
class Engine:
    """Where it answers."""

    port: int
    settings: Mapping[str, str]  # of processes that ask it

    @property
    def url(self) -> str:
        """Its one address."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """A client of one of its services."""
        named = {"aws_access_key_id": KEY, "aws_secret_access_key": KEY, "region_name": REGION}
        return boto3.client(service, endpoint_url=self.url, **named)  # type: ignore[call-overload]

    def stack(self, name: str) -> Deployed:
        """A stack of that name, deployed or not."""
        return Deployed(self, name)


@contextmanager
def engine(python: Path, folder: Path, chosen: Path, port: int, **extra: str) -> Iterator[Engine]:
    """One that runs as long as the block. Functions inherit its environment, so `extra` reaches them without a change of the template."""
    named = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY, "AWS_DEFAULT_REGION": REGION}
    url = f"http://127.0.0.1:{port}"
    asking = {**tools.environment(chosen), **named, "AWS_ENDPOINT_URL": url}
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **named, **extra}
    own |= {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_REGION": REGION, "LOG_LEVEL": "WARNING"}
    own |= {
        "S3_DATA_DIR": str(folder / "s3"),
        "DOCKER_HOST": "unix:///nonexistent",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
    with (folder / "engine.log").open("wb") as log:
        child = subprocess.Popen([python, "-I", "-m", "ministack"], env=own, cwd=folder, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            assert child.poll() is None, (folder / "engine.log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "the engine does not answer"
            time.sleep(0.1)
        yield Engine(port, asking)
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1) as answer:
            return bool(answer.read())
    except OSError:
        return False


@dataclass(frozen=True)
class Deployed:
    """A stack in the engine."""

    engine: Engine
    name: str

    def deploy(self, template: Path, **parameters: str) -> None:
        """`sam deploy` of a built template. Raises CalledProcessError with what sam said."""
        chosen = [f"{name}={value}" for name, value in parameters.items()]
        tools.sam(
            *("deploy", "--config-file", str(tools.ROOT / "samconfig.toml"), "--template-file", str(template)),
            *("--stack-name", self.name, "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
            *("--parameter-overrides", *chosen),
            settings=self.engine.settings,
            seconds=DEPLOY_SECONDS,
        )

    def delete(self) -> None:
        """`sam delete`."""
        tools.sam(
            "delete", "--stack-name", self.name, "--no-prompts", settings=self.engine.settings, seconds=DEPLOY_SECONDS
        )

    @property
    def status(self) -> str:
        """As CloudFormation has it."""
        (found,) = self.engine.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return str(found["StackStatus"])

    @cached_property
    def outputs(self) -> dict[str, str]:
        """By name."""
        (found,) = self.engine.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}

    @cached_property
    def resources(self) -> dict[str, str]:
        """Physical ids by logical ids."""
        listed = (
            self.engine.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        )
        every = (each for page in listed for each in page["StackResourceSummaries"])
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in every}

    @cached_property
    def processed(self) -> Mapping[str, Any]:
        """The template as SAM has written it out."""
        asked = {"StackName": self.name, "TemplateStage": "Processed"}
        found = self.engine.client("cloudformation").get_template(**asked)["TemplateBody"]
        document: Mapping[str, Any] = json.loads(found) if isinstance(found, str) else found
        return document

    @property
    def api(self) -> str:
        """The address of the API in the engine."""
        return f"{self.engine.url}/_aws/execute-api/{self.resources['Api']}"

    def add_routes(self) -> int:
        """The routes and the authorizer of the API's `Body`, which the engine leaves aside; answers how many routes."""
        gateway, api = self.engine.client("apigatewayv2"), self.resources["Api"]
        body = self.processed["Resources"]["Api"]["Properties"]["Body"]
        schemes = body["components"]["securitySchemes"]
        authorizers = {name: self._authorizer(gateway, api, name, each[AUTHORIZER]) for name, each in schemes.items()}
        integrations: dict[str, str] = {}
        count = 0
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                if method == "options":  # CORS
                    continue
                function = self._function(operation[INTEGRATION]["uri"])
                if function not in integrations:
                    asked = {"IntegrationType": "AWS_PROXY", "IntegrationUri": function, "PayloadFormatVersion": "2.0"}
                    integrations[function] = gateway.create_integration(ApiId=api, **asked)["IntegrationId"]
                named = [name for each in operation.get("security", []) for name in each if name in authorizers]
                guarded = {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizers[named[0]]} if named else {}
                target = f"integrations/{integrations[function]}"
                gateway.create_route(ApiId=api, RouteKey=f"{method.upper()} {path}", Target=target, **guarded)
                count += 1
        return count

    def _authorizer(self, gateway: Any, api: str, name: str, asked: Mapping[str, Any]) -> str:
        made = gateway.create_authorizer(
            ApiId=api,
            Name=name,
            AuthorizerType="REQUEST",
            AuthorizerUri=self._uri(asked["authorizerUri"]),
            AuthorizerPayloadFormatVersion=asked["authorizerPayloadFormatVersion"],
            EnableSimpleResponses=asked["enableSimpleResponses"],
            AuthorizerResultTtlInSeconds=asked["authorizerResultTtlInSeconds"],
            IdentitySource=asked["identitySource"],
        )
        return str(made["AuthorizerId"])

    def _function(self, uri: Mapping[str, str]) -> str:
        """The ARN of the function, or of its alias, that an integration names."""
        return self._uri(uri).partition("functions/")[2].removesuffix("/invocations")

    def _uri(self, uri: Mapping[str, Any]) -> str:
        """A `Fn::Sub` of the processed template, with or without names of its own."""
        asked = uri["Fn::Sub"]
        text, own = asked if isinstance(asked, list) else (asked, {})
        known = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
        known |= {name: self._arn(value) for name, value in own.items()}
        return PLACEHOLDER.sub(lambda found: known.get(found[1]) or self._arn(found[1]), text)

    def _arn(self, named: Any) -> str:
        """Of a function, or of what has an ARN for its physical id, such as an alias."""
        match named:
            case {"Fn::GetAtt": [str() as logical, "Arn"]} | {"Ref": str() as logical}:
                named = logical
        physical = self.resources[str(named).removesuffix(".Arn")]
        return physical if physical.startswith("arn:") else f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical}"
