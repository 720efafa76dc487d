"""From one light to the next, for films whose surroundings change."""

from __future__ import annotations

import numpy as np

from handtrack.study.synthesis.looks.lighting import Lamp, Lighting


def blend_lighting(first: Lighting, second: Lighting, share: float) -> Lighting:
    """The light between two; share 0 gives the first, 1 the second."""
    if share <= 0.0:
        return first
    if share >= 1.0:
        return second
    return Lighting(
        first.ambient + np.float32(share) * (second.ambient - first.ambient),
        _blend_lamp(first.key, second.key, share),
    )


def _blend_lamp(first: Lamp, second: Lamp, share: float) -> Lamp:
    # A dark lamp has no place of its own: the brighter one's direction counts for more.
    weights = (1 - share) * (first.colour.sum() + 1e-6), share * (second.colour.sum() + 1e-6)
    direction = weights[0] * first.direction + weights[1] * second.direction
    length = float(np.linalg.norm(direction))
    return Lamp(
        direction / length if length > 1e-9 else first.direction,
        (1 - share) * first.colour + share * second.colour,
        (1 - share) * first.softness + share * second.softness,
    )
