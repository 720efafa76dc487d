"""Operations are counted on a real hand, in graphs that really run."""

from __future__ import annotations

from handtrack.config import TrackerSettings
from handtrack.detectors import HandDetector
from handtrack.model.weights_file import shipped_weights
from handtrack.study.evaluation.speed.clip_frames import Clip
from handtrack.study.evaluation.speed.operations import measure_operations
from handtrack.study.evaluation.speed.timing import NoiseProbe
from handtrack.study.evaluation.speed.trial import Trial


def _trial(clip: Clip, detector: HandDetector) -> Trial:
    return Trial(clip, detector, TrackerSettings(max_hands=1), count=6, warm_up=2, probe=NoiseProbe())


def test_every_graph_of_a_followed_hand_is_taken_apart(short_clip, detector):
    found = measure_operations(_trial(short_clip, detector), shipped_weights(), "openvino")

    assert set(found) == {"encode", "loop-1", "warm-start", "loop-2", "loop-3", "loop-4"}
    for operations in found.values():
        assert all(milliseconds >= 0 for milliseconds in operations.milliseconds.values())
    # The backbone's own, by its layers; in a loop the refiner's, the branches' and from the second on others.
    assert found["encode"].counts["convolutions"] == 12
    assert found["loop-1"].counts["convolutions"] >= 4
    assert found["loop-2"].counts["convolutions"] > found["loop-1"].counts["convolutions"]


def test_other_engines_have_no_counters(short_clip, detector):
    assert measure_operations(_trial(short_clip, detector), shipped_weights(), "torch") == {}
