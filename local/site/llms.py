"""`llms.txt` and `llms-full.txt`: the site for readers that are programs (llmstxt.org)."""

from __future__ import annotations

from collections.abc import Iterator

from local.site import markdown
from local.site.pages import Section, Site

SHORT, FULL = "llms.txt", "llms-full.txt"
LONGEST_SUMMARY = 200
NOT_IN_FULL = ("changelog.md", "decisions/", "reference/shapes.md")  # history, and what openapi.json says in less


def files(site: Site) -> dict[str, str]:
    """Both, and every page as Markdown beside its HTML."""
    home = site.pages["index.md"]
    head = f"# {markdown.title(home)}\n\n> {markdown.summary(home)}\n"
    short = head + "".join(_section(site, section) for section in site.sections)
    full = head + "".join(f"\n\n---\nPage: {place}\n\n{site.pages[place]}" for place in _order(site))
    return {SHORT: short, FULL: full, **site.pages}


def _section(site: Site, section: Section) -> str:
    return f"\n## {section.title}\n\n" + "".join(
        f"- [{markdown.title(site.pages[place])}]({place}){_told(site.pages[place])}\n"
        for place in _with_parts(site, section)
    )


def _with_parts(site: Site, section: Section) -> Iterator[str]:
    """The reference by its pages; the decisions by their list."""
    for place in section.pages:
        yield place
        if place == "reference/index.md":
            yield from sorted(each for each in site.pages if each.startswith("reference/") and each != place)


def _told(text: str) -> str:
    words = markdown.summary(text)
    if not words:
        return ""
    return f": {words if len(words) <= LONGEST_SUMMARY else words[:LONGEST_SUMMARY].rsplit(' ', 1)[0] + ' ...'}"


def _order(site: Site) -> Iterator[str]:
    for section in site.sections:
        for place in _with_parts(site, section):
            if not place.startswith(NOT_IN_FULL):
                yield place
