"""MediaPipe's palm detector without MediaPipe: its network in OpenVINO, one look at a whole frame.

Source of the form: MediaPipe's `palm_detection_cpu.pbtxt` (Apache-2.0): SSD with anchors of one size, seven
points a palm, overlapping answers blended by their scores.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from handtrack.detectors.base import FoundPlace
from handtrack.detectors.bundle import DETECTOR_MODEL, read_model
from handtrack.detectors.grey import CONFIDENCE_SHARE, is_grey, tinted
from handtrack.detectors.scaling import resized
from handtrack.engines.openvino_package import make_requests
from handtrack.errors import ModelError
from handtrack.hand import Crop

_PIXELS: Final = 192
_GRIDS: Final = ((24, 2), (12, 6))  # cells a side, and anchors a cell
_SAME: Final = 0.3  # overlap from which on two answers are one palm's
_WRIST, _MIDDLE_MCP = 0, 2  # of the seven points
# From a palm's box to the whole hand with its fingers, in palm sizes: as MediaPipe cuts it for its landmarks.
_UP, _SIDE = 0.5, 2.6
_SPARE: Final = 2


class PalmDetector:
    """Finds palms as a `HandFinder`: more than hands are wanted, for some will turn out to be none.

    Belongs to the thread that calls `detect`.
    """

    def __init__(self, bundle: Path, max_hands: int, least_score: float) -> None:
        """least_score: 0..1 of a palm. Raises ModelError where bundle or OpenVINO is missing."""
        self.max_hands = max_hands
        self._least_score = least_score
        self._finder: PalmFinder | None = PalmFinder(bundle)

    def detect(self, image_bgr: np.ndarray) -> list[FoundPlace]:
        """Palms in the picture (H, W, 3) uint8 BGR, best first; a grey one is tinted like skin."""
        if self._finder is None:
            raise RuntimeError("this detector is closed")
        least = self._least_score
        if is_grey(image_bgr):
            image_bgr, least = tinted(image_bgr), CONFIDENCE_SHARE * least
        return self._finder.find(image_bgr, self.max_hands + _SPARE, least)

    def close(self) -> None:
        """Let go of the network; a second call does nothing."""
        self._finder = None


class PalmFinder:
    """Finds palms in whole frames; belongs to the thread that made it."""

    def __init__(self, bundle: Path) -> None:
        """Compile the network of a hand bundle. Raises ModelError where bundle or OpenVINO is missing."""
        model = read_model(DETECTOR_MODEL, bundle)
        options = {"INFERENCE_NUM_THREADS": 1, "SNIPPETS_MODE": "DISABLE"}
        try:
            # OpenVINO reads TFLite from files alone.
            with tempfile.TemporaryDirectory(prefix="handtrack-", ignore_cleanup_errors=True) as folder:
                path = Path(folder) / DETECTOR_MODEL
                path.write_bytes(model)
                (self._request,) = make_requests(path, options)
        except (OSError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:120]
            raise ModelError(f"OpenVINO cannot run the palm detector of {bundle} ({reason})") from None
        self._anchors = _anchors()

    def find(self, image_bgr: np.ndarray, most: int, least_score: float) -> list[FoundPlace]:
        """The best palms in a picture (H, W, 3) uint8 BGR, best first."""
        height, width = image_bgr.shape[:2]
        scale = _PIXELS / max(height, width)
        small = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (_PIXELS - small[0]) // 2, (_PIXELS - small[1]) // 2
        picture = np.zeros((1, _PIXELS, _PIXELS, 3), np.float32)
        shrunk = cv2.cvtColor(resized(image_bgr, small), cv2.COLOR_BGR2RGB)
        np.divide(shrunk, 255.0, out=picture[0, top : top + small[1], left : left + small[0]])
        scores, boxes, points = self._run(picture)
        boxes[:, :2] -= left, top
        points -= left, top
        palms = _blended(scores, boxes / scale, points / scale, most, least_score)
        return [FoundPlace(score, _hand_crop(box, at)) for score, box, at in palms]

    def _run(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scores (N,), boxes (N, 4) as centre and size, and points (N, 7, 2), in pixels of the input."""
        values: list[Any] = [np.array(each) for each in self._request.infer([picture]).values()]
        geometry, logits = sorted(values, key=lambda each: -each.shape[-1])
        pairs = geometry.reshape(-1, 9, 2)
        offset = self._anchors[:, None] * _PIXELS
        scores = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -50.0, 50.0)))
        boxes = np.concatenate([pairs[:, :1] + offset, pairs[:, 1:2]], axis=1).reshape(-1, 4)
        return scores, boxes, pairs[:, 2:] + offset


def _anchors() -> np.ndarray:
    """Middles (N, 2) of the network's cells, x and y in 0..1, in the order of its answers."""
    grids = []
    for cells, anchors in _GRIDS:
        line = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(line, line, indexing="ij")
        grids.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), anchors, axis=0))
    return np.concatenate(grids)


def _blended(
    scores: np.ndarray, boxes: np.ndarray, points: np.ndarray, most: int, least_score: float
) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """Score, box (4,) and points (7, 2) of each palm: the mean of answers on one place, weighted by score."""
    left = np.flatnonzero(scores >= least_score)
    left = left[np.argsort(-scores[left], kind="stable")]
    palms: list[tuple[float, np.ndarray, np.ndarray]] = []
    while len(left) and len(palms) < most:
        same = _overlap(boxes[left[0]], boxes[left]) > _SAME
        same[0] = True
        one, share = left[same], scores[left[same]] / scores[left[same]].sum()
        palms.append((float(scores[left[0]]), share @ boxes[one], np.tensordot(share, points[one], 1)))
        left = left[~same]
    return palms


def _overlap(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Area of a box (4,) that others (N, 4) share with it, over what they cover together."""
    low = np.maximum(box[:2] - box[2:] / 2, others[:, :2] - others[:, 2:] / 2)
    high = np.minimum(box[:2] + box[2:] / 2, others[:, :2] + others[:, 2:] / 2)
    shared = np.clip(high - low, 0, None).prod(axis=1)
    return np.asarray(shared / np.maximum(box[2:].prod() + others[:, 2:].prod(axis=1) - shared, 1e-9))


def _hand_crop(box: np.ndarray, points: np.ndarray) -> Crop:
    up = points[_MIDDLE_MCP] - points[_WRIST]
    angle = math.atan2(float(up[0]), float(-up[1]))
    side = float(box[2:].max())
    x, y = box[:2] + _UP * side * np.array([math.sin(angle), -math.cos(angle)])
    return Crop((float(x), float(y)), _SIDE * side, angle)
