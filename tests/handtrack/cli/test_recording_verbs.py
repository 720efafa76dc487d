"""The verbs that make and show recordings, and how they end: process, show."""

from __future__ import annotations

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

from tests.handtrack.cli.calling import failed_with_one_line, handtrack


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
    """A video of 40 frames without a hand, whose middle is overwritten.

    Its frames are shown in the order in which they are decoded. Of others a decoder with several threads now
    and then hands one out before its other thread has found it damaged, and no sign of it is left (FFmpeg 8).
    """
    path = tmp_path / "damaged.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "10", "bf": "0"})
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
    many = handtrack("process", pictures, other, "--out", tmp_path / "many", "--workers", "1", *options)

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
    tmp_path: Path, counting_clip: Path, hand_bundle: Path
) -> None:
    session = tmp_path / "session"
    process = subprocess.Popen(
        [sys.executable, "-m", "handtrack", "process", str(counting_clip), "--out", str(session)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        rows = session / "hands.arrows"
        # What is imported and compiled late is over then, which takes a busy machine seconds.
        while process.poll() is None and not (rows.exists() and rows.stat().st_size > 50_000):
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


def test_verbose_shows_what_happens(
    tmp_path: Path, clip: Path, untrained_weights: Path, hand_bundle: Path
) -> None:
    arguments = ("process", clip, "--set", f"tracker.weights={untrained_weights}")

    quiet = handtrack(*arguments, "--out", tmp_path / "quiet")
    verbose = handtrack(*arguments, "--out", tmp_path / "verbose", "--verbose")

    assert "opened" not in quiet.stderr
    assert "opened" in verbose.stderr
