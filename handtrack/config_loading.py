"""Read a typed model from YAML files and `--set a.b=c` overrides, with messages a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from handtrack.errors import ConfigError
from handtrack.plain_text import printable
from handtrack.safe_yaml import MOST_LEVELS, YamlError, load_yaml, parse_yaml

Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str, ...]

_MOST_BYTES: Final = 200_000
"""Of a settings file: the shipped ones stay below a fortieth of it, and the worst is read in 2 s."""
_MOST_PROBLEMS: Final = 10
"""That one message tells of."""


def load_typed(model: type[Model], layers: Sequence[Path | str], overrides: Sequence[str] = ()) -> Model:
    """A validated model from YAML files, later ones over earlier ones, then "section.key=value" overrides.

    A layer that is no path is such an override as well, between the files.

    Raises ConfigError with each bad key's path, the value found, where it was set, the allowed values and a
    near match.
    """
    values: dict[str, Any] = {}
    origins: dict[KeyPath, str] = {}
    for layer in (*layers, *overrides):
        if isinstance(layer, Path):
            _merge(values, _read_yaml(layer), str(layer), origins)
        else:
            _merge(values, _parse_override(layer), f"--set {_short(layer)}", origins)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_describe(error, model, origins)) from None


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = load_yaml(path, most_bytes=_MOST_BYTES)
    except OSError as error:
        raise ConfigError(f"settings file {path} cannot be read: {error.strerror or error}") from None
    except YamlError as error:
        raise ConfigError(f"settings file {path} is not YAML: {error}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"settings file {path} must hold sections such as 'tracker:', not {_shown(values)}")
    # A section whose settings are all commented out is an empty one.
    return {str(key): {} if value is None else value for key, value in values.items()}


def _parse_override(text: str) -> dict[str, Any]:
    key, separator, value = text.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not separator or not all(parts) or len(parts) > MOST_LEVELS:
        raise ConfigError(f"--set {_short(text)} is not of the form section.key=value")
    try:
        nested: Any = parse_yaml(value)
    except YamlError as error:
        raise ConfigError(f"--set {_short(text)}: the value is not YAML: {error}") from None
    for part in reversed(parts):
        nested = {part: nested}
    return nested


def _merge(
    base: dict[str, Any], extra: dict[Any, Any], origin: str, origins: dict[KeyPath, str], above: KeyPath = ()
) -> None:
    for key, value in extra.items():
        name = str(key)
        path = (*above, name)
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            _merge(base[name], value, origin, origins, path)
        elif isinstance(value, dict) and value:
            base[name] = {}
            _merge(base[name], value, origin, origins, path)
        else:
            base[name] = value
            origins.pop(path, None)  # the newest stands last
            origins[path] = origin


def _describe(error: ValidationError, model: type[BaseModel], origins: dict[KeyPath, str]) -> str:
    problems: dict[str, str] = {}  # by key: a union reports one problem for each of its members
    for item in error.errors(include_url=False):
        if len(problems) == _MOST_PROBLEMS:
            problems["more"] = f"and more of {error.error_count()} in all"
            break
        path, allowed, choices = _look_up(model, tuple(str(part) for part in item["loc"]))
        key = _short(".".join(path))
        if item["type"] == "value_error" and isinstance(item["input"], dict):
            found = str(item["ctx"]["error"])  # a rule on several settings, which says itself what is wrong
        elif item["type"] == "extra_forbidden":
            found = f"unknown setting{_near(path[-1], choices)} Allowed: {allowed}"
        elif item["type"] == "missing":
            found = f"missing. Allowed: {allowed}"
        else:
            found = (
                f"{_shown(item['input'])} is not allowed{_near(item['input'], choices)} Allowed: {allowed}"
            )
        problems[key] = f"{key}{_origin(path, origins)}: {found}".strip()
    return printable("; ".join(problems.values()))


def _origin(path: KeyPath, origins: dict[KeyPath, str]) -> str:
    for known, origin in reversed(origins.items()):
        shared = min(len(known), len(path))
        if known[:shared] == path[:shared]:
            return f" ({origin})"
    return ""


def _near(value: Any, choices: Sequence[str]) -> str:
    matches = difflib.get_close_matches(str(value), choices, n=1)
    return f", did you mean {matches[0]!r}?" if matches else "."


def _look_up(model: type[BaseModel], location: KeyPath) -> tuple[KeyPath, str, list[str]]:
    """The setting's path within the location, the text of what it allows, and the words to match a typo with.

    A location may end in the name of a union's member, which is no part of the setting's path.
    """
    schema = model.model_json_schema()
    here = schema
    for depth, part in enumerate(location):
        keys = here.get("properties", {})
        if part not in keys:
            if not keys:
                return location[:depth], _allowed(here), [str(value) for value in here.get("enum", [])]
            return location[: depth + 1], ", ".join(keys), list(keys)
        here = keys[part]
        if "$ref" in here:
            here = {**schema["$defs"][here["$ref"].rpartition("/")[2]]}
            here.pop("description", None)  # a section's docstring says nothing of what it allows
    return location, _allowed(here), [str(value) for value in here.get("enum", [])]


def _allowed(schema: dict[str, Any]) -> str:
    if "description" in schema:
        return str(schema["description"])
    if "anyOf" in schema:
        return " or ".join(_allowed(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(schema)
    if kind == "object" and "properties" in schema:
        return f"a section with {', '.join(schema['properties'])}"
    if schema.get("format") == "path":
        return "a path"
    return {"boolean": "true or false", "string": "text", "null": "null"}.get(str(kind), str(kind))


def _range(schema: dict[str, Any]) -> str:
    lowest, above, highest = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if lowest is not None and highest is not None:
        return f" from {lowest} to {highest}"
    bounds = [
        f" above {above}" if above is not None else "",
        f" from {lowest}" if lowest is not None else "",
        f" up to {highest}" if highest is not None else "",
    ]
    return "".join(bounds)


def _shown(value: Any) -> str:
    """The value as YAML would spell it, in at most 60 characters."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _short(repr(value))


def _short(text: str) -> str:
    text = printable(text[:61])
    return text if len(text) <= 60 else text[:57] + "..."
