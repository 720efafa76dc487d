"""The palm detector in OpenVINO beside MediaPipe's own, on real pictures."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.detectors import landmark_detector
from handtrack.detectors.bundle import DETECTOR_MODEL, LANDMARK_MODEL, write_bundle
from handtrack.detectors.palm import PalmDetector
from handtrack.errors import ModelError


@pytest.fixture
def detector(hand_bundle: Path) -> Iterator[PalmDetector]:
    detector = PalmDetector(hand_bundle, 1, 0.5)
    yield detector
    detector.close()


@pytest.fixture(scope="module")
def pictures(shared_data: Path) -> list[np.ndarray]:
    """Phone pictures of one open hand each."""
    read = [cv2.imread(str(file)) for file in sorted((shared_data / "images/ragadag").glob("*.jpg"))[::30]]
    return [picture for picture in read if picture is not None]


def test_it_finds_the_place_that_mediapipe_finds(detector, pictures, hand_bundle):
    mediapipe = landmark_detector(1)
    compared = 0
    for picture in pictures:
        theirs = mediapipe.detect(picture)
        if not theirs:
            continue
        wanted, ours = theirs[0].crop, detector.detect(picture)
        assert ours, "what MediaPipe finds is found"
        best = min(ours, key=lambda palm: math.dist(palm.crop.centre, wanted.centre))
        assert math.dist(best.crop.centre, wanted.centre) < 0.2 * wanted.size
        assert abs(math.remainder(best.crop.angle - wanted.angle, 2 * math.pi)) < math.radians(30)
        assert 0.6 < best.crop.size / wanted.size < 1.7
        compared += 1
    mediapipe.close()
    assert compared >= 8


def test_a_turned_picture_turns_the_crop(detector, pictures):
    for picture in pictures[:4]:
        upright, turned = detector.detect(picture), detector.detect(cv2.rotate(picture, cv2.ROTATE_180))
        if upright and turned:
            turn = turned[0].crop.angle - upright[0].crop.angle
            assert abs(math.remainder(turn - math.pi, 2 * math.pi)) < math.radians(25)


def test_a_grey_picture_is_seen_as_well(detector, pictures):
    def found(change) -> int:
        return sum(bool(detector.detect(change(picture))) for picture in pictures)

    grey = found(lambda picture: cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR))
    assert grey >= found(lambda picture: picture) - 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (3, 2), (240, 320)])
def test_a_picture_without_anything_has_no_palm(detector, shape):
    assert detector.detect(np.full((*shape, 3), 128, np.uint8)) == []


def test_some_more_than_wanted_may_come_but_no_crowd(detector, pictures):
    crowd = np.concatenate([np.concatenate([cv2.resize(pictures[0], (160, 160))] * 4, axis=1)] * 3)
    assert len(detector.detect(crowd)) <= 3
    detector.max_hands = 4
    assert 4 <= len(detector.detect(crowd)) <= 6


def test_a_closed_detector_says_so(hand_bundle):
    detector = PalmDetector(hand_bundle, 1, 0.5)
    detector.close()
    detector.close()
    with pytest.raises(RuntimeError, match="closed"):
        detector.detect(np.zeros((40, 40, 3), np.uint8))


def test_models_that_openvino_cannot_run_are_one_sentence(tmp_path):
    fake = b"\0\0\0\0TFL3" + bytes(2000)
    write_bundle({DETECTOR_MODEL: fake, LANDMARK_MODEL: fake}, tmp_path / "fake.task")
    with pytest.raises(ModelError, match=r"OpenVINO cannot run the palm detector of .*fake\.task") as error:
        PalmDetector(tmp_path / "fake.task", 1, 0.5)
    assert "\n" not in str(error.value)


def test_hands_are_tracked_without_mediapipe_and_its_telemetry(hand_bundle):
    code = (
        "import sys, av\n"
        "from handtrack import HandTracker\n"
        "tracker = HandTracker.load()\n"
        "pictures = av.open('assets/demo/hand.mp4').decode(video=0)\n"
        "for k in range(5):\n"
        "    found = tracker.process(next(pictures).to_ndarray(format='bgr24'), k / 30).hands\n"
        "print(len(found), [name for name in ('mediapipe', 'torch') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1 []"


def test_hands_in_small_pictures_are_found(hand_bundle, shared_data):
    files = sorted((shared_data / "images/turkish_digits").glob("*.jpg"))[::50]
    small = [picture for file in files if (picture := cv2.imread(str(file))) is not None]
    assert max(picture.shape[0] for picture in small) < 192
    detector = PalmDetector(hand_bundle, 1, 0.5)
    found = sum(bool(detector.detect(picture)) for picture in small)
    assert found >= 0.85 * len(small), "39 of 42; 26 where pixels are repeated"
