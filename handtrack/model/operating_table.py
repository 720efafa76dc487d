"""What each threshold of the gate costs and gives, as measured when the weights were made; free of torch."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

METADATA_KEY = "gate"
"""Where the table stands in the metadata of a weights file."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What one threshold gives on hands that were not trained on, each seen for the first time.

    mean_loops: of the loops run. error_2d_percent: mean 2D error in % of the hand's extent. pa_mpjpe_mm: 3D
    error after Procrustes alignment, at a palm of 90 mm. mmac: million multiply-accumulates a hand.
    worse_at_most_percent: by how much a new person's error in the image is larger than with all loops, at
    most, with 95 % confidence; None where that is not known.
    """

    threshold: float
    mean_loops: float
    error_2d_percent: float
    pa_mpjpe_mm: float
    mmac: float
    worse_at_most_percent: float | None = None


@dataclass(frozen=True, slots=True)
class OperatingTable:
    """Operating points in the order of their thresholds, from 0 to 1, and the threshold to begin with."""

    default_threshold: float
    points: tuple[OperatingPoint, ...]

    def at(self, threshold: float) -> OperatingPoint:
        """The point at the highest measured threshold that is not above the given one."""
        below = [point for point in self.points if point.threshold <= threshold + 1e-9]
        return below[-1] if below else self.points[0]

    def to_metadata(self) -> dict[str, Any]:
        """Plain values for a weights file."""
        return {
            "default_threshold": self.default_threshold,
            "operating_table": [asdict(point) for point in self.points],
        }

    @classmethod
    def from_metadata(cls, metadata: dict[str, Any]) -> Self | None:
        """The table of a weights file's metadata; None where it has none that can be read."""
        values = metadata.get(METADATA_KEY)
        if not isinstance(values, dict):
            return None
        required = [field.name for field in fields(OperatingPoint)][:-1]
        try:
            points = [
                OperatingPoint(
                    **{name: float(row[name]) for name in required}, worse_at_most_percent=_optional(row)
                )
                for row in values["operating_table"]
            ]
            default = float(values["default_threshold"])
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            return None
        numbers = [value for point in points for value in asdict(point).values() if value is not None]
        if not points or not all(map(math.isfinite, [default, *numbers])):
            return None
        return cls(default, tuple(sorted(points, key=lambda point: point.threshold)))


def _optional(row: dict[str, Any]) -> float | None:
    """The guarantee of a row; weights made before it was measured have none."""
    value = row.get("worse_at_most_percent")
    return None if value is None else float(value)
