"""A picture that stands alone: nothing is known from before, and nothing is kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from handtrack.detectors.base import FoundHand, HandFinder
from handtrack.hand import FrameResult
from handtrack.position import with_position
from handtrack.tracking.estimation import unsmoothed_hand
from handtrack.tracking.finding import find_hands
from handtrack.tracking.frame_view import FrameView
from handtrack.tracking.parts import PARTS
from handtrack.tracking.settling import STILL_CROPS, SettledHand


def hands_of_still(view: FrameView, detector: HandFinder, wanted: int) -> FrameResult:
    """Up to so many hands of a picture, each the mean of several looks, none smoothed."""
    started = time.perf_counter()
    detector.max_hands = wanted
    estimating = 0.0

    def settle(found: Sequence[FoundHand]) -> list[SettledHand]:
        nonlocal estimating
        began = time.perf_counter()
        hands = view.settle(found)
        estimating += time.perf_counter() - began
        return hands

    settled = find_hands(detector, view.frame.image, range(len(PARTS)), wanted, settle)
    detecting = time.perf_counter() - started - estimating
    hands = [
        replace(
            with_position(
                unsmoothed_hand(one.answer, one.crop, one.handedness, number, one.presence), view.camera
            ),
            crops=STILL_CROPS,
            iterations=len(one.estimate.trace),
            trace=one.estimate.trace,
        )
        for number, one in enumerate(settled, 1)
    ]
    total = time.perf_counter() - started
    # Crops are cut between the estimates, and are counted with them.
    timings = {"detect": detecting * 1e3, "crop": 0.0, "estimate": (total - detecting) * 1e3}
    timings |= {"smooth": 0.0, "total": total * 1e3}
    return FrameResult(view.frame, tuple(hands), True, view.threshold, view.max_iterations, timings)
