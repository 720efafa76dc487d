from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack.detectors import create_detector
from handtrack.detectors.landmarker import to_mediapipe_image
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.errors import ConfigError, ModelError


@pytest.fixture(scope="module")
def picture(counting_clip: Path) -> np.ndarray:
    with av.open(str(counting_clip)) as container:
        return next(container.decode(video=0)).to_ndarray(format="bgr24")


def test_views_are_converted_pixel_by_pixel():
    """mp.Image ignores strides; a flipped, cropped or reversed view must still arrive as it looks."""
    base = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    for view in (base, base[:, ::-1], base[5:30, 7:33], base[::2, ::3], base[..., ::-1]):
        image = to_mediapipe_image(view)
        assert np.array_equal(image.numpy_view(), view[..., ::-1])


def test_the_hand_is_the_persons_own(hand_bundle, picture):
    """The clip shows the back of a hand with its thumb at the picture's left: a right hand."""
    detector = MediaPipeHandDetector(hand_bundle, max_hands=1)
    (hand,) = detector.detect(picture)
    detector.close()
    assert hand.handedness == "right"


def test_a_mirrored_picture_shows_the_other_hand(hand_bundle, picture):
    detector = MediaPipeHandDetector(hand_bundle, max_hands=1)
    (hand,) = detector.detect(picture)
    (mirrored,) = detector.detect(picture[:, ::-1])
    detector.close()
    assert {hand.handedness, mirrored.handedness} == {"left", "right"}
    back = mirrored.joints_2d * [-1, 1] + [picture.shape[1] - 1, 0]
    assert np.abs(back - hand.joints_2d).mean() < 0.08 * np.ptp(hand.joints_2d, axis=0).max()


def test_an_empty_picture_has_no_hand(hand_bundle):
    detector = MediaPipeHandDetector(hand_bundle, max_hands=2)
    assert detector.detect(np.full((240, 320, 3), 128, np.uint8)) == []
    detector.close()


def test_a_damaged_bundle_is_one_clear_error(tmp_path):
    bundle = tmp_path / "broken.task"
    bundle.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ModelError, match=r"broken\.task.*handtrack models"):
        MediaPipeHandDetector(bundle, max_hands=1)


def test_a_detector_that_is_never_closed_ends_quietly(hand_bundle):
    script = (
        "import numpy as np; from handtrack.detectors import create_detector;"
        "detector = create_detector('mediapipe', 1);"
        "detector.detect(np.zeros((64, 64, 3), np.uint8))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert run.stderr == "", "of MediaPipe's remarks too"


def test_unknown_detector_is_refused():
    with pytest.raises(ConfigError, match="allowed: auto, own, palm, mediapipe"):
        create_detector("yolo", 1)


def test_another_number_of_hands_holds_from_the_next_picture(hand_bundle, picture):
    both = np.ascontiguousarray(np.concatenate([picture, picture[:, ::-1]], axis=1))
    detector = MediaPipeHandDetector(hand_bundle, max_hands=1)
    assert len(detector.detect(both)) == 1
    detector.max_hands = 2
    assert len(detector.detect(both)) == 2
    detector.max_hands = 1
    assert len(detector.detect(both)) == 1
    detector.close()
    detector.close()
    detector.max_hands = 2
    with pytest.raises(RuntimeError, match="closed"):
        detector.detect(both)


def test_hands_are_found_in_grey_pictures(hand_bundle, counting_clip):
    """Of the clip's frames in grey none had a hand for the detector as it is."""
    detector = MediaPipeHandDetector(hand_bundle, max_hands=1)
    colour = grey = 0
    with av.open(str(counting_clip)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % 15 == 0:
                image = frame.to_ndarray(format="bgr24")
                colour += len(detector.detect(image))
                grey += len(detector.detect(without_colour(image)))
    detector.close()
    assert colour >= 30
    assert grey >= 0.7 * colour


def test_grey_faces_have_no_hands(hand_bundle, shared_data):
    detector = MediaPipeHandDetector(hand_bundle, max_hands=2)
    faces = sorted((shared_data / "images" / "faces_utez").glob("*.jpg"))
    found = [file.name for file in faces if detector.detect(grey_picture(file))]
    detector.close()
    assert len(faces) > 40
    assert found == []


def test_a_confidence_that_nothing_reaches_finds_nothing(hand_bundle, picture):
    detector = create_detector("mediapipe", 1, confidence=1.0)
    assert detector.detect(picture) == []
    detector.close()


def grey_picture(file: Path) -> np.ndarray:
    image = cv2.imread(str(file))
    assert image is not None
    return without_colour(image)


def without_colour(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
