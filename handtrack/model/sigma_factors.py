"""From a network's scales to standard deviations that can be trusted: factors measured on held-out hands."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

_MOST: Final = 1e4
METADATA_KEY: Final = "sigma_factors"
"""Where the factors stand in the metadata of a weights file."""


@dataclass(frozen=True, slots=True)
class SigmaFactors:
    """Standard deviation over the network's own, along each axis of a crop.

    across, along: over and in the direction of the hand; the network states one scale for both, and errs
    more along the fingers than across them. depth: of the depth.
    """

    across: float = 1.0
    along: float = 1.0
    depth: float = 1.0

    @property
    def image(self) -> float:
        """Root mean square of both image axes."""
        return math.sqrt((self.across**2 + self.along**2) / 2)

    def to_metadata(self) -> dict[str, float]:
        """Plain values for a weights file."""
        return {name: round(value, 4) for name, value in asdict(self).items()}

    @classmethod
    def from_metadata(cls, metadata: dict[str, Any]) -> Self:
        """The factors of a weights file's metadata, or ones where it has none. Raises ValueError."""
        values = metadata.get(METADATA_KEY)
        if values is None:
            return cls()
        names = set(asdict(cls()))
        if not isinstance(values, dict) or set(values) != names:
            raise ValueError(f"its {METADATA_KEY} are not {', '.join(sorted(names))}")
        for name, value in values.items():
            if type(value) not in (int, float) or not 1 / _MOST < value < _MOST:
                raise ValueError(f"its {METADATA_KEY} hold {name}={value!r:.60}")
        return cls(**{name: float(value) for name, value in values.items()})
