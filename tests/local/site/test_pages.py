"""The site's pages without its generator: links, navigation, reference, llms.txt, drawings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import docs_site
from local.site import llms, markdown
from local.site.drawings import Box
from local.site.pages import HOME, MORE, Site, read
from local.site.pictures import DRAWINGS
from local.site.stage import lay_out
from lotbook.api.requests.policy_document import parse_policy
from tests.docs import answers, blocks

ROOT = Path(__file__).resolve().parents[3]
WIDTH_OF_A_LETTER = 7.6  # of 14 px, on average, in the widest of the usual fonts


@pytest.fixture(scope="module")
def site() -> Site:
    return docs_site.site()


def test_every_link_of_every_page_leads_somewhere(site: Site) -> None:
    assert not site.broken


def test_every_page_of_docs_stands_in_the_navigation(site: Site) -> None:
    """A page that is forgotten in docs/index.md is found under `More` all the same."""
    listed = [place for section in site.sections for place in section.pages]
    below = ("decisions/", "reference/")
    assert {*listed, "index.md"} | {each for each in site.pages if each.startswith(below)} == set(site.pages)
    items = re.findall(r"^\* \[[^\]]+\]\(([^)#]+)\)", (ROOT / HOME).read_text(), re.MULTILINE)
    assert len(items) == len(set(items)), "a page stands in the list twice"
    assert [section.title for section in site.sections if section.title != MORE][:3] == ["Start", "Guides", "Reference"]


@pytest.mark.parametrize(
    ("link", "broken"),
    [
        ("[a](other.md)", False),
        ("[a](other.md#a-place)", False),
        ("[a](../code.py)", False),
        ("[a](https://example.com/nothing)", False),
        ("`[a](gone.md)`", False),
        ("[a](gone.md)", True),
        ("[a](other.md#no-place)", True),
        ("[a](#no-place)", True),
        ("[a](../folder)", True),
        ("[a](../../outside.md)", True),
        ("![a](gone.png)", True),
    ],
)
def test_a_link_to_nothing_is_found(tmp_path: Path, link: str, broken: bool) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "code.py").write_text("pass\n")
    (tmp_path / HOME).write_text(f"# Home\n\nSee {link}.\n\n## Start\n* [Other](other.md): more.\n")
    (tmp_path / "docs" / "other.md").write_text("# Other\n\n## A place\n")
    assert bool(read(tmp_path, {}).broken) is broken


def test_links_become_the_sites_own_and_files_come_along(site: Site, tmp_path: Path) -> None:
    assert "(domain.md)" in site.pages["concepts.md"]
    assert "(policy-fields.md)" in site.pages["policies-by-example.md"]
    assert "(files/docs/minimal.yaml)" in site.pages["policies-by-example.md"]
    lay_out(site, ROOT, tmp_path / "pages", tmp_path / "extra")
    for place, text in site.pages.items():
        for target in markdown.targets(text):
            if "://" not in target and not target.startswith(("#", "mailto:")):
                assert ((tmp_path / "pages" / place).parent / target.partition("#")[0]).exists(), f"{place}: {target}"


def test_the_reference_has_every_operation_and_every_example(site: Site) -> None:
    reference = docs_site.reference()
    text = "\n".join(body for place, body in site.pages.items() if place.startswith("reference/"))
    for operation in reference.operations():
        assert f"`{operation.method} {operation.path}`" in text
    for language in blocks.RUN:
        assert text.count(f"```{language}\n") == len(reference.operations())


def test_the_references_own_links_hold(site: Site) -> None:
    for place, text in site.pages.items():
        if place.startswith("reference/"):
            for target in set(markdown.targets(text)):
                path, _, anchor = target.partition("#")
                found = (Path("/") / place).parent.joinpath(path).resolve().as_posix()[1:]
                assert found in {*site.pages, *site.files.values()}, f"{place}: {target}"
                assert not anchor or anchor in markdown.anchors(site.pages[found]), f"{place}: {target}"


def test_llms_txt_lists_every_page_of_the_navigation_and_the_full_one_has_their_text(site: Site) -> None:
    made = llms.files(site)
    assert made[llms.SHORT].startswith("# Lotbook\n\n> Prepaid credits")
    listed = re.findall(r"^- \[.+\]\((.+?)\)", made[llms.SHORT], re.MULTILINE)
    assert set(listed) >= {place for section in site.sections for place in section.pages}
    assert all(place in made for place in listed), "each is there as Markdown"
    assert site.pages["first-burn.md"] in made[llms.FULL]
    assert "## Burn credits" in made[llms.FULL]


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_words_of_a_drawing_have_room(name: str) -> None:
    drawing = DRAWINGS[name]
    for box in (part for part in drawing.parts if isinstance(part, Box)):
        assert max(map(len, box.words)) * WIDTH_OF_A_LETTER <= box.width - 8, box
        assert box.at[0] + box.width <= drawing.size[0]
        assert box.at[1] + box.height <= drawing.size[1]


def policies() -> list[tuple[str, str, str]]:
    """Place, text and the file that it is said to come from, of every YAML block."""
    found = []
    for page, text in blocks.pages().items():
        lines = text.splitlines()
        for block in blocks.of(page, text):
            if block.language == "yaml":
                said = re.fullmatch(r"<!-- from (\S+) -->", lines[block.line - 2])
                found.append((block.place, block.text, said[1] if said else ""))
    return found


@pytest.mark.parametrize(("place", "text", "source"), policies(), ids=[place for place, _, _ in policies()])
def test_a_policy_in_a_page_is_one(place: str, text: str, source: str) -> None:
    """Whole ones are read by the checker; an excerpt says where it is from, and stands there."""
    shown = yaml.safe_load(text)
    if source:
        assert not list(answers.differences(shown, yaml.safe_load((ROOT / source).read_text())))
    else:
        parse_policy(shown)


def test_the_smallest_policy_of_the_page_is_the_file() -> None:
    (shown,) = [yaml.safe_load(text) for _, text, source in policies() if not source]
    assert shown == yaml.safe_load((ROOT / "docs" / "minimal.yaml").read_text())


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {}),
        ([1], [1, 1]),
        ({"code": "hold_closed"}, {"code": "hold_lapsed"}),
        ({"at": "2026-01-01T00:00:00Z"}, {"at": None}),
        ({"id": "lot_01m8d6qm1r83k7ww8bsq20m74h"}, {"id": "x"}),
    ],
)
def test_what_differs_from_what_a_page_shows_is_found(shown: Any, came: Any) -> None:
    assert list(answers.differences(shown, came))


def test_ids_and_instants_are_compared_by_their_kind() -> None:
    one = {"id": "lot_01m8d6qm1r83k7ww8bsq20m74h", "at": "2026-01-01T00:00:00Z", "n": 3}
    other = {"id": "lot_01m8d6qm1r83k7ww8bsq20m7ff", "at": "2027-01-01T00:00:00Z", "n": 3, "more": 1}
    assert not list(answers.differences(one, other))
