"""Reads the project's docstrings for the API pages: what is said of each name becomes a list.

Our docstrings describe a class's values one a line, or a few in a row, as in "joints_2d: (21, 2) float32,
pixels. sigma_2d: (21,) float32." Markdown would run all of them together.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Class, Extension, Function, Object

_NAMED = r"(?:^|(?<=\.\s)|(?<=\.\n))((?:[a-z_]\w*)(?:, [a-z_]\w*)*): "


class DescribedNames(Extension):
    """Turns "name: what it is" into an item of a list where the object has that name."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Read one docstring."""
        if obj.docstring is not None and isinstance(obj, Class | Function):
            obj.docstring.value = listed(obj.docstring.value, names_of(obj))


def names_of(obj: Class | Function) -> set[str]:
    """The names that a docstring may describe: parameters, fields and properties."""
    names = {parameter.name for parameter in obj.parameters}
    return names | set(obj.members)


def listed(text: str, names: set[str]) -> str:
    """The docstring with a list of the names that it describes."""
    paragraphs: list[str] = []
    for paragraph in text.split("\n\n"):
        pieces = re.split(_NAMED, paragraph, flags=re.MULTILINE)
        whole, items, raised = pieces[0], [], []
        for said, what in zip(pieces[1::2], pieces[2::2], strict=True):
            if names >= set(said.split(", ")):
                described, *rest = re.split(r"(?=\bRaises )", " ".join(what.split()), maxsplit=1)
                items.append(f"- **{said}**: {described.strip()}")
                raised += rest
            elif items:
                items[-1] += f" {said}: {' '.join(what.split())}"
            else:
                whole += f"{said}: {what}"
        paragraphs += [whole.strip()] * bool(whole.strip()) + ["\n".join(items)] * bool(items) + raised
    return "\n\n".join(paragraphs)
