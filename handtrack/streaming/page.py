"""The page that draws the hands in a browser; it is one file, and asks for nothing else."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def page_bytes() -> bytes:
    """The page `page.html`, as a browser is given it."""
    return (Path(__file__).parent / "page.html").read_bytes()
