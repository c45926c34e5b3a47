"""What Stripe's API shows of the settings that Lotbook relies on, compared by a command and named on the operator's page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import stripe

from lotbook.adapters.stripe.client import API_VERSION
from operate.stripe_settings import HARMFUL, WANTED, Endpoint, differences
from tests.operate.terminal import lotbook

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stripe-settings.md"
URL = "https://api.example/v1/webhooks/stripe"
GOOD = Endpoint(URL, "enabled", API_VERSION, WANTED)


def test_the_page_names_every_kind_of_event_that_is_acted_on_and_no_other() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    named = {name for line in rows for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", line.split("|")[1])}
    assert named == WANTED
    assert not WANTED & HARMFUL
    assert "Never `invoice.created`" in PAGE.read_text()


def test_every_kind_exists_at_stripe() -> None:
    """By the SDK's own list of what an endpoint may hear."""
    from stripe.params import _webhook_endpoint_create_params as params

    text = Path(str(params.__file__)).read_text()
    assert [kind for kind in sorted(WANTED | HARMFUL) if f'"{kind}"' not in text] == []


@pytest.mark.parametrize(
    ("endpoints", "told"),
    [
        ((GOOD,), []),
        ((replace(GOOD, kinds=WANTED | {"invoice.payment_succeeded"}), replace(GOOD, url="https://crm.example/")), []),
        ((), ["No endpoint has the address"]),
        ((GOOD, GOOD), ["2 endpoints have the address"]),
        ((replace(GOOD, status="disabled"),), ["is disabled"]),
        ((replace(GOOD, kinds=WANTED - {"invoice.paid", "invoice.voided"}),), ["invoice.paid, invoice.voided"]),
        ((replace(GOOD, kinds=frozenset("*")),), ["invoice.created"]),
        (
            (GOOD, Endpoint("https://crm.example/", "enabled", None, HARMFUL)),
            ["https://crm.example/ hears invoice.created"],
        ),
        ((GOOD, Endpoint("https://crm.example/", "disabled", None, HARMFUL)), []),
        ((replace(GOOD, api_version="2024-06-20"),), ["2024-06-20"]),
    ],
)
def test_what_is_not_as_it_should_be_is_told_in_a_sentence_each(
    endpoints: tuple[Endpoint, ...], told: list[str]
) -> None:
    found = list(differences(URL, endpoints))
    assert len(found) == len(told)
    assert all(part in sentence for part, sentence in zip(told, found, strict=True)), found


def listing(*endpoints: Endpoint) -> Any:
    data = [
        SimpleNamespace(url=each.url, status=each.status, api_version=each.api_version, enabled_events=list(each.kinds))
        for each in endpoints
    ]
    listed = SimpleNamespace(list=lambda _: SimpleNamespace(data=data))
    return SimpleNamespace(v1=SimpleNamespace(webhook_endpoints=listed))


@pytest.mark.parametrize(("endpoints", "code"), [((GOOD,), 0), ((), 1)])
def test_the_exit_code_says_whether_somebody_must_act(
    endpoints: tuple[Endpoint, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "rk_test_secret")
    monkeypatch.setattr(stripe, "StripeClient", lambda *_, **__: listing(*endpoints))
    assert lotbook("deployment", "stripe", URL) == code
    assert "rk_test_secret" not in capsys.readouterr().out


def test_without_a_key_or_with_one_that_is_refused_nothing_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("STRIPE_API_KEY", raising=False)
    assert lotbook("deployment", "stripe", URL) == 3

    def refuse(_: Any) -> Any:
        raise stripe.AuthenticationError("Invalid API Key provided: rk_test_secret")

    refusing = SimpleNamespace(v1=SimpleNamespace(webhook_endpoints=SimpleNamespace(list=refuse)))
    monkeypatch.setenv("STRIPE_API_KEY", "rk_test_secret")
    monkeypatch.setattr(stripe, "StripeClient", lambda *_, **__: refusing)
    assert lotbook("deployment", "stripe", URL) == 3
    captured = capsys.readouterr()
    assert "rk_test_secret" not in captured.out + captured.err
