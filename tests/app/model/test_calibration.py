from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.model.calibration import Calibration, source_name
from handtrack.config import load_settings
from handtrack.sources.camera_list import CameraDescription

CAMERAS = [CameraDescription(0, "Front", "usb-front", "V4L2"), CameraDescription(2, "Top", "usb-top", "V4L2")]


def test_a_palm_and_a_view_hold_for_their_person_and_camera():
    settings = load_settings()
    made = Calibration().with_palm("Anna", 84.5).with_view("usb-top", 71.0)
    top, front = made.applied(settings, "usb-top"), made.applied(settings, "usb-front")
    assert top.tracker.palm_length == front.tracker.palm_length == pytest.approx(0.0845)
    assert top.camera.field_of_view == 71.0
    assert front.camera.field_of_view == settings.camera.field_of_view
    nobody = made.without_palm("Anna")
    assert nobody.applied(settings, "usb-top").tracker == settings.tracker
    assert made.with_view("usb-top", None).applied(settings, "usb-top").camera == settings.camera


def test_words_say_what_is_calibrated():
    settings = load_settings()
    none = Calibration()
    assert none.words(settings, None) == "for a palm of 90 mm and 60° (not calibrated)"
    palm = none.with_palm("Anna", 84.0)
    assert palm.words(settings, "usb-top") == "palm 84 mm calibrated, 60° not"
    assert palm.with_view("usb-top", 71.0).words(settings, "usb-top") == "calibrated: palm 84 mm, view 71°"
    assert none.with_view("usb-top", 71.0).words(settings, "usb-top").startswith("view 71° calibrated")


def test_it_comes_back_from_its_text():
    made = Calibration().with_palm("Zoë", 84.5).with_palm("Ben", 97.0).with_view("usb-top", 71.0)
    assert Calibration.from_text(made.to_text()) == made
    assert Calibration.from_text("") == Calibration()


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "7", '{"palms_mm": 3}', '{"palms_mm": {"A": "long"}, "person": "A"}', "[" * 100_000],
)
def test_what_is_damaged_is_left_out(text):
    assert Calibration.from_text(text) == Calibration()


def test_a_value_that_is_not_allowed_is_left_out():
    text = json.dumps({"palms_mm": {"A": 900.0, "B": 80.0}, "person": "A", "views_deg": {"x": 3.0}})
    assert Calibration.from_text(text) == Calibration({"B": 80.0})


def test_a_source_is_known_by_what_stays_the_same(tmp_path: Path):
    assert source_name(2, CAMERAS) == source_name("2", CAMERAS) == "usb-top"
    assert source_name("camera:usb-top", CAMERAS) == source_name("camera:Top", CAMERAS) == "usb-top"
    assert source_name("camera:gone", CAMERAS) == "gone"
    assert source_name(str(tmp_path), CAMERAS) == str(tmp_path.resolve())
    for none in (None, "demo", "rendered", "rendered:3", str(tmp_path / "missing.mp4")):
        assert source_name(none, CAMERAS) is None
