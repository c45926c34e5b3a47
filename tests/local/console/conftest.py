"""One console for a whole file of tests: opening the accounts takes longer than all that is done to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.policies import read_document, sample_policies
from local.run_secrets import ALL_SCOPES, RunSecrets
from local.stripe_stand_in import serve
from lotbook import wiring
from tests import table as tables
from tests.functions.conftest import ENVIRONMENT, clear_wiring
from tests.local.console.a_console import PORT, Opened, opened
from tests.quick_moto import mock_aws

OPENED_AT = "2026-11-01T09:00:00Z"


@pytest.fixture(scope="module")
def port() -> int:
    """Where a browser would find it; nobody listens there unless a test does."""
    return PORT


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Opened]:
    """With the account `insurestack`, which has 10 free credits, and `9pic`, which asks for consent."""
    directory = tmp_path_factory.mktemp("run")
    secrets = RunSecrets.of(directory / "secrets.json")
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in {**ENVIRONMENT, "CLOCK_FILE": str(directory / "clock.json")}.items():
            patch.setenv(name, value)
        made = opened(directory, secrets.service_keys[ALL_SCOPES], secrets.webhook_secret, port)
        server = serve(made.stand_in, 0)
        patch.setenv("GATEWAY_API_BASE", server.url)
        clear_wiring()
        _begin(made, secrets)
        yield made
        made.stand_in.close()
        server.close()
    clear_wiring()


def _begin(made: Opened, secrets: RunSecrets) -> None:
    table = wiring.table()
    tables.create(table.client, table.name)
    parameters = {"GATEWAY_KEY_PARAMETER": "sk_test_x", "WEBHOOK_SECRETS_PARAMETER": secrets.webhook_secret}
    ssm = wiring._client("ssm")
    for name, value in parameters.items():
        ssm.put_parameter(Name=ENVIRONMENT[name], Value=value, Type="SecureString")
    made.control.clock.change({"now": OPENED_AT})
    secrets.register(wiring.service_keys(), made.control.clock.now())
    for path in sample_policies():
        if path.stem in ("insurestack", "9pic"):
            made.api("PUT", f"/v1/policies/{path.stem}", read_document(path))
            body = {"account_id": path.stem, "policy_id": path.stem, "region": "US", "email": "a@demo.example.com"}
            made.api("POST", "/v1/accounts", body)
