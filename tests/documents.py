"""The project's Markdown as forges read it: its code blocks, code within lines, headings and links."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
_MADE = {"build", "dist", "node_modules", "out", "runs", "site"}


@dataclass(frozen=True)
class Piece:
    """A text in a Markdown file. language: of a fence, "" for others."""

    file: Path
    line: int
    text: str
    language: str = ""

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.file.relative_to(ROOT).as_posix()}:{self.line}"


def markdown_files() -> list[Path]:
    """Every Markdown file of the repository that a person wrote."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in _MADE]
    folders = [path for path in folders if path.name == ".github" or not path.name.startswith(".")]
    return sorted([*ROOT.glob("*.md"), *(file for folder in folders for file in folder.rglob("*.md"))])


@functools.cache
def tokens_of(file: Path) -> tuple[Token, ...]:
    """The file, parsed."""
    parser = MarkdownIt("commonmark").enable("table")
    return tuple(parser.parse(file.read_text(encoding="utf-8")))


def blocks(file: Path) -> Iterator[Piece]:
    """Its blocks of code, fenced and indented."""
    for token in tokens_of(file):
        if token.type in ("fence", "code_block") and token.map:
            yield Piece(file, token.map[0] + 1, token.content, token.info.strip())


def codes(file: Path) -> Iterator[Piece]:
    """The code within its lines."""
    for token in tokens_of(file):
        line = token.map[0] + 1 if token.map else 0
        for child in token.children or ():
            if child.type == "code_inline":
                yield Piece(file, line, child.content)


def links(file: Path) -> Iterator[Piece]:
    """Where it leads, pictures included."""
    for token in tokens_of(file):
        line = token.map[0] + 1 if token.map else 0
        for child in token.children or ():
            target = child.attrGet("href") or child.attrGet("src")
            if child.type in ("link_open", "image") and target is not None:
                yield Piece(file, line, unquote(str(target)))


@functools.cache
def anchors(file: Path) -> frozenset[str]:
    """What a link into the file may name: its headings, as forges and the site spell them."""
    found: dict[str, int] = {}
    names = set()
    for opening, inline in pairwise(tokens_of(file)):
        if opening.type == "heading_open":
            text = "".join(child.content for child in inline.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            names.add(f"{slug}-{found[slug]}" if slug in found else slug)
            found[slug] = found.get(slug, 0) + 1
    return frozenset(names | described_names(file))


def described_names(file: Path) -> set[str]:
    """The names of Python that a page of the API describes, which are anchors on the site."""
    return set(re.findall(r"^::: ([\w.]+)$", file.read_text(encoding="utf-8"), re.MULTILINE))


def crowded_lists(file: Path) -> Iterator[Piece]:
    """Lists and tables that follow a line of text at once: the site would take them for more of that text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for token in tokens_of(file):
        if token.type in ("bullet_list_open", "ordered_list_open", "table_open") and token.map:
            first = token.map[0]
            if first and not token.level and lines[first - 1].strip():
                yield Piece(file, first + 1, lines[first])
