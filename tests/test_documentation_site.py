"""The documentation as pages: they are built without a warning, and load nothing from other machines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.documents import ROOT

LOADED = {"audio", "embed", "iframe", "img", "input", "link", "object", "script", "source", "track", "video"}


class _Loads(HTMLParser):
    """Collects what a page loads by itself: not where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element's addresses."""
        named = dict(attrs)
        if tag in LOADED and named.get("rel") not in ("prev", "next", "canonical"):
            self.found += [named[name] or "" for name in ("src", "href", "data", "srcset") if name in named]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    # Not --quiet, with which mkdocs counts no warnings.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


def test_every_page_of_the_navigation_is_there(site: Path) -> None:
    named = re.findall(r"([\w/-]+)\.md$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(named) > 18
    pages = [
        site / f"{name.removesuffix('README')}{'index' * name.endswith('README')}.html" for name in named
    ]
    assert [page for page in pages if not page.is_file()] == []


def test_pages_load_nothing_from_other_machines(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    loads = {address for page in pages for address in _Loads(page.read_text(encoding="utf-8")).found}
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    loads |= {address for style in styles for address in re.findall(r"url\(['\"]?([^)'\"]+)", style)}
    assert len(loads) > 40
    assert {address for address in loads if re.match(r"(https?:)?//", address)} == set()


def test_pages_need_no_font_that_is_fetched(site: Path) -> None:
    assert "fonts.g" not in (site / "index.html").read_text(encoding="utf-8")


def test_files_outside_the_documents_have_pages(site: Path) -> None:
    example = (site / "repository" / "examples" / "unsure_thumb.py.html").read_text(encoding="utf-8")
    assert "open_session" in example
    assert 'href="repository/examples/unsure_thumb.py.html"' in (site / "cookbook.html").read_text(
        encoding="utf-8"
    )


def test_what_docstrings_say_of_names_is_a_list(site: Path) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    assert re.search(r"<li>\s*<p>\s*<strong>sigma_2d</strong>|<li><strong>sigma_2d</strong>", page)
