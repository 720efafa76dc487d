"""What `evaluate --finding` does: lets all whole-frame finders race on validation pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handtrack.cli.common import fetch_hand_bundle, frame_progress, settings_of

if TYPE_CHECKING:
    from handtrack.study.evaluation.finding.finders import Finder
    from handtrack.study.evaluation.finding.race import FindingLook, FindingResults


def race_on_pictures(
    data: Path,
    labels: Path,
    splits: Path,
    names: Sequence[str],
    weights: Path,
    engine: str,
    mediapipe: bool,
    limit: int,
    seed: int,
) -> tuple[FindingResults, list[FindingLook]]:
    """The race of finders on the validation pictures below a data folder, and each single look.

    names: values of tracker.detector, each with a tracker set as users get it; all that there are if none is
    given. weights: the tracker's. mediapipe: whether its HandLandmarker takes part, and its detector where no
    names are given.
    """
    from handtrack.detectors import DETECTORS, create_detector
    from handtrack.study.evaluation.finding.finders import (
        CandidateFinder,
        FirstFrameFinder,
        FirstSecondFinder,
        LandmarkerFinder,
        StillFinder,
    )
    from handtrack.study.evaluation.finding.programme import finding_pictures
    from handtrack.study.evaluation.finding.race import measure_looks, race_finders
    from handtrack.tracking import HandTracker

    settings = {
        name: settings_of(None, [f"tracker.detector={name}", f"tracker.engine={engine}"]).tracker
        for name in names or [name for name in DETECTORS if mediapipe or name != "mediapipe"]
    }
    pictures = finding_pictures(data, labels, splits, limit, seed)
    finders: list[Finder] = []
    with contextlib.ExitStack() as stack:
        if mediapipe:
            landmarker = LandmarkerFinder(fetch_hand_bundle())
            stack.callback(landmarker.close)
            finders.append(landmarker)
        for name, own in settings.items():
            tracker = HandTracker.load(settings=own.model_copy(update={"weights": weights}))
            stack.enter_context(tracker)
            tracker.prepare()
            alone = create_detector(name, own.max_hands, own.detection_confidence)
            stack.callback(alone.close)
            finders += [
                CandidateFinder(name, alone),
                StillFinder(name, tracker),
                FirstFrameFinder(name, tracker),
                FirstSecondFinder(name, tracker),
            ]
        with frame_progress("finding hands") as update:
            looks = race_finders(pictures, finders, update)
    return measure_looks(looks, finders), looks
