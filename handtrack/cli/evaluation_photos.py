"""What `evaluate --photos` does: shows whole validation photos to our tracker and to MediaPipe's."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handtrack.cli.common import fetch_hand_bundle, frame_progress, settings_of

if TYPE_CHECKING:
    from handtrack.study.evaluation.photos import PhotoMeasures, PhotoViewer


def see_photos(
    images: Path,
    labels: Path,
    splits: Path,
    named: Sequence[tuple[str, Path]],
    engine: str,
    mediapipe: bool,
    limit: int | None,
    seed: int,
) -> list[PhotoMeasures]:
    """The labelled hands of the validation photos, as trackers with these weights and MediaPipe show them.

    named: a name and a weights file for each of our trackers, set as users get them.
    """
    from handtrack.study.datasets.labelling.label_store import load_validation_labels
    from handtrack.study.evaluation.photos import LandmarkerPhotos, TrackerPhotos, measure_photos
    from handtrack.tracking import HandTracker

    labelled = load_validation_labels(labels, splits)
    settings = settings_of(None, [f"tracker.engine={engine}"]).tracker
    viewers: list[PhotoViewer] = []
    with contextlib.ExitStack() as stack:
        for name, path in named:
            tracker = HandTracker.load(settings=settings.model_copy(update={"weights": path}))
            stack.enter_context(tracker)
            viewers.append(TrackerPhotos(name, tracker))
        if mediapipe:
            peer = LandmarkerPhotos(fetch_hand_bundle(), settings.max_hands)
            stack.callback(peer.close)
            viewers.append(peer)
        with frame_progress("looking at whole photos") as update:
            return measure_photos(images, labelled, viewers, limit, seed, update)
