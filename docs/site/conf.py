"""How Sphinx makes the site of what `local.docs_site` has laid out. Nothing in it is fetched when a page is read."""

import os
from pathlib import Path

project = "Lotbook"
author = "Lotbook"
extensions = ["myst_parser"]
myst_heading_anchors = 4  # links to headings, as on a forge
html_theme = "furo"
html_title = "Lotbook"
html_copy_source = False  # every page is there as Markdown, beside its HTML
html_show_sourcelink = False
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["lotbook.css"]
html_extra_path = [os.environ["SITE_EXTRA"]]  # llms.txt and the pages as Markdown
exclude_patterns: list[str] = []
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1d4ed8", "color-brand-content": "#1d4ed8"},
    "dark_css_variables": {"color-brand-primary": "#93c5fd", "color-brand-content": "#93c5fd"},
}
