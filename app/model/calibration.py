# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a person's palm is and how wide a camera sees: what makes metres of pixels; no Qt in here."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from app.words import translate
from handtrack.config import Settings
from handtrack.errors import SourceError
from handtrack.sources.camera_list import CameraDescription, find_camera

log = logging.getLogger(__name__)

PALM_LIMITS_MM: Final = (30.0, 200.0)
VIEW_LIMITS: Final = (10.0, 150.0)
"""What the settings allow: millimetres from the wrist to the middle knuckle, degrees of the longer side."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """palms: millimetres by a person's name. person: whose palm holds now, "" for nobody's.

    views: degrees of the longer side by a source's name, see `source_name`.
    """

    palms: Mapping[str, float] = field(default_factory=dict)
    person: str = ""
    views: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> Calibration:
        """What `to_text` wrote; what is damaged or not allowed is left out."""
        try:
            found = json.loads(text) if text else {}
            palms = _within(found.get("palms_mm", {}), PALM_LIMITS_MM)
            views = _within(found.get("views_deg", {}), VIEW_LIMITS)
            person = found.get("person", "")
        except (ValueError, AttributeError, TypeError, RecursionError) as error:
            log.warning("the remembered calibration is left out: %s", error)
            return cls()
        return cls(palms, person if isinstance(person, str) and person in palms else "", views)

    def to_text(self) -> str:
        """All of it on one line."""
        return json.dumps(
            {"palms_mm": dict(self.palms), "person": self.person, "views_deg": dict(self.views)}
        )

    def with_palm(self, person: str, millimetres: float) -> Calibration:
        """The palm of a person, which holds from now on."""
        return replace(self, palms={**self.palms, person: millimetres}, person=person)

    def without_palm(self, person: str) -> Calibration:
        """That person forgotten."""
        palms = {name: palm for name, palm in self.palms.items() if name != person}
        return replace(self, palms=palms, person="" if self.person == person else self.person)

    def with_view(self, source: str, degrees: float | None) -> Calibration:
        """The field of view of a source; None forgets it."""
        views = {name: view for name, view in self.views.items() if name != source}
        return replace(self, views=views if degrees is None else {**views, source: degrees})

    def applied(self, settings: Settings, source: str | None) -> Settings:
        """The settings with which a source of that name is to be tracked."""
        if self.person:
            palm = {"palm_length": self.palms[self.person] / 1000}
            settings = settings.model_copy(update={"tracker": settings.tracker.model_copy(update=palm)})
        if source is not None and source in self.views:
            view = {"field_of_view": self.views[source]}
            settings = settings.model_copy(update={"camera": settings.camera.model_copy(update=view)})
        return settings

    def words(self, settings: Settings, source: str | None) -> str:
        """What metres are worth with that source: calibrated, in part, or not."""
        held = self.applied(settings, source)
        if self.person and source in self.views:
            words = translate("Calibration", "calibrated: palm {palm:.0f} mm, view {view:.0f}°")
        elif self.person:
            words = translate("Calibration", "palm {palm:.0f} mm calibrated, {view:.0f}° not")
        elif source in self.views:
            words = translate("Calibration", "view {view:.0f}° calibrated, palm of {palm:.0f} mm not")
        else:
            words = translate("Calibration", "for a palm of {palm:.0f} mm and {view:.0f}° (not calibrated)")
        return words.format(palm=1000 * held.tracker.palm_length, view=held.camera.field_of_view)


def source_name(spec: str | int | Path | None, cameras: Sequence[CameraDescription]) -> str | None:
    """Under what a source's field of view is kept: a camera's stable id, or a path; None for any other one.

    cameras: those that were found last.
    """
    if isinstance(spec, str | int):
        text = str(spec)
        wanted = text.removeprefix("camera:")
        if text.isdecimal() or wanted != text:
            try:
                return find_camera(wanted, list(cameras)).stable_id
            except SourceError:
                return wanted
    try:
        path = None if spec is None or isinstance(spec, int) else Path(spec).expanduser().resolve()
        return str(path) if path is not None and path.exists() else None
    except (OSError, ValueError, TypeError, RuntimeError):
        return None


def _within(values: Any, limits: tuple[float, float]) -> dict[str, float]:
    low, high = limits
    return {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and low <= value <= high and name
    }
