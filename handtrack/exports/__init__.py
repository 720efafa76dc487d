"""Sessions written for other programs, one file of this room for each format; see docs/exports.md.

A new format is a file with its name and a function `write(job, path)`, and a line in `formats.py`.

The names are loaded when first used: what lists the formats on the command line must not wait for Arrow.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handtrack.exports.export import export_session
    from handtrack.exports.formats import FORMATS

_HOMES = {"FORMATS": "formats", "export_session": "export"}

__all__ = ["FORMATS", "export_session"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
