"""The uncertainty of measures beside their true errors, on the rendered hand of the shipped clip."""

from __future__ import annotations

import numpy as np

from handtrack.config import load_settings
from handtrack.geometry import palm_scale
from handtrack.measures import MEASURES, measures, measures_of_joints
from handtrack.sources import open_source
from handtrack.tracking import HandTracker

FRAMES = 120


def test_sigma_is_as_large_as_the_errors_are() -> None:
    source = open_source("demo", load_settings(), realtime=False)
    source.open()
    errors, sigmas = [], []
    with HandTracker.load() as tracker:
        for _ in range(FRAMES):
            frame = source.read()
            assert frame is not None
            result = tracker.process_frame(frame)
            if not result.hands or not frame.truth:
                continue
            hand, truth = result.hands[0], frame.truth[0].joints_3d.astype(float)
            # One camera does not see how large a hand is.
            truth *= palm_scale(hand.joints_3d) / palm_scale(truth)
            values, sigma = measures(hand)
            nowhere = np.full((1, 3), np.nan)
            true = measures_of_joints(truth[None], np.array([hand.handedness == "right"]), nowhere)[0]
            errors.append((values - true + 180) % 360 - 180)
            sigmas.append(sigma)
    source.close()
    assert len(errors) > FRAMES / 2
    known = [number for number, measure in enumerate(MEASURES) if measure.group in ("pinch", "palm turned")]
    ratio = np.sqrt(np.square(np.array(errors) / np.array(sigmas)).mean(axis=0))[known]
    assert (ratio > 0.5).all(), ratio
    assert (ratio < 2.0).all(), ratio
