"""The whole way with the real tracker: video file, capture, detection, estimation, results."""

from __future__ import annotations

import itertools

from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sources.video import VideoSource
from handtrack.tracking import HandTracker


def test_the_hand_of_the_counting_clip_is_tracked(counting_clip, hand_bundle):
    source = VideoSource(counting_clip)
    with Pipeline(source, HandTracker.load, wait_for_tracking=True) as pipeline:
        subscription = pipeline.subscribe(4)
        pipeline.configure(gate_threshold=0.0, max_hands=1)
        results = list(itertools.islice(subscription, 12))
        subscription.close()
    assert (pipeline.state, pipeline.error) == (PipelineState.STOPPED, None)
    assert [result.frame.index for result in results] == list(range(12))
    hands = [hand for result in results for hand in result.hands]
    assert len(hands) >= 6, "the hand is in the picture from the start"
    assert all(hand.iterations == 1 for hand in hands), "the threshold set before loading is in force"
    stats = pipeline.stats()
    assert (stats.dropped, stats.failed) == (0, 0)
    assert stats.tracked >= 12
