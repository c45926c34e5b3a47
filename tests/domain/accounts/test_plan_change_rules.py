"""What an upgrade does to bought credits is the policy's word; later work executes it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lotbook.api.requests.policy_document import parse_policy

POLICIES = Path(__file__).resolve().parents[3] / "samplefiles" / "policies"


@pytest.mark.parametrize("policy_id", ["insurestack", "gocontent", "9pic"])
def test_is_26_gc_08_np_54_an_upgrade_keeps_purchased_credits(policy_id: str) -> None:
    policy = parse_policy(yaml.safe_load((POLICIES / f"{policy_id}.yaml").read_text()))
    assert policy.plan_change.upgrade.purchased_credits == "keep"
