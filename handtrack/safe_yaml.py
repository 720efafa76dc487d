"""YAML from files that nobody vouches for: plain values or one named error, in bounded time and memory."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from handtrack.plain_text import printable

if TYPE_CHECKING:
    _FastLoader = yaml.SafeLoader
else:
    # libyaml is many times as fast as PyYAML's own reader; some builds lack it.
    _FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_LEVELS: Final = 50
"""Levels of sections in sections: settings and manifests have five, and readers of values recurse."""
_MOST_DIGITS: Final = 100
"""Python takes for ever over the digits of long numbers, and refuses to write them out."""
_NUMBERS: Final = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


class YamlError(ValueError):
    """A text is not YAML, or not the plain YAML that is read here; one line says why and in which line."""


def load_yaml(path: Path, *, most_bytes: int) -> object:
    """The value in a YAML file of at most most_bytes bytes, UTF-8 with or without a mark of it.

    Raises YamlError as `parse_yaml` does, or where the file is larger, and OSError where it cannot be read.
    """
    # Not by its size: devices and pipes have none.
    with path.open("rb") as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise YamlError(f"it is larger than {most_bytes / 1e6:g} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise YamlError("it is not UTF-8 text") from None
    return parse_yaml(text)


def parse_yaml(text: str) -> object:
    """The value of a YAML text: mappings, lists, texts, numbers, dates, None.

    Raises YamlError for anything else: no YAML, a key given twice, aliases, values that their type does not
    allow, numbers of more than 100 digits, more than 50 levels.
    """
    try:
        _check_structure(text)
        loader = _PlainLoader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = "" if mark is None else f"line {mark.line + 1}: "
        raise YamlError(printable(f"{where}{error.problem:.200}")) from None
    except Exception as error:
        # PyYAML lets out whatever a value raises on its way: ValueError, KeyError, IndexError and others.
        raise YamlError(printable(f"{error!s:.200}" or type(error).__name__)) from None


def _check_structure(text: str) -> None:
    """Raise MarkedYAMLError for aliases and deep nesting, before anything recurses."""
    depth = 0
    for event in yaml.parse(text, Loader=_FastLoader):
        if isinstance(event, yaml.AliasEvent):
            # They could make values that contain themselves or that fill the memory.
            raise _error("aliases (*name) are not allowed", event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_LEVELS:
            raise _error("it is nested too deeply", event)


class _PlainLoader(_FastLoader):
    """A safe loader that refuses what PyYAML takes silently, and says where a value is wrong."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag in _NUMBERS and len(node.value) > _MOST_DIGITS:
            raise _error(f"a number of {len(node.value)} characters", node)
        try:
            return super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except Exception:
            kind = node.tag.rpartition(":")[2]
            raise _error(f"{node.value!r:.60} is not of the type {kind!r}", node) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            if key.value in seen:  # where PyYAML keeps the last one
                raise _error(f"the key {key.value!r:.60} is given twice", key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _error(problem: str, where: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)
