"""Hands in whole photos, as users get them: found, told left from right, and drawn.

Elsewhere estimators are shown crops that are a little off the true ones. Here nobody says where a hand is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from handtrack.detectors.landmarker import Landmarker, joints_in_pixels, to_mediapipe_image
from handtrack.detectors.mediapipe_hands import handedness_of_label
from handtrack.geometry import hand_extent
from handtrack.hand import Handedness
from handtrack.study.datasets.labelling.label_store import LabelledHand
from handtrack.study.datasets.labelling.pictures import file_and_frame, read_picture, source_of
from handtrack.study.datasets.turns import by_turns
from handtrack.study.evaluation.mediapipe_peer import FULL
from handtrack.study.evaluation.pairs import pairs_in_reach
from handtrack.tracking.tracker import HandTracker

_SAME: Final = 0.5
"""Mean distance of the joints, over the labelled hand's extent, up to which a shown hand is that hand."""
_FAR_PERCENT: Final = 10.0

Drawn = tuple[np.ndarray, Handedness]
"""A hand that is shown: joints (21, 2) in pixels of the photo, and the person's hand that it is taken for."""


class PhotoViewer(Protocol):
    """Someone who shows the hands in a photo."""

    name: str

    def hands(self, image_bgr: np.ndarray) -> list[Drawn]:
        """Of a photo (H, W, 3) uint8 BGR."""
        ...


class TrackerPhotos:
    """Our tracker on photos, each alone."""

    def __init__(self, name: str, tracker: HandTracker) -> None:
        self.name = name
        self._tracker = tracker

    def hands(self, image_bgr: np.ndarray) -> list[Drawn]:
        """See `PhotoViewer.hands`."""
        return [(hand.joints_2d, hand.handedness) for hand in self._tracker.detect(image_bgr).hands]


class LandmarkerPhotos:
    """MediaPipe's HandLandmarker in IMAGE mode."""

    name = FULL

    def __init__(self, bundle: Path, max_hands: int) -> None:
        """Load the bundle. Raises ModelError when MediaPipe refuses it."""
        self._landmarker = Landmarker(bundle, "IMAGE", max_hands)
        self.close = self._landmarker.close

    def hands(self, image_bgr: np.ndarray) -> list[Drawn]:
        """See `PhotoViewer.hands`."""
        size = image_bgr.shape[1], image_bgr.shape[0]
        found = self._landmarker.find(to_mediapipe_image(image_bgr))
        return [
            (joints_in_pixels(each, size), handedness_of_label(label[0].category_name))
            for each, label in zip(found.hand_landmarks, found.handedness, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class PhotoMeasures:
    """What one viewer showed of the labelled hands of one collection; of all where source is None.

    hands: that are labelled. found: those that it showed; the rest is of them. other_side: taken for the
    other hand. percent: mean distance of the joints in the image, % of the hand's extent. common_percent: the
    same of hands that every viewer found. far: those with more than 10 %. NaN where there is none.
    """

    source: str | None
    viewer: str
    hands: int
    found: int
    other_side: int
    percent: float
    common_percent: float
    far: int


def measure_photos(
    root: Path,
    labels: Sequence[LabelledHand],
    viewers: Sequence[PhotoViewer],
    limit: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[PhotoMeasures]:
    """Every viewer on the photos that these labels are of: on all of them together, and by collection.

    Frames of clips are left out. limit: at most so many photos, collections by turns, chosen by the seed.
    progress: called with the photos done and their total. Raises SourceError for one that cannot be read.
    """
    by_file: dict[str, list[LabelledHand]] = {}
    for label in labels:
        if file_and_frame(label.file)[1] is None:
            by_file.setdefault(label.file, []).append(label)
    files = by_turns(sorted(by_file), source_of, seed)[:limit]
    sources: list[str] = []
    percent: list[list[float]] = []
    same_side: list[list[bool]] = []
    for number, file in enumerate(files, start=1):
        image = read_picture(root, file)
        seen = [match_hands(by_file[file], viewer.hands(image)) for viewer in viewers]
        for of_one in zip(*seen, strict=True):
            sources.append(source_of(file))
            percent.append([error for error, _ in of_one])
            same_side.append([same for _, same in of_one])
        if progress:
            progress(number, len(files))
    every = np.array(sources)
    shape = len(sources), len(viewers)
    errors, sides = np.reshape(percent, shape), np.reshape(np.array(same_side, bool), shape)
    groups = [None, *sorted(set(sources))]
    return [
        _measures(source, viewer.name, column, errors[chosen], sides[chosen])
        for source in groups
        for chosen in [np.ones(len(every), bool) if source is None else every == source]
        for column, viewer in enumerate(viewers)
    ]


def match_hands(labels: Sequence[LabelledHand], drawn: Sequence[Drawn]) -> list[tuple[float, bool]]:
    """For each labelled hand the error of the one drawn there, % of its extent, and whether its side is so.

    One drawn hand is at most one of them; NaN and False where none is near.
    """
    answers = [(float("nan"), False)] * len(labels)
    if not labels or not drawn:
        return answers
    apart = np.array(
        [
            [
                float(np.linalg.norm(joints - label.joints_2d, axis=1).mean()) / hand_extent(label.joints_2d)
                for joints, _ in drawn
            ]
            for label in labels
        ]
    )
    for row, column in pairs_in_reach(apart, _SAME):
        answers[row] = 100 * float(apart[row, column]), drawn[column][1] == labels[row].handedness
    return answers


def _measures(
    source: str | None, viewer: str, column: int, errors: np.ndarray, sides: np.ndarray
) -> PhotoMeasures:
    """errors: (N, V), % of N hands as V viewers drew them. sides: (N, V), whether their side was right."""
    own = errors[:, column]
    found, common = np.isfinite(own), np.isfinite(errors).all(axis=1)
    return PhotoMeasures(
        source,
        viewer,
        len(own),
        int(found.sum()),
        int((found & ~sides[:, column]).sum()),
        float(own[found].mean()) if found.any() else float("nan"),
        float(own[common].mean()) if common.any() else float("nan"),
        int((own[found] > _FAR_PERCENT).sum()),
    )
