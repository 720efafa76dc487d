# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings the window remembers, and their way to and from files; no Qt in here.

Shipped defaults come first, then what is remembered, then a --config file, then --set: the later counts.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from handtrack.config import Settings, load_settings
from handtrack.errors import ConfigError
from handtrack.resources import written_whole

log = logging.getLogger(__name__)

REMEMBERED: Final = (
    "camera.width",
    "camera.height",
    "camera.fps",
    "camera.fourcc",
    "tracker.max_hands",
    "tracker.smoothing",
    "recording.folder",
    "recording.video",
    "recording.traces",
    "recording.part_minutes",
    "window.mirror",
    "window.theme",
    "window.remember_recent",
)
"""What a person sets for every time; all else is said in a settings file, or holds for one run."""


def value_of(settings: Settings, key: str) -> Any:
    """The value of a setting such as "camera.width"."""
    section, name = key.split(".")
    return getattr(getattr(settings, section), name)


def values_of(settings: Settings) -> dict[str, Any]:
    """The values of all that is remembered."""
    return {key: value_of(settings, key) for key in REMEMBERED}


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with other values of some. Raises ConfigError for one that is not allowed."""
    changed = settings
    checked = load_settings(overrides=[as_override(key, value) for key, value in values.items()])
    for key in values:
        section, name = key.split(".")
        part = getattr(changed, section).model_copy(update={name: value_of(checked, key)})
        changed = changed.model_copy(update={section: part})
    return changed


def as_override(key: str, value: Any) -> str:
    """A setting as `--set` takes it, such as "camera.width=1280"."""
    plain = str(value) if isinstance(value, Path) else value
    # Flow style, so that it stays one line whatever stands in it.
    text = yaml.safe_dump([plain], default_flow_style=True, width=100_000, allow_unicode=True).strip()
    return f"{key}={text[1:-1]}"


def allowed(overrides: Mapping[str, str]) -> list[str]:
    """Of settings and their values as text, those that may be used, as `--set` takes them.

    What a damaged or newer file says besides is left out: the window opens all the same.
    """
    found = [f"{key}={overrides[key]}" for key in REMEMBERED if key in overrides]
    if not _refused(found):
        return found
    good = []
    for override in found:
        reason = _refused([override])
        if reason:
            log.warning("a remembered setting is left out: %s", reason)
        else:
            good.append(override)
    return good


def _refused(overrides: list[str]) -> str:
    """Why they are not allowed, or ""."""
    try:
        load_settings(overrides=overrides)
    except ConfigError as error:
        return str(error)
    return ""


def write_yaml(settings: Settings, path: Path) -> None:
    """Write all settings as a file that --config takes. Raises OSError."""
    text = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    with written_whole(path) as stream:
        stream.write(f"# Settings of handtrack; pass with --config FILE\n\n{text}".encode())


def read_yaml(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What a settings file says of what is remembered, and the names of its other settings.

    Only what differs from the defaults is named. Raises ConfigError.
    """
    settings, defaults = load_settings(path), load_settings()
    others = [
        f"{section}.{name}"
        for section, values in settings.model_dump().items()
        for name, value in values.items()
        if f"{section}.{name}" not in REMEMBERED and value != value_of(defaults, f"{section}.{name}")
    ]
    return values_of(settings), others
