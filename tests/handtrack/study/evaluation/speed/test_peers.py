"""MediaPipe's networks and its HandLandmarker as contestants."""

from __future__ import annotations

import importlib.util
from contextlib import closing
from pathlib import Path

import pytest

from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.engines import openvino_package
from handtrack.errors import ModelError
from handtrack.study.evaluation.mediapipe_peer import FULL, LITE
from handtrack.study.evaluation.speed import peers
from handtrack.study.evaluation.speed.clip_frames import load_clip
from handtrack.study.evaluation.speed.peers import VideoLandmarker, landmark_networks


def test_the_networks_see_the_hand(
    counting_clip: Path, hand_bundle: Path, detector: MediaPipeHandDetector
) -> None:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino")
    clip = load_clip(counting_clip, 3)
    joints = {0: detector.detect(clip.frames[0].image)[0].joints_2d}

    networks, notes = landmark_networks(hand_bundle, joints)

    assert [each.name for each in networks] + [note.split("'")[0] for note in notes] == [FULL, LITE]
    for network in networks:
        outputs = network.run(network.prepare(clip.frames[0]))
        assert float(outputs[1][0, 0]) > 0.8  # presence
        assert network.observe(outputs) == {}
        assert network.observe(network.run(network.prepare(clip.frames[1]))) is None


def test_without_openvino_the_reason_is_told(hand_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModelError("openvino is missing")

    monkeypatch.setattr(openvino_package, "load_openvino", missing)
    monkeypatch.setattr(peers, "ensure_lite_bundle", lambda: hand_bundle)

    networks, notes = landmark_networks(hand_bundle, {})

    assert networks == []
    assert [note.partition(":")[2].strip() for note in notes] == ["openvino is missing"] * 2


def test_the_landmarker_follows_the_hand(counting_clip: Path, hand_bundle: Path) -> None:
    clip = load_clip(counting_clip, 3)

    with closing(VideoLandmarker(hand_bundle)) as landmarker:
        prepared = [landmarker.prepare(frame) for frame in clip.to_and_fro(4)]
        found = [landmarker.observe(landmarker.run(each)) for each in prepared]

    assert found == [{}] * 4
    times = [milliseconds for _, milliseconds in prepared]
    assert times == sorted(set(times))
