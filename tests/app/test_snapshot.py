from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import Qt

from app.assembly import make_window
from app.bridge import Bridge
from app.model.snapshot import recorded_scale, snapshot_values
from handtrack.config import Settings, load_settings
from handtrack.hand import FrameResult
from handtrack.measures import MEASURES, measures
from handtrack.sessions import SessionRecorder
from tests.app.sample_results import moving_results, sample_hand, sample_image, sample_result


@pytest.fixture
def window(qtbot, settings: Settings):
    made = make_window(Bridge(settings), settings)
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


def test_the_key_saves_the_picture_and_the_data_of_its_frame(window, qtbot, settings):
    hand = sample_hand(iterations=3)
    result = sample_result((hand,), index=42, image=sample_image(grey=60))
    window.start_page.hide()
    window.video.show_result(result)
    size = window.video.size()
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.video.size() == size
    qtbot.keyClick(window, Qt.Key.Key_S)
    pictures = sorted((settings.recording.folder / "snapshots").glob("*.png"))
    assert len(pictures) == 2, "the second does not replace the first"
    picture = cv2.imread(str(pictures[0]))
    assert picture is not None
    height, width = picture.shape[:2]
    assert (width, height) == (640, 480), "the picture alone in its own size, without bars beside it"
    shown = np.abs(picture.astype(int) - 60).max(axis=2) > 40
    assert 0.005 < shown.mean() < 0.5, "the hand is drawn on it, and the message over it is not"
    assert str(pictures[1]) in window.video.banner.text
    values = json.loads(pictures[0].with_suffix(".json").read_text())
    assert values["frame_index"] == 42
    assert values["palm_length_mm"] == pytest.approx(90)
    (kept,) = values["hands"]
    np.testing.assert_allclose(kept["joints_3d_mm"]["index_tip"], 1000 * hand.joints_3d[8], atol=1e-3)
    assert kept["sigma_2d_px"]["index_tip"] == pytest.approx(hand.sigma_2d[8], abs=1e-3)
    assert len(kept["loops"]) == 3
    figures = measures(hand)[0]
    for measure, value in zip(MEASURES, figures, strict=True):
        assert kept["measures"][measure.key]["value"] == pytest.approx(value, abs=1e-3)
    assert kept["measures"]["index_pip_flexion_deg"]["sigma"] is None


def test_of_a_recorded_session_the_data_has_what_its_lengths_hang_on(window, qtbot, tmp_path):
    recorded = load_settings(overrides=["tracker.palm_length=0.101", "camera.field_of_view=71"])
    with SessionRecorder(tmp_path / "one", settings=recorded) as recorder:
        for result in moving_results(20):
            recorder.write(result)
    shown: list[FrameResult] = []
    window.bridge.result_ready.connect(shown.append)
    window.open_source(str(tmp_path / "one"))
    qtbot.waitUntil(lambda: bool(shown), timeout=60_000)
    qtbot.keyClick(window, Qt.Key.Key_S)
    (path,) = (window.bridge.settings.recording.folder / "snapshots").glob("*.json")
    values = json.loads(path.read_text())
    assert values["palm_length_mm"] == pytest.approx(101)
    assert values["field_of_view_deg"] == pytest.approx(71)
    assert recorded_scale({}) == {
        "palm_length_mm": None,
        "field_of_view_deg": None,
        "lengths": values["lengths"],
    }


def test_without_a_picture_it_says_so(window, qtbot, settings):
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert "no picture to save yet" in window.video.banner.text
    assert not (settings.recording.folder / "snapshots").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(window, qtbot, settings):
    folder: Path = settings.recording.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file is in the way")
    window.video.show_result(sample_result((sample_hand(),)))
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.video.banner.text.startswith("the snapshot cannot be saved in ")
    assert "choose another folder" in window.video.banner.text


def test_what_is_not_known_is_null():
    text = json.dumps(snapshot_values(sample_result((sample_hand(curl=0.9),))), allow_nan=False)
    assert json.loads(text)["hands"][0]["measures"]["spread_index_middle_deg"]["value"] is None
