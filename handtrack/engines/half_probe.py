"""Whether half precision (bf16) on this processor is as good as the exact network.

It must not move the joints of four rendered hands far, in the sigmas that the exact engine states for them.
Where sigma is what an error typically is, joints that move by a fifth of it err by 2 % more (the root of
1 + 0.2 squared), and no more is allowed to 8 bits.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.engines.base import Engine, LoopResult, LoopStart
from handtrack.errors import ModelError
from handtrack.model.constants import CROP_PIXELS
from handtrack.resources import resource_path

PROBE_HANDS: Final = "assets/demo/crops.png"

_MOST_MOVED: Final = 0.2
"""Root mean square, in sigmas. Half precision, imitated, comes to 0.09 here and 0.11 on a real hand; the
encoder in 8 bits, whose error was measured, to 0.10 and 0.16."""


def probe_hands() -> np.ndarray:
    """Crops (4, 128, 128, 3) uint8 BGR of the rendered hand. Raises ModelError where they are missing."""
    import cv2  # few processors ever come here

    try:
        row = cv2.imread(str(resource_path(PROBE_HANDS)))
    except FileNotFoundError as error:
        raise ModelError(str(error)) from None
    if row is None or row.shape != (CROP_PIXELS, 4 * CROP_PIXELS, 3):
        raise ModelError(f"{PROBE_HANDS} is damaged; install handtrack again")
    return np.stack(np.split(row, 4, axis=1))


def check_half(half: Engine, exact: Engine | None) -> None:
    """Raise ModelError unless joints of known hands are nearly where the exact engine has them.

    exact: None where that does not work, and there is nothing to go by.
    """
    if exact is None:
        raise ModelError("without the exact engine it is not known how close half precision comes")
    moved = []
    for crop in probe_hands():
        first = exact.refine(exact.encode(crop[None]), None, 0, np.arange(1))
        start = LoopStart(first.xy, first.z, first.sigma_xy, first.sigma_z)
        wanted, got = _followed(exact, crop, start), _followed(half, crop, start)
        moved.append(((got.xy - wanted.xy) / wanted.sigma_xy).ravel())
        moved.append(((got.z - wanted.z) / wanted.sigma_z).ravel())
    root = float(np.sqrt(np.square(np.concatenate(moved)).mean()))
    if not root <= _MOST_MOVED:
        raise ModelError(
            f"half precision moves joints by {root:.2f} of their sigma on this processor, more than "
            f"{_MOST_MOVED}; set tracker.engine to auto or openvino"
        )


def _followed(engine: Engine, crop: np.ndarray, start: LoopStart) -> LoopResult:
    return engine.refine(engine.encode(crop[None]), engine.start_from(start), 0, np.arange(1))
