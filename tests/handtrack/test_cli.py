"""The `handtrack` command: what each verb prints, and its exit code when something is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from handtrack import cli
from handtrack.config import Settings
from handtrack.sources.camera_list import CameraDescription

SLOW_IMPORTS = {"av", "cv2", "mediapipe", "numpy", "open3d", "pyarrow", "pydantic", "PyQt6", "rich", "torch"}


@pytest.fixture(scope="module")
def untrained_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from handtrack.model.checkpoint import save_weights
    from handtrack.model.network import HandNetwork

    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    save_weights(path, HandNetwork(), {})
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video of eight frames without a hand."""
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for index in range(8):
            picture = np.full((120, 160, 3), 20 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


def handtrack(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def failed_with_one_line(result: Result, code: int) -> str:
    assert result.exit_code == code
    assert result.exception is None or isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    return line


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys, handtrack.cli\n"
        "handtrack.cli.command()\n"
        f"print(sorted({SLOW_IMPORTS!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_help_lists_every_verb() -> None:
    done = subprocess.run([sys.executable, "-m", "handtrack", "--help"], capture_output=True, text=True)

    assert done.returncode == 0
    for verb in ("run", "process", "show", "demo", "cameras", "models", "doctor"):
        assert f"\n  {verb} " in done.stdout


def test_version_is_printed() -> None:
    from handtrack import __version__

    assert handtrack("--version").stdout == f"handtrack {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["juggle"], ["process"], ["process", "clip.mp4"], ["run", "--quit-after", "-1"], ["show"], ["--colour"]],
)
def test_wrong_usage_exits_with_two(arguments: list[str]) -> None:
    result = handtrack(*arguments)

    assert result.exit_code == 2
    assert "Usage" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("verb", [["process", "clip.mp4", "--out", "out"], ["run"], ["demo"]])
def test_bad_setting_is_one_line_and_exits_with_two(verb: list[str]) -> None:
    line = failed_with_one_line(handtrack(*verb, "--set", "tracker.max_hands=9"), 2)

    assert line.startswith("error: tracker.max_hands (--set tracker.max_hands=9): 9 is not allowed")


@pytest.mark.parametrize("verb", [["process", "clip.mp4", "--out", "out"], ["run"]])
@pytest.mark.parametrize("hands", ["0", "9", "two", "1.5"])
def test_a_number_of_hands_that_cannot_be_is_wrong_usage(verb: list[str], hands: str) -> None:
    result = handtrack(*verb, "--hands", hands)

    assert result.exit_code == 2
    assert "--hands" in result.stderr
    assert "Traceback" not in result.stderr


def test_short_options_are_settings_and_win() -> None:
    from handtrack.cli.common import settings_of, with_options

    settings = settings_of(None, with_options(["tracker.max_hands=3"], mirrored=True, hands=8, as_video=True))
    assert settings.tracker.max_hands == 8
    assert settings.playback.images_as_video
    assert settings.source.mirrored
    unchanged = with_options(["tracker.max_hands=3"], mirrored=False, hands=None, as_video=False)
    settings = settings_of(None, unchanged)
    assert not settings.source.mirrored
    assert settings.tracker.max_hands == 3
    assert not settings.playback.images_as_video


def test_settings_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    line = failed_with_one_line(handtrack("run", "--config", tmp_path / "absent.yaml"), 2)

    assert "absent.yaml cannot be read" in line


def test_run_without_a_screen_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    line = failed_with_one_line(handtrack("run"), 1)

    assert "no screen" in line
    assert "handtrack process" in line


def test_cameras_lists_index_name_and_id(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        CameraDescription(0, "Desk camera", "/dev/v4l/by-id/usb-" + "x" * 100, "V4L2"),
        CameraDescription(2, "Other", "id-2", "V4L2"),
    ]
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", lambda: found)

    result = handtrack("cameras")

    assert result.exit_code == 0
    assert "Desk camera" in result.stdout
    assert result.stdout.count("x") == 101  # in the heading too: the id is whole, over several lines
    assert "id-2" in result.stdout


def test_cameras_without_one_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", list)

    assert "no camera was found" in failed_with_one_line(handtrack("cameras"), 1)


def test_models_takes_the_users_file_and_prints_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hand_bundle: Path
) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))

    result = handtrack("models", "--from", hand_bundle)

    assert result.exit_code == 0
    assert Path(result.stdout.strip()) == tmp_path / "hand_landmarker.task"
    assert (tmp_path / "hand_landmarker.task").read_bytes() == hand_bundle.read_bytes()


def test_models_that_are_there_are_not_fetched_again(hand_bundle: Path) -> None:
    assert handtrack("models").stdout.strip() == str(hand_bundle)


def test_models_offline_is_one_line_with_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    line = failed_with_one_line(handtrack("models"), 1)

    assert "`handtrack models`" in line
    assert "`handtrack models --from FILE`" in line


def test_models_from_a_wrong_file_is_one_line(clip: Path) -> None:
    assert "is not a hand bundle" in failed_with_one_line(handtrack("models", "--from", clip), 1)


def test_process_then_show(tmp_path: Path, clip: Path, untrained_weights: Path, hand_bundle: Path) -> None:
    session, video = tmp_path / "session", tmp_path / "annotated.mp4"

    done = handtrack(
        *("process", clip, "--out", session, "--annotate", video),
        *("--set", f"tracker.weights={untrained_weights}"),
    )
    shown = handtrack("show", session)

    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("8 frames")
    assert str(video) in done.stdout
    with av.open(str(video)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 8
    assert shown.exit_code == 0
    assert "8" in shown.stdout


@pytest.fixture
def damaged_clip(tmp_path: Path) -> Path:
    """A video of 40 frames without a hand, whose middle is overwritten."""
    path = tmp_path / "damaged.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        rng = np.random.default_rng(0)
        for _ in range(40):
            picture = rng.integers(0, 255, (120, 160, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + b"\xff" * 3000 + data[middle + 3000 :])
    return path


def test_what_a_source_lost_stands_in_the_summary_and_in_the_session_in_the_same_words(
    tmp_path: Path, damaged_clip: Path, untrained_weights: Path, hand_bundle: Path
) -> None:
    from handtrack.sessions.manifest import read_manifest
    from handtrack.sources.video import VideoSource

    source = VideoSource(damaged_clip)
    source.open()
    while source.read() is not None:
        pass
    source.close()
    (sentence,) = source.losses()
    assert "damaged" in sentence

    session = tmp_path / "session"
    weights = f"tracker.weights={untrained_weights}"
    processed = handtrack("process", damaged_clip, "--out", session, "--set", weights)
    shown = handtrack("show", session)

    assert (processed.exit_code, shown.exit_code) == (0, 0)
    assert processed.stdout.splitlines().count(sentence) == 1
    assert sentence not in processed.stderr
    assert read_manifest(session).losses == (sentence,)
    assert sentence in " ".join(shown.stdout.split())


@pytest.mark.parametrize("mirrored", [True, False])
def test_a_mirrored_source_is_turned_back_by_process(
    tmp_path: Path, hand_bundle: Path, mirrored: bool
) -> None:
    from handtrack.sessions import read_session

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :40] = (0, 0, 255)
    cv2.imwrite(str(pictures / "1.png"), picture)
    other = tmp_path / "other"
    shutil.copytree(pictures, other)
    options = ["--mirrored"] if mirrored else []

    one = handtrack("process", pictures, "--out", tmp_path / "one", *options)
    many = handtrack("process", pictures, other, "--out", tmp_path / "many", *options)

    assert (one.exit_code, many.exit_code) == (0, 0)
    for folder in (tmp_path / "one", tmp_path / "many" / "pictures", tmp_path / "many" / "other"):
        session = read_session(folder)
        (frame,) = session.frames()
        assert frame.image is not None
        assert (frame.image[30, 60, 2] > 128) == mirrored
        assert (frame.image[30, 20, 2] > 128) != mirrored
        assert session.manifest.settings["source"] == {"mirrored": mirrored}
        assert session.manifest.source is not None
        assert ("turned back" in session.manifest.source.detail) == mirrored


def test_run_takes_a_mirrored_source(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bool] = []

    def open_window(source: str, settings: Settings, *_: object) -> int:
        opened.append(settings.source.mirrored)
        return 0

    monkeypatch.setattr("handtrack.cli.window._open_window", open_window)
    assert handtrack("run", "clip.mp4", "--mirrored").exit_code == 0
    assert handtrack("run", "clip.mp4").exit_code == 0
    assert opened == [True, False]


def test_process_into_a_folder_with_files_is_refused(tmp_path: Path, clip: Path, hand_bundle: Path) -> None:
    line = failed_with_one_line(handtrack("process", clip, "--out", tmp_path), 1)

    assert f"{tmp_path} exists" in line
    assert clip.is_file()


def test_process_of_a_missing_file_is_one_line(tmp_path: Path, hand_bundle: Path) -> None:
    line = failed_with_one_line(handtrack("process", tmp_path / "absent.mp4", "--out", tmp_path / "s"), 1)

    assert "absent.mp4" in line
    assert not (tmp_path / "s").exists()


def test_process_of_what_is_no_video_is_one_line(
    tmp_path: Path, untrained_weights: Path, hand_bundle: Path
) -> None:
    source = tmp_path / "text.mp4"
    source.write_text("not a video")
    weights = f"tracker.weights={untrained_weights}"

    line = failed_with_one_line(handtrack("process", source, "--out", tmp_path / "s", "--set", weights), 1)

    assert "text.mp4" in line


def test_process_with_damaged_weights_is_one_line(tmp_path: Path, clip: Path, hand_bundle: Path) -> None:
    weights = tmp_path / "bad.safetensors"
    weights.write_bytes(b"not weights")

    result = handtrack("process", clip, "--out", tmp_path / "s", "--set", f"tracker.weights={weights}")

    assert "bad.safetensors" in failed_with_one_line(result, 1)


def test_interruption_is_one_line_and_exits_with_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hand_bundle: Path
) -> None:
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("handtrack.processing.process_source", interrupted)

    line = failed_with_one_line(handtrack("process", "clip.mp4", "--out", tmp_path / "s"), 130)

    assert line == "interrupted"


def test_terminated_process_leaves_a_whole_session(
    tmp_path: Path, counting_clip: Path, untrained_weights: Path, hand_bundle: Path
) -> None:
    session = tmp_path / "session"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "handtrack", "process", str(counting_clip), "--out", str(session)),
            *("--set", f"tracker.weights={untrained_weights}"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while process.poll() is None and not (session / "hands.arrows").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()

    shown = handtrack("show", session)

    assert process.returncode == 143
    assert "Traceback" not in errors
    assert "terminated" in errors.splitlines()
    assert shown.exit_code == 0
    assert "complete" in shown.stdout


@pytest.mark.parametrize("name", ["absent", "."])
def test_show_of_what_is_no_session_is_one_line(tmp_path: Path, name: str) -> None:
    assert str(tmp_path) in failed_with_one_line(handtrack("show", tmp_path / name), 1)


@pytest.mark.parametrize(("renders", "expected"), [(True, "rendered"), (False, "demo")])
def test_demo_without_camera_shows_a_rendered_hand(
    monkeypatch: pytest.MonkeyPatch, renders: bool, expected: str
) -> None:
    opened: list[str | None] = []

    def run_window(source: str | None, *_: object, **__: object) -> int:
        opened.append(source)
        return 0

    monkeypatch.setenv("DISPLAY", os.environ.get("DISPLAY", ":99"))
    monkeypatch.setattr("handtrack.demo.list_cameras", list)
    monkeypatch.setattr("handtrack.demo.can_render_live", lambda: renders)
    monkeypatch.setattr("app.main.run_window", run_window)

    result = handtrack("demo")

    assert result.exit_code == 0
    assert opened == [expected]
    assert "there is no camera" in result.stderr


def test_verbose_shows_what_happens(
    tmp_path: Path, clip: Path, untrained_weights: Path, hand_bundle: Path
) -> None:
    arguments = ("process", clip, "--set", f"tracker.weights={untrained_weights}")

    quiet = handtrack(*arguments, "--out", tmp_path / "quiet")
    verbose = handtrack(*arguments, "--out", tmp_path / "verbose", "--verbose")

    assert "opened" not in quiet.stderr
    assert "opened" in verbose.stderr
