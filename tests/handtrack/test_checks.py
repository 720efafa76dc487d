"""Numbers from outside: what is refused, by every door through which it can come."""

from __future__ import annotations

import decimal
import fractions
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.checks import MOST_HANDS, checked_count, checked_live_setting, checked_number, checked_switch
from handtrack.config import Settings, TrackerSettings
from handtrack.errors import ConfigError, SourceError
from handtrack.geometry import Intrinsics
from handtrack.hand import Frame
from handtrack.pipeline import Pipeline
from handtrack.processing import process_source
from handtrack.sources import open_source
from handtrack.sources.images import ImageSource
from handtrack.tracking import HandTracker

NO_NUMBERS: list[Any] = [
    float("nan"),
    float("inf"),
    -float("inf"),
    None,
    "1",
    b"1",
    1j,
    True,
    False,
    np.True_,
    np.array([1.0]),
    np.float32("nan"),
    decimal.Decimal(1),
    -(10**400),
    [1],
]
no_number = pytest.mark.parametrize(
    "value", NO_NUMBERS, ids=lambda value: f"{type(value).__name__}-{value}"[:20]
)
PICTURE = np.zeros((8, 8, 3), np.uint8)


def one_sentence(caught: pytest.ExceptionInfo[Exception]) -> str:
    text = str(caught.value)
    assert text
    assert "\n" not in text
    assert len(text) < 200
    return text


@no_number
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^a weight must be a finite number from 0 to 2000, not ") as caught:
        checked_number("a weight", value, 0, 2000)
    one_sentence(caught)


@pytest.mark.parametrize(
    "value", [0, 1, 1.5, np.float32(1.5), np.int64(1), np.uint8(0), fractions.Fraction(1, 3)]
)
def test_every_kind_of_real_number_is_taken(value):
    number = checked_number("a weight", value, 0, 2)
    assert type(number) is float
    assert number == pytest.approx(float(value))


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.0, np.float64(2), 0, 9, -1])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(ValueError, match=r"^a count must be a whole number from 1 to 8, not ") as caught:
        checked_count("a count", value, 1, 8)
    one_sentence(caught)


@pytest.mark.parametrize("value", [1, 8, np.int32(3), np.uint8(4)])
def test_every_kind_of_whole_number_is_taken(value):
    assert type(checked_count("a count", value, 1, 8)) is int


@pytest.mark.parametrize("value", [0, 1, None, "true", float("nan")])
def test_what_is_no_switch_is_refused(value):
    with pytest.raises(ValueError, match=r"^a switch must be True or False, not "):
        checked_switch("a switch", value)
    assert checked_switch("a switch", np.True_) is True


def test_only_the_three_live_settings_may_change():
    with pytest.raises(ValueError, match="palm_length cannot be changed"):
        checked_live_setting("palm_length", 0.1)


@no_number
def test_a_frame_refuses_a_timestamp_that_is_no_number(value):
    with pytest.raises(ValueError, match="timestamp") as caught:
        Frame(PICTURE, value, 0)
    one_sentence(caught)


@pytest.mark.parametrize("value", [*NO_NUMBERS, -1, 0.5])
def test_a_frame_refuses_an_index_that_is_no_number(value):
    with pytest.raises(ValueError, match="index"):
        Frame(PICTURE, 0.0, value)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 0, -1, 400, 180, 0.5])
def test_a_camera_refuses_an_angle_that_it_cannot_see(value):
    with pytest.raises(ValueError, match="a field of view must be a finite number from 1 to 179"):
        Intrinsics.from_field_of_view(640, 480, value)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 0, -1])
def test_a_camera_refuses_a_focal_length_that_is_no_length(value):
    with pytest.raises(ValueError, match="focal length"):
        Intrinsics(value, (0.0, 0.0))


@no_number
def test_a_camera_refuses_a_centre_that_is_nowhere(value):
    with pytest.raises(ValueError, match="principal point"):
        Intrinsics(100.0, (0.0, value))


LOAD_REFUSES = [
    *[("field_of_view", value) for value in [*NO_NUMBERS, 0, -60, 9, 151, 400]],
    *[("max_hands", value) for value in [*NO_NUMBERS, 0, MOST_HANDS + 1, 2.0]],
    *[("gate_threshold", value) for value in [*NO_NUMBERS[:10], -0.1, 1.1]],
]


@pytest.mark.parametrize(("name", "value"), LOAD_REFUSES)
def test_loading_refuses_numbers_out_of_range(name, value):
    with pytest.raises(ConfigError, match=name.replace("_", ".")) as caught:
        HandTracker.load(**{name: value})
    one_sentence(caught)


def test_the_angle_is_checked_beside_settings_too():
    with pytest.raises(ConfigError, match="field of view"):
        HandTracker.load(settings=TrackerSettings(), field_of_view=400)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("gate_threshold", value) for value in [*NO_NUMBERS, -0.1, 1.1]],
        *[("max_hands", value) for value in [*NO_NUMBERS, 0, MOST_HANDS + 1, 1.5]],
        *[("smoothing", value) for value in [0, 1, "no", float("nan")]],
    ],
)
def test_a_pipeline_refuses_wishes_that_no_tracker_can_meet(tmp_path, name, value):
    source = ImageSource(tmp_path, fps=1)
    pipeline = Pipeline(source, HandTracker.load, wait_for_tracking=True)
    if value is None:
        pipeline.configure(**{name: value})  # not given
        return
    with pytest.raises(ValueError, match=name):
        pipeline.configure(**{name: value})
    assert pipeline._wishes == {}


@pytest.mark.parametrize("spec", [True, 1.0, 1j, float("nan"), b"0", [0], "9" * 5000, 10**30, -1, "-1"])
def test_a_number_that_names_no_camera_is_refused(spec):
    with pytest.raises(SourceError) as caught:
        open_source(spec, Settings(), realtime=False)
    assert "\n" not in str(caught.value)


def test_a_seed_that_no_generator_takes_is_refused():
    with pytest.raises(SourceError, match="at most 9 digits"):
        open_source("rendered:" + "9" * 5000, Settings(), realtime=False)


@pytest.mark.parametrize("spec", [True, 1.0, float("nan")])
def test_processing_refuses_what_names_no_source(tmp_path: Path, spec: Any):
    with pytest.raises(SourceError, match="names no source"):
        process_source(spec, tmp_path / "session", Settings())
    assert not (tmp_path / "session").exists()
