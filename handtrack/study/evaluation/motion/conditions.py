"""Filmed clips under other conditions: far away, in the dark, out of focus, upside down and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from handtrack.detectors.scaling import resized
from handtrack.study.evaluation.clips import clip_frames
from handtrack.study.evaluation.finding.conditions import small_name, without_colour
from handtrack.study.evaluation.finding.views import VIEW_SIZE, Views, laid_on
from handtrack.study.evaluation.motion.truth import MotionTruth

Change = Callable[[np.ndarray], np.ndarray]
"""What becomes of a picture (H, W, 3) uint8 BGR."""

SHARES: Final = (0.08, 0.12, 0.2)
"""Of the frame's height that a far hand has."""
EVERY: Final = 2  # frame of a clip of 30 frames a second, for a camera of 15
_DARK: Final = 0.06  # of the light
_BLUR: Final = 0.015  # standard deviation over the hand's size
_QUALITY: Final = 6  # of JPEG, of 100


def under_conditions(truths: Sequence[MotionTruth], views: Views) -> list[MotionTruth]:
    """All clips under all other conditions, each of which is a kind of its own.

    views: what far hands are seen before. Raises SourceError where a clip cannot be read.
    """
    by_clip = [_conditions(truth, views, number) for number, truth in enumerate(truths)]
    return [truth for together in zip(*by_clip, strict=True) for truth in together]


def _conditions(truth: MotionTruth, views: Views, number: int) -> Iterator[MotionTruth]:
    height, width = next(clip_frames(truth.video)).image.shape[:2]
    side = float(np.nanmedian(truth.size))
    for share in SHARES:
        yield _far(truth, views, number, share, (width, height))
    changes: dict[str, Change] = {
        "in grey": without_colour,
        "in the dark": _Dark(number),
        "overexposed": lambda image: cv2.convertScaleAbs(image, alpha=2.2, beta=20),
        "by lamplight": lambda image: cv2.transform(image, np.diag([0.5, 0.8, 1.3])),
        "out of focus": lambda image: cv2.GaussianBlur(image, (0, 0), _BLUR * side),
        "compressed": _compressed,
    }
    for name, change in changes.items():
        yield replace(truth, kind=f"{truth.kind}, {name}", show=change)
    upside_down = lambda image: cv2.rotate(image, cv2.ROTATE_180)  # noqa: E731
    corner = np.array([width - 1, height - 1])
    yield _moved(truth, "upside down", upside_down, -np.ones(2), corner)
    yield replace(
        truth,
        kind=f"{truth.kind}, 15 frames a second",
        fps=truth.fps / EVERY,
        every=EVERY,
        **{name: getattr(truth, name)[::EVERY] for name in ("joints_2d", "middle", "size", "state")},
    )


def _moved(
    truth: MotionTruth, condition: str, show: Change, scale: np.ndarray, shift: np.ndarray
) -> MotionTruth:
    """With every place x at scale * x + shift, both (2,)."""
    return replace(
        truth,
        kind=f"{truth.kind}, {condition}",
        show=show,
        joints_2d=truth.joints_2d * scale + shift,
        middle=truth.middle * scale + shift,
        size=truth.size * float(np.abs(scale).mean()),
    )


def _far(truth: MotionTruth, views: Views, number: int, share: float, size: tuple[int, int]) -> MotionTruth:
    """The clip's pictures, of that width and height, made small before one view of a panorama."""
    by = share * VIEW_SIZE[1] / float(np.nanmedian(truth.size))
    small = round(size[0] * by), round(size[1] * by)
    place = np.random.default_rng([number, round(1000 * share)]).uniform(size=2)
    # Where a picture is larger than the view, its middle is seen.
    left, top = (
        round((whole - part) * (at if whole > part else 0.5))
        for whole, part, at in zip(VIEW_SIZE, small, place.tolist(), strict=True)
    )
    back = views.view(number)

    def show(image: np.ndarray) -> np.ndarray:
        seen = back.copy()
        laid_on(seen, resized(image, small), left, top)
        return seen

    exact = np.array(small) / size
    # Middles of pixels lie at whole numbers.
    shift = np.array([left, top]) + 0.5 * exact - 0.5
    return _moved(truth, small_name(share), show, exact, shift)


def _compressed(image: np.ndarray) -> np.ndarray:
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))


class _Dark:
    """Little light, as a sensor that is turned up sees it: with noise of its own and of the light's."""

    def __init__(self, seed: int) -> None:
        self._noise = np.random.default_rng(seed)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        light = (image / 255.0) ** 2.2 * _DARK
        noise = self._noise.normal(0.0, np.sqrt(0.004**2 + 0.0008 * light))
        seen: np.ndarray = np.clip(3 * (light + noise), 0, 1) ** (1 / 2.2) * 255
        return seen.astype(np.uint8)
