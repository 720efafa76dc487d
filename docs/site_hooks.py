"""What `mkdocs build` does besides: pages for the files outside docs/ that pages lead to, and links to them.

A link such as `../assets/weights/MODEL_CARD.md` leads out of docs/, which is right in the repository and on
no site. Such a file becomes a page of the site, under `repository/`: Markdown as it is, everything else as
code. So the site is whole wherever it lies, and needs no address of the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PLACE = "repository"
_LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?(?=\))")
_LANGUAGES = {".py": "python", ".json": "json", ".yaml": "yaml", ".toml": "toml"}
_OF_CODE = "---\nhide: [toc]\nsearch:\n  exclude: true\n---\n\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each file outside docs/ that the navigation or a page names, also by way of another."""
    waiting = [DOCS / file.src_uri for file in files.documentation_pages()]
    in_navigation = re.findall(rf"'{PLACE}/([^']+)'", repr(config.nav))
    waiting += [ROOT / name for name in in_navigation]
    known: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in known:
            continue
        known.add(path)
        if not path.is_relative_to(DOCS):
            named = path.relative_to(ROOT).as_posix() in in_navigation
            level = InclusionLevel.INCLUDED if named else InclusionLevel.NOT_IN_NAV
            files.append(File.generated(config, page_of(path), content=content_of(path), inclusion=level))
        if path.suffix == ".md":
            waiting += [target for target in targets_of(path) if not target.is_relative_to(DOCS)]
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Lead the links of a page to where their files are on the site."""
    uri = page.file.src_uri
    here = ROOT / uri.removeprefix(f"{PLACE}/") if uri.startswith(f"{PLACE}/") else DOCS / uri

    def led(link: re.Match[str]) -> str:
        target = (here.parent / link["path"]).resolve()
        if not target.is_file():
            return link[0]  # mkdocs says so
        led_to = os.path.relpath(page_of(target), Path(uri).parent).replace(os.sep, "/")
        return led_to + (link["anchor"] or "")

    return _LINK.sub(led, markdown)


def targets_of(path: Path) -> list[Path]:
    """The files that a Markdown file leads to."""
    links = _LINK.finditer(path.read_text(encoding="utf-8"))
    targets = ((path.parent / link["path"]).resolve() for link in links)
    return [target for target in targets if target.is_file()]


def page_of(path: Path) -> str:
    """Where a file of the repository is on the site, as the source of a page."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    name = path.relative_to(ROOT).as_posix()
    return f"{PLACE}/{name if path.suffix == '.md' else f'{name}.md'}"


def content_of(path: Path) -> str:
    """The text of such a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    fence = "`" * 4
    language = _LANGUAGES.get(path.suffix, "text")
    return f"{_OF_CODE}# {path.name}\n\n{fence}{language}\n{text.rstrip()}\n{fence}\n"
