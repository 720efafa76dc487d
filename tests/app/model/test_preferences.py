"""Which settings are remembered, in which order they count, and their way through files."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.preferences import (
    REMEMBERED,
    allowed,
    as_override,
    read_yaml,
    value_of,
    values_of,
    with_values,
    write_yaml,
)
from handtrack.config import load_settings
from handtrack.errors import ConfigError


def test_defaults_remembered_file_set_in_this_order(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("tracker: {max_hands: 4, smoothing: false}\n")
    remembered = ["tracker.max_hands=3", "camera.width=640", "tracker.smoothing=true"]
    settings = load_settings(file, ["tracker.max_hands=5"], remembered)
    assert settings.camera.width == 640, "over the default"
    assert not settings.tracker.smoothing, "the file comes before what is remembered"
    assert settings.tracker.max_hands == 5, "and --set before the file"
    assert load_settings(file, (), remembered).tracker.max_hands == 4


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("camera.width", 1920),
        ("camera.fps", 59.94),
        ("camera.fourcc", ""),
        ("camera.fourcc", "YUYV"),
        ("tracker.smoothing", False),
        ("recording.folder", Path("/films/with, a comma: and 'quotes' # too")),
        ("recording.folder", None),
        ("window.theme", "system"),
    ],
)
def test_every_value_comes_back_as_it_was(key, value):
    settings = load_settings(overrides=[as_override(key, value)])
    assert value_of(settings, key) == value
    assert value_of(with_values(load_settings(), {key: value}), key) == value


def test_all_that_is_remembered_is_a_setting():
    assert set(values_of(load_settings())) == set(REMEMBERED)


def test_what_a_damaged_file_says_is_left_out(caplog):
    found = {
        "camera.width": "640",
        "camera.height": "minus one",
        "tracker.smoothing": "[",
        "tracker.max_hands": "99",
        "camera.fourcc": "!!python/object:os.system {}",
        "window.theme": "\x00",
        "tracker.engine": "torch",
        "nonsense": "1",
    }
    assert allowed(found) == ["camera.width=640"]
    assert "camera.height" in caplog.text


def test_a_value_that_is_not_allowed_changes_nothing():
    with pytest.raises(ConfigError, match=r"tracker\.max_hands"):
        with_values(load_settings(), {"tracker.max_hands": 99})


def test_settings_go_through_a_file(tmp_path):
    settings = load_settings(
        overrides=["tracker.max_hands=3", "tracker.engine=torch", "recording.folder=/films", "camera.fps=15"]
    )
    file = tmp_path / "folder" / "mine.yaml"
    write_yaml(settings, file)
    assert load_settings(file) == settings
    values, others = read_yaml(file)
    assert values["tracker.max_hands"] == 3
    assert values["recording.folder"] == Path("/films")
    assert others == ["tracker.engine"], "what is in the file but is not remembered is named"
    assert with_values(load_settings(), values).camera.fps == 15
    with pytest.raises(ConfigError):
        read_yaml(tmp_path / "missing.yaml")
