"""Settings: the shipped defaults, what overrides them, and what a person reads about a bad value."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from handtrack.config import Settings, load_settings
from handtrack.config_loading import load_typed
from handtrack.errors import ConfigError

# Each setting, values that it refuses, and what the message says is allowed.
REFUSED = [
    ("camera.device", ["-1", "on", "''", "[1]", "null"], "an index from 0, or a name or id"),
    ("camera.width", ["15", "16385", "1280.5", "on", "wide"], "a whole number from 16 to 16384"),
    ("camera.height", ["15", "16385", "off"], "a whole number from 16 to 16384"),
    ("camera.fps", ["0", "-1", "1001", ".nan", ".inf", "on"], "a number above 0 up to 1000"),
    ("camera.fourcc", ["MJPEG", "MJ", "off", "null"], "four letters or digits"),
    ("camera.stale_after", ["0", "-2", ".inf", "yes"], "a number above 0"),
    ("camera.field_of_view", ["9", "151"], "a number from 10 to 150"),
    ("source.mirrored", ["1", "left", "null"], "true or false"),
    ("playback.loop", ["1", "0", "maybe", "null"], "true or false"),
    ("playback.images_as_video", ["1", "maybe"], "true or false"),
    ("playback.image_fps", ["0", "1001"], "a number above 0 up to 1000"),
    ("tracker.weights", ["5", "on", "[a]", "~nobody-of-that-name/w"], "a path or null"),
    ("tracker.engine", ["tensorrt", "null"], "auto or openvino-int8 or openvino or onnxruntime or torch"),
    ("tracker.detector", ["none"], "auto or own or palm or mediapipe"),
    ("tracker.detection_confidence", ["0", "1.1", "on", ".nan"], "a number from 0.05 to 1 or null"),
    ("tracker.max_hands", ["0", "9", "1.5", "on"], "a whole number from 1 to 8"),
    ("tracker.gate_threshold", ["-0.1", "1.1", "on", "nan"], "a number from 0 to 1"),
    ("tracker.presence_threshold", ["-0.1", "1.1"], "a number from 0 to 1"),
    ("tracker.lost_after", ["0", "4"], "a whole number from 1 to 3"),
    ("tracker.redetect_interval", ["-1", "61"], "a number from 0 to 60"),
    ("tracker.warm_start", ["1", "smooth"], "true or false"),
    ("tracker.smoothing", ["1", "smooth"], "true or false"),
    ("tracker.one_euro_min_cutoff", ["0", "-1"], "a number above 0"),
    ("tracker.one_euro_beta", ["-1"], "a number from 0"),
    ("tracker.one_euro_noise", ["-1"], "a number from 0"),
    ("tracker.palm_length", ["0.02", "0.3"], "a number from 0.03 to 0.2"),
    ("recording.folder", ["5"], "a path or null"),
    ("recording.queue_frames", ["0", "10001"], "a whole number from 1 to 10000"),
    ("recording.flush_interval", ["0", "1.1"], "a number above 0 up to 1"),
    ("recording.video", ["quarter", "null"], "full or half or none"),
    ("recording.traces", ["1"], "true or false"),
    ("recording.part_minutes", ["0", "1441"], "a number from 0.1 to 1440 or null"),
    ("recording.least_free_mb", ["-1"], "a whole number from 0"),
    ("recording.video_crf", ["-1", "52"], "a whole number from 0 to 51"),
    (
        "recording.video_preset",
        ["placebo", "null"],
        "ultrafast or superfast or veryfast or fast or medium or slow",
    ),
    ("streaming.to", ["5", "osc://127.0.0.1:9000", "on"], "a list of addresses"),
    ("streaming.processors", ["5", "my_module:Mine"], "a list of classes"),
    ("streaming.queue_frames", ["0", "1001"], "a whole number from 1 to 1000"),
    ("streaming.beyond_this_machine", ["1"], "true or false"),
    ("streaming.token", ["5", "[a]"], "text or null"),
    ("window.mirror", ["1"], "true or false"),
    ("window.theme", ["bright", "1"], "system or dark or light"),
    ("window.remember_recent", ["1"], "true or false"),
    ("window.history_seconds", ["0.5", "121"], "a number from 1 to 120"),
    ("window.refresh_hz", ["0", "241"], "a number from 1 to 240"),
]


def settings_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def value_of(settings: Settings, key: str) -> Any:
    section, name = key.split(".")
    return getattr(getattr(settings, section), name)


def message_of(*overrides: str, path: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(path, list(overrides))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_shipped_file_holds_every_setting_at_its_default() -> None:
    import yaml

    from handtrack.resources import resource_path

    shipped = yaml.safe_load(resource_path("configs/default.yaml").read_text(encoding="utf-8"))

    assert load_settings() == Settings()
    assert {name: set(section) for name, section in shipped.items()} == {
        name: set(section) for name, section in Settings().model_dump().items()
    }


def test_file_overrides_the_defaults_and_set_overrides_the_file(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "tracker:\n  max_hands: 1\n  gate_threshold: 0.9\n")

    settings = load_settings(path, ["tracker.gate_threshold=0.2", "tracker.gate_threshold=0.3"])

    assert settings.tracker.max_hands == 1
    assert settings.tracker.gate_threshold == 0.3
    assert settings.camera == Settings().camera


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("tracker.gate_threshold=1e-3", 0.001),  # a string to YAML
        ("camera.fps=1e2", 100.0),
        ("tracker.gate_threshold=0", 0.0),
        ("tracker.gate_threshold=1", 1.0),
        ("tracker.smoothing=off", False),
        ("tracker.weights=w.safetensors", Path("w.safetensors")),
        ("tracker.weights=~/w.safetensors", Path.home() / "w.safetensors"),
        ("tracker.weights=null", None),
        ("camera.device=2", 2),
        ("camera.device=/dev/video0", "/dev/video0"),
        ("camera.device=HD Webcam", "HD Webcam"),
        ('camera.fourcc=""', ""),
        ("recording.video_crf= 30", 30),
    ],
)
def test_override_is_taken(override: str, value: object) -> None:
    found = value_of(load_settings(None, [override]), override.partition("=")[0])

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("key", "bad", "allowed"), REFUSED)
def test_value_out_of_range_is_refused_with_what_is_allowed(key: str, bad: list[str], allowed: str) -> None:
    for value in bad:
        message = message_of(f"{key}={value}")

        assert message.startswith(f"{key} (--set {key}={value}): ")
        assert "is not allowed" in message
        assert f"Allowed: {allowed}" in message


def test_a_token_is_read_and_never_written_down() -> None:
    settings = load_settings(None, ["streaming.token=not to be read by others"])

    assert settings.streaming.secret == "not to be read by others"  # pragma: allowlist secret
    assert "others" not in repr(settings)
    assert settings.model_dump(mode="json")["streaming"]["token"] is None
    assert load_settings().streaming.secret == ""


def test_every_setting_has_a_range_test() -> None:
    assert {key for key, _, _ in REFUSED} == {
        f"{section}.{name}" for section, values in Settings().model_dump().items() for name in values
    }


def test_unknown_key_is_refused_with_a_near_match() -> None:
    message = message_of("tracker.gate_treshold=0.5")  # misspelt on purpose

    where = "tracker.gate_treshold (--set tracker.gate_treshold=0.5)"  # misspelt on purpose
    assert message.startswith(f"{where}: unknown setting")
    assert "did you mean 'gate_threshold'?" in message
    assert "max_hands" in message


def test_unknown_section_is_refused_with_a_near_match() -> None:
    assert "did you mean 'tracker'?" in message_of("traker.max_hands=1")  # misspelt on purpose


def test_misspelt_choice_is_refused_with_a_near_match() -> None:
    assert "did you mean 'torch'?" in message_of("tracker.engine=trch")


def test_message_names_the_file_or_the_override_that_set_the_value(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "tracker:\n  max_hands: 9\n  lost_after: 9\n")

    message = message_of("tracker.lost_after=8", path=path)

    assert f"tracker.max_hands ({path}): 9 is not allowed" in message
    assert "tracker.lost_after (--set tracker.lost_after=8): 8 is not allowed" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tracker: [", "is not YAML: line "),
        ("tracker:\n\tmax_hands: 1", "is not YAML: line 2"),
        ("- tracker", "must hold sections"),
        ("tracker", "must hold sections"),
        ("tracker: 5", "tracker ({path}): 5 is not allowed"),
        ("tracker: {max_hands: 1}\ntracker: {max_hands: 2}", "line 2: the key 'tracker' is given twice"),
        ("tracker:\n  max_hands: 1\n  max_hands: 2", "line 3: the key 'max_hands' is given twice"),
        ("tracker: &again\n  max_hands: *again", "aliases"),
        ("1: 2", "1 ({path}): unknown setting"),
        ("[1]: 2", "is not YAML"),
        ("a: 2026-13-45", "is not YAML"),
        ("a: " + "[" * 100, "is not YAML: line 1: it is nested too deeply"),
        ("a: " + "[" * 5000, "is not YAML: line 1: "),
        ("tracker: !!bool x", "is not YAML: line 1: 'x' is not of the type 'bool'"),
        ("tracker: !!timestamp x", "is not YAML: line 1: 'x' is not of the type 'timestamp'"),
        ("tracker: {max_hands: " + ":".join(["59"] * 3000) + "}", "is not YAML: line 1: a number of"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "is not YAML: line 2: aliases"),
        ("a: 1\n" * 50_000, "cannot be read: it is larger than 0.2 MB"),
        ("a: !!python/object/apply:os.getcwd []", "is not YAML: line 1"),
        ("\0", "is not YAML"),
    ],
)
def test_file_that_is_no_settings_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = settings_file(tmp_path, text)

    message = message_of(path=path)

    assert str(path) in message
    assert expected.format(path=path) in message


def test_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\x00\x81")

    assert "is not UTF-8 text" in message_of(path=path)


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    assert f"settings file {path} cannot be read" in message_of(path=path)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "tracker:\ncamera:\n", "\ufefftracker: {}\n"])
def test_file_that_changes_nothing_gives_the_defaults(tmp_path: Path, text: str) -> None:
    assert load_settings(settings_file(tmp_path, text)) == Settings()


@pytest.mark.parametrize("override", ["tracker", "=1", "tracker.=1", ".max_hands=1"])
def test_override_of_another_form_is_refused(override: str) -> None:
    assert message_of(override) == f"--set {override} is not of the form section.key=value"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (pipe, Path("/dev/zero")):
        assert "no regular file but a device" in message_of(path=path)


def test_many_unknown_settings_make_a_message_that_can_be_read(tmp_path: Path) -> None:
    text = "tracker:\n" + "".join(f"  unknown_{i}: 1\n" for i in range(5000))

    message = message_of(path=settings_file(tmp_path, text))

    assert message.endswith("; and more of 5000 in all")
    assert len(message) < 10_000


def test_a_key_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    message = message_of(path=settings_file(tmp_path, '"\\e[31mred\\a": 1'))

    assert message.isprintable()
    assert message.startswith("\\x1b[31mred\\x07 (")


@pytest.mark.parametrize(
    "override",
    [
        "tracker.max_hands=[",
        "tracker.max_hands={",
        "tracker.max_hands=!!bool x",
        "tracker.max_hands=!!timestamp x",
        "tracker.max_hands=2026-99-99",
        "tracker.max_hands=[&a x,*a]",
        "tracker.max_hands={a: 1, a: 2}",
    ],
)
def test_override_whose_value_is_not_yaml_is_refused(override: str) -> None:
    assert message_of(override).startswith(f"--set {override}: the value is not YAML")


@pytest.mark.parametrize("value", ["[" * 20_000, "9" * 5000])
def test_override_that_is_too_much_is_refused(value: str) -> None:
    assert "the value is not YAML: line 1: " in message_of(f"tracker.max_hands={value}")


def test_override_of_endless_sections_is_refused() -> None:
    assert "is not of the form section.key=value" in message_of("tracker" + ".a" * 20_000 + "=1")


def test_override_cannot_empty_a_section() -> None:
    assert message_of("tracker=").startswith("tracker (--set tracker=): null is not allowed")


def test_long_values_are_cut_in_messages() -> None:
    assert len(message_of("tracker.max_hands=" + "9" * 500)) < 300


def test_missing_required_key_is_named(tmp_path: Path) -> None:
    class Run(BaseModel):
        data: Path
        hours: float = 1.0

    with pytest.raises(ConfigError, match=r"^data: missing\. Allowed: a path$"):
        load_typed(Run, [settings_file(tmp_path, "hours: 2\n")])
