"""Policy documents: what is wrong is named by path, with what was found and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local.policies import SAMPLES, read_document, sample_policies
from lotbook.api.requests import schemas
from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.policy.findings import shown
from lotbook.domain.policy.stored import read_policy
from lotbook.domain.values.regions import REGIONS
from tests.fakes.policy_documents import DROP, NAMES, changed, document, errors_of


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_file_is_valid_and_named_after_its_policy(name: str) -> None:
    assert parse_policy(document(name)).policy_id == name
    assert [path.stem for path in sample_policies()] == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_survives_json(name: str) -> None:
    made = document(name)
    assert parse_policy(json.loads(json.dumps(made))) == parse_policy(made)


MUTATIONS: list[tuple[str, str, object, str, str]] = [
    # policy, path, value, what is found, part of what is allowed
    ("make", "starting_plan_id", DROP, "nothing", "required"),
    ("make", "plans.1.title", DROP, "nothing", "required"),
    ("make", "plan_change.upgrade.plan_credits", DROP, "nothing", "required"),
    ("make", "plans.1.prise", 5, "an unknown field", "prices_minor"),
    ("make", "colour", "red", "an unknown field", "starting_plan_id"),
    ("make", "plan_change.upgrade.x", 1, "an unknown field", "plan_credits, purchased_credits, resets_cycle"),
    ("make", "top_up.companions.0.x", 1, "an unknown field", "unit, per_credit"),
    ("make", "plans.1.credits", "10000", '"10000"', "an integer"),
    ("make", "plans.1.credits", True, "true", "an integer"),
    ("make", "plans.1.credits", -1, "-1", "0 to 1000000000000"),
    ("make", "plans.1.title", 7, "7", "a text"),
    ("make", "plans.1.top_up_allowed", "yes", '"yes"', "true or false"),
    ("make", "plans.1.top_up_allowed", 1, "1", "true or false"),
    ("make", "plans", {}, "{}", "a list"),
    ("make", "plans", [], "0 plans", "1 to 100"),
    ("make", "plans.1", "core", '"core"', "an object"),
    ("make", "plans.1.prices_minor", [], "[]", "an object"),
    ("make", "plans.1.interval", "weekly", '"weekly"', "'month'"),
    ("make", "top_up.mode", "any", '"any"', "'quantity'"),
    ("make", "burn_order.0", "gift", '"gift"', "'free'"),
    ("make", "burn_order", ["free", "plan", "purchased"], '["free", "plan", "purchased"]', "exactly once"),
    (
        "make",
        "burn_order",
        ["free", "free", "plan", "purchased"],
        '["free", "free", "plan", "purchased"]',
        "promotional",
    ),
    ("make", "buyers", ["owner", "owner"], '["owner", "owner"]', "each once"),
    ("make", "buyers", [], "[]", "at least one"),
    ("make", "buyers.0", "boss", '"boss"', "'owner'"),
    ("make", "units", [], "[]", "at least one unit"),
    ("make", "units.1", "Data transfer", '"Data transfer"', "lower-case"),
    ("make", "policy_id", "a b", '"a b"', "letters"),
    ("make", "policy_id", "x" * 65, '"' + "x" * 65 + '"', "at most 64"),
    ("make", "plans.1.plan_id", "free", '"free"', "each id once"),
    ("make", "plans.1.plan_id", "-free", '"-free"', "no sign in front"),
    ("make", "starting_plan_id", "gold", '"gold"', "one of free, core-10k"),
    ("make", "starting_plan_id", "enterprise", '"enterprise"', "one of free, core-10k"),
    ("make", "free_credits", -1, "-1", "0 to 1000000000000"),
    ("make", "free_credits", 10**20, str(10**20), "0 to 1000000000000"),
    ("make", "title", "", '""', "1 to 500 printable"),
    ("make", "title", "x" * 501, '"' + "x" * 76 + "...", "1 to 500 printable"),
    ("make", "plans.1.title", "a\nb", '"a\\nb"', "printable"),
    ("make", "plans.1.level", 10**20, str(10**20), "at most"),
    ("9pic", "recheck_after_minutes", 10**20, str(10**20), "1 to 43200"),
    ("9pic", "alerts.term_ends_within_days", 0, "0", "1 to 366"),
    ("9pic", "advice.buffer_percent", -1, "-1", "1 or more"),
    ("9pic", "consent.version", "x" * 65, '"' + "x" * 65 + '"', "1 to 64"),
    ("9pic", "support.email", "", '""', "printable"),
    ("9pic", "costs.0.rates", {"": "1"}, '""', "printable"),
    ("9pic", "plans.0.credit_period_months", 10**6, "1000000", "1 to 120"),
    ("make", "currencies.default", "xxx", '"xxx"', "usd"),
    ("make", "currencies.default", "USD", '"USD"', "usd"),
    ("9pic", "currencies.by_region.india", "inr", '"india"', "two capital letters"),
    ("9pic", "payment.0.currency", "yyy", '"yyy"', "usd"),
    ("9pic", "payment.1.region", "US", "2 rules", "neither region nor currency"),
    ("9pic", "payment", [], "0 rules", "neither region nor currency"),
    ("9pic", "taxes.0.rate", "18", '"18"', '"0.18"'),
    ("9pic", "taxes.0.rate", "-0.18", '"-0.18"', '"0.18"'),
    ("9pic", "taxes.0.rate", 0.18, "0.18", "decimal in quotes"),
    ("9pic", "taxes.0.rate", "much", '"much"', "decimal in quotes"),
    ("9pic", "taxes.0.rate", "NaN", '"NaN"', "decimal in quotes"),
    ("9pic", "top_up.unit_prices.usd", 0.02, "0.02", "decimal in quotes"),
    ("9pic", "top_up.unit_prices.usd", "0", '"0"', "above 0"),
    ("9pic", "top_up.unit_prices.usd", "-0.02", '"-0.02"', "above 0"),
    ("9pic", "top_up.unit_prices.usd", "0.0000000000001", '"0.0000000000001"', "at most 12 of them after"),
    ("9pic", "top_up.unit_prices", {"usd": "0.02"}, '{"usd": "0.02"}', "a price in each of inr, usd"),
    ("9pic", "plans.1.prices_minor", {"usd": 20_000}, '{"usd": 20000}', "a price in each of inr, usd"),
    ("9pic", "plans.1.prices_minor.usd", 49, "49", "50 to 99999999"),
    ("9pic", "plans.1.prices_minor.usd", 100_000_000, "100000000", "50 to 99999999"),
    ("9pic", "plans.1.term_days", 0, "0", "with interval term"),
    ("9pic", "plans.1.term_days", DROP, "null", "with interval term"),
    ("9pic", "plans.0.term_days", 30, "30", "only with interval term"),
    ("9pic", "plans.0.prices_minor", {"usd": 100, "inr": 100}, '{"usd": 100, "inr": 100}', "without an interval"),
    ("9pic", "plans.2.contact_url", "http://x", '"http://x"', "https"),
    ("9pic", "plans.1.level", 0, "0", "another level"),
    ("9pic", "consent.url", "ftp://x", '"ftp://x"', "https"),
    ("9pic", "consent.version", "", '""', "names the version"),
    ("9pic", "consent.kind", "terms", '"terms"', "'refund_policy'"),
    ("9pic", "advice.beyond_sizes_plan_id", "gold", '"gold"', "one of payg, pro"),
    ("9pic", "costs.0.rates.photo", "-1", '"-1"', "0 to 1000000000000"),
    ("9pic", "costs.1.action", "process_with_ai", '"process_with_ai"', "each action once"),
    ("9pic", "assumptions.0.path", "consent.colour", '"consent.colour"', "a dotted path"),
    ("9pic", "top_up.packs", [{"pack_id": "a", "credits": 1, "prices_minor": {}}], "1 packs", "only with mode packs"),
    ("9pic", "checkout_ttl_minutes", 30, "30", "31 to 1439"),
    ("9pic", "checkout_ttl_minutes", 1_440, "1440", "31 to 1439"),
    ("9pic", "recheck_after_minutes", 0, "0", "1 to 43200"),
    ("make", "top_up.step", 0, "0", "1 to"),
    ("make", "top_up.min", 1_500, "1500", "a multiple of step"),
    ("make", "top_up.min", 0, "0", "a multiple of step"),
    ("make", "top_up.max", 500, "500", "from min"),
    ("make", "top_up.max", 2_500, "2500", "a multiple of step"),
    ("make", "top_up.unit_prices", {"usd": "1"}, '{"usd": "1"}', "pricing fixed"),
    ("make", "top_up.validity.months", 3, "3", "only with rule after_purchase"),
    ("make", "top_up.companions.0.unit", "credits", '"credits"', "other than the first"),
    ("make", "top_up.companions.0.per_credit", "0", '"0"', "above 0"),
    ("make", "plans.0.top_up_allowed", True, "true", "without price or credits"),
    ("make", "plans.2.credit_period_months", 5, "5", "dividing the 12 months"),
    ("make", "plans.1.credit_period_months", 0, "0", "dividing the 1 months"),
    ("make", "plans.2.top_up_validity", {"rule": "after_purchase"}, "null", "with rule after_purchase"),
    ("make", "auto_top_up.credits", 1_500, "1500", "a multiple of top_up.step"),
    ("make", "auto_top_up.credits", 0, "0", "a multiple of top_up.step"),
    ("make", "auto_top_up.surcharge_rate", "30", '"30"', '"0.30"'),
    ("make", "auto_top_up", None, "true", "only with auto_top_up"),
    ("make", "alerts.purchased_used_percent", [90, 75], "[90, 75]", "ascending"),
    ("make", "alerts.purchased_used_percent", [0], "[0]", "from 1 to 100"),
    ("insurestack", "top_up.validity.months", 0, "0", "1 to 1200"),
    ("insurestack", "top_up.validity.months", DROP, "null", "1 to 1200"),
    ("insurestack", "plan_change.upgrade.plan_credits", "convert", '"convert"', "pricing is plan"),
    ("diaflow", "top_up.packs", [], "0 packs", "1 to 100"),
    ("diaflow", "top_up.packs.1.pack_id", "credits-2000", '"credits-2000"', "each id once"),
    ("diaflow", "top_up.packs.1.credits", 2_000, "2000", "each size once"),
    ("diaflow", "top_up.packs.0.credits", 0, "0", "1 to"),
    ("diaflow", "top_up.packs.0.prices_minor.usd", 10, "10", "50 to 99999999"),
    ("diaflow", "top_up.packs.0.prices_minor", {}, "{}", "a price in each of usd"),
    ("diaflow", "top_up.pricing", "plan", '"plan"', "only with mode quantity"),
    ("diaflow", "top_up.mode", "quantity", "{}", "a price in each of usd"),
    ("diaflow", "auto_top_up", {"credits": 2_000}, "top_up.mode packs", "only with top_up.mode quantity"),
]
# Where the finding is somewhere else than the change.
ELSEWHERE = {
    ("9pic", "payment.1.region"): "payment",
    ("make", "auto_top_up", None): "plans.1.auto_top_up_allowed",
    ("make", "plans.2.top_up_validity"): "plans.2.top_up_validity.months",
    ("diaflow", "top_up.mode"): "top_up.unit_prices",
}


@pytest.mark.parametrize(("name", "path", "value", "found", "allowed"), MUTATIONS)
def test_what_is_wrong_is_named_with_path_found_and_allowed(
    name: str, path: str, value: object, found: str, allowed: str
) -> None:
    errors = errors_of(changed(name, path, value))
    place = ELSEWHERE.get((name, path, value) if value is None else (name, path), path)
    assert place in errors, errors
    error = errors[place]
    assert error["found"] == found
    assert allowed in error["allowed"]
    assert error["message"] == f"found {error['found']}; allowed: {error['allowed']}"
    assert set(error) == {"field", "code", "message", "found", "allowed"}


DECIMALS = [
    ("9pic", "taxes.0.rate"),
    ("make", "auto_top_up.surcharge_rate"),
    ("make", "top_up.companions.0.per_credit"),
    ("9pic", "top_up.unit_prices.usd"),
    ("9pic", "costs.0.rates.photo"),
    ("diaflow", "costs.4.flat"),
]
NO_DECIMALS = [
    "1_0",
    " 1",
    "1 ",
    "\N{FULLWIDTH DIGIT ONE}",
    "\N{ARABIC-INDIC DIGIT ONE}",
    "+1",
    "1.",
    ".5",
    "01",
    "1E0",
    "1e-2",
    "0.1E1",
    "1E+999999",
    "1E-1000000",
    "0E-1000000",
    "-",
    "",
    "Infinity",
    "0." + "9" * 200,
    "1" * 14,
]


@pytest.mark.parametrize(("name", "path"), DECIMALS)
def test_s6_every_decimal_of_a_policy_has_one_grammar(name: str, path: str) -> None:
    for text in NO_DECIMALS:
        error = errors_of(changed(name, path, text))[path]
        assert (error["found"], error["code"]) == (shown(text), "type"), text
        assert "for example" in error["allowed"], text
    assert parse_policy(changed(name, path, "0.125"))


@pytest.mark.parametrize("path", ["taxes.0.rate", "auto_top_up.surcharge_rate"])
def test_s6_a_rate_has_at_most_six_decimals_so_that_every_purchase_under_it_can_be_stored(path: str) -> None:
    made = changed("make", "taxes", [{"name": "VAT", "rate": "0.2"}])
    *steps, last = path.split(".")
    place: Any = made
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[last] = "0.088750"
    assert parse_policy(made)
    place[last] = "0.0887501"
    assert "at most 6 decimals" in errors_of(made)[path]["allowed"]


def test_s6_a_decimal_of_an_older_version_is_still_read_as_it_was_published() -> None:
    assert read_policy(changed("9pic", "taxes.0.rate", "1_0E-2")).taxes[0].rate == Decimal("0.10")


@pytest.mark.parametrize("region", ["UK", "EL", "EU", "XX", "us", "USA", ""])
def test_n1_a_region_that_no_account_can_have_is_refused_wherever_a_policy_names_one(region: str) -> None:
    taxed = changed("9pic", "taxes.0", {"name": "VAT", "rate": "0.2", "region": region})
    paid = changed("9pic", "payment.0.region", region)
    priced = changed("9pic", "currencies.by_region", {region: "inr"})
    paths = ["taxes.0.region", "payment.0.region", f"currencies.by_region.{region}"]
    for made, path in zip([taxed, paid, priced], paths, strict=True):
        assert "ISO 3166" in errors_of(made)[path]["allowed"], path


@pytest.mark.slow
def test_n1_every_region_of_a_policy_is_one_that_an_account_can_be_opened_in() -> None:
    for region in sorted(REGIONS):
        assert parse_policy(changed("9pic", "taxes.0", {"name": "VAT", "rate": "0.2", "region": region}))
        body = {"account_id": "a", "policy_id": "p", "region": region, "email": "a@example.com"}
        assert schemas.read(schemas.AccountBody, body).region == region


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({"currency": "gbp"}, "accounts of this policy have: inr, usd"),
        ({"currency": "xxx"}, "accounts of this policy have: inr, usd"),
        ({"currency": "usd", "region": "IN"}, "accounts in IN of this policy have: inr"),
        ({"currency": "inr", "region": "US"}, "accounts in US of this policy have: usd"),
    ],
)
def test_n1_a_rule_that_no_account_can_match_is_refused_since_nobody_would_ever_be_taxed_by_it(
    rule: dict[str, str], allowed: str
) -> None:
    taxed = changed("9pic", "taxes.0", {"name": "VAT", "rate": "0.2", **rule})
    paid = changed("9pic", "payment.0", {"label": "Pay", **rule})
    assert allowed in errors_of(taxed)["taxes.0.currency"]["allowed"]
    assert allowed in errors_of(paid)["payment.0.currency"]["allowed"]


@pytest.mark.parametrize("made", [None, [], "policy", 5, {}])
def test_a_document_that_is_no_policy_is_refused(made: object) -> None:
    assert errors_of(made)


@pytest.mark.parametrize("path", [*SAMPLES.rglob("*.yaml")], ids=lambda path: path.stem)
def test_a_published_document_is_read_back_as_the_policy_it_was_checked_as(path: Path) -> None:
    made = read_document(path)
    assert read_policy(json.loads(json.dumps(made))) == parse_policy(made)


def test_a_stored_version_stays_readable_when_the_model_or_its_rules_have_changed() -> None:
    stricter = changed("make", "checkout_ttl_minutes", 5)
    assert errors_of(stricter)
    assert read_policy(stricter).checkout_ttl_minutes == 5
    assert read_policy({**document("make"), "field_of_a_later_model": 1}) == parse_policy(document("make"))
    assert read_policy(changed("make", "recheck_after_minutes", DROP)).recheck_after_minutes == 15


def test_several_mistakes_are_told_at_once() -> None:
    made = changed("make", "plans.1.credits", "x")
    made["plans"][2]["title"] = 5
    assert {"plans.1.credits", "plans.2.title"} <= set(errors_of(made))


def test_nesting_without_end_is_refused() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    assert "at most 16 levels" in next(iter(errors_of(changed("make", "advice", deep)).values()))["allowed"]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a document with its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, item in items:
        yield from leaves(item, f"{path}.{key}" if path else str(key))


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_a_sample_can_be_replaced_by_an_object_or_a_float(name: str) -> None:
    """D33: every leaf has a type, and none is a float."""
    checked = 0
    for path, _ in leaves(document(name)):
        for strange in ({"strange": 1}, 1.5):
            errors = errors_of(changed(name, path, strange))
            assert any(field == path or field.startswith(path) for field in errors), (path, errors)
            checked += 1
    assert checked > 50
