from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.config import RecordingSettings, Settings
from handtrack.ending import Terminated
from handtrack.errors import HandtrackError, ModelError, SessionError, SourceError
from handtrack.hand import Crop, Frame, FrameResult, Hand, IterationEstimate, read_only
from handtrack.model.weights_file import shipped_weights, weights_digest
from handtrack.processing import process_source
from handtrack.sessions import read_session
from handtrack.sessions.video import VideoWriter, picture_times, read_pictures

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = Settings(recording=RecordingSettings(flush_interval=0.05))
FRAMES = 40

# Processes a video with a tracker that takes a while, and tells each finished frame and its time.
PROCESSING_PROGRAM = """
import sys, time
from pathlib import Path
from handtrack.config import Settings
from handtrack.hand import FrameResult
from handtrack.model.weights_file import shipped_weights, weights_digest
from handtrack.processing import process_source

class Tracker:
    def process_frame(self, frame):
        time.sleep(0.02)
        return FrameResult(frame, (), True, 0.5, 4)
    def close(self):
        pass

def tell(done, total):
    print(done, time.monotonic(), flush=True)

out = Path(sys.argv[2])
try:
    process_source(sys.argv[1], out / "session", Settings(), annotate=out / "annotated.mp4",
                   progress=tell, make_tracker=Tracker)
except KeyboardInterrupt:
    sys.exit(130)
"""


class ScriptedTracker:
    """Finds the detector's hand in frame 4, and loses it in frames 10 and 11."""

    gate_threshold, max_hands, smoothing, max_iterations = 0.5, 2, True, 4

    def __init__(self) -> None:
        self.closed = False

    def process_frame(self, frame: Frame) -> FrameResult:
        seen = frame.index >= 4 and frame.index not in (10, 11)
        hands = (hand_with_loops(1 + frame.index % 2),) if seen else ()
        return FrameResult(frame, hands, frame.index < 5, self.gate_threshold, 4, {"total": 1.0})

    def close(self) -> None:
        self.closed = True


def hand_with_loops(loops: int) -> Hand:
    flat = read_only(np.tile([[20.0, 24.0]], (21, 1)) + np.arange(21)[:, None], np.float32)
    deep = read_only(np.zeros((21, 3)), np.float32)
    sigma = read_only(np.ones(21), np.float32)
    step = IterationEstimate(flat, deep, sigma, sigma, 0.9)
    crop = Crop((30.0, 30.0), 40.0, 0.0)
    return Hand(flat, deep, sigma, sigma, loops, 0.9, "left", 1.0, 1, crop, (step,) * loops, flat, deep)


@pytest.fixture
def make_video(tmp_path):
    """Function (frames) -> a video of 25 frames a second whose grey tells the frame."""

    def make(frames: int = FRAMES) -> Path:
        path = tmp_path / "clip.mp4"
        with VideoWriter(path, fps=25, crf=10) as video:
            for number in range(frames):
                video.write(np.full((48, 64, 3), 20 + 4 * (number % 50), np.uint8), 40 * number)
        return path

    return make


def test_every_frame_of_a_video_is_in_the_session(tmp_path, make_video):
    seen: list[tuple[int, int | None]] = []

    summary = process_source(
        make_video(),
        tmp_path / "out",
        SETTINGS,
        make_tracker=ScriptedTracker,
        progress=lambda done, total: seen.append((done, total)),
    )

    session = read_session(tmp_path / "out")
    frames = list(session.frames())
    assert session.whole
    assert session.manifest.ended == "the source ended"
    assert session.manifest.source is not None
    assert session.manifest.source.frame_count == FRAMES
    assert [frame.record.index for frame in frames] == list(range(FRAMES))
    assert [frame.record.timestamp for frame in frames] == pytest.approx(np.arange(FRAMES) / 25, abs=0.001)
    assert [frame.result().frame.image.mean() for frame in frames] == pytest.approx(
        20 + 4 * np.arange(FRAMES), abs=3
    )
    assert seen == [(done, FRAMES) for done in range(1, FRAMES + 1)]
    assert (summary.frames, summary.session, summary.annotated) == (FRAMES, tmp_path / "out", ())


def test_the_summary_says_how_well_it_went(tmp_path, make_video):
    summary = process_source(make_video(), tmp_path / "out", SETTINGS, make_tracker=ScriptedTracker)

    assert (summary.frames_after_detection, summary.tracked) == (FRAMES - 4, FRAMES - 6)
    assert summary.tracked_share == pytest.approx(34 / 36)
    assert (summary.detector_runs, summary.detector_share) == (5, 5 / 40)
    assert summary.mean_loops == pytest.approx(1.5)
    assert summary.fps == pytest.approx(FRAMES / summary.seconds)
    assert str(summary).splitlines()[1:4] == [
        "94.4% of frames tracked after the first detection",
        "1.50 loops on average",
        "detector ran on 12.5% of frames",
    ]
    assert str(tmp_path / "out") in str(summary)


def test_an_annotated_video_shows_the_hands_on_their_frames(tmp_path, make_video):
    annotated = tmp_path / "videos" / "annotated.mp4"

    process_source(make_video(), tmp_path / "out", SETTINGS, make_tracker=ScriptedTracker, annotate=annotated)

    assert picture_times(annotated) == [40 * n for n in range(FRAMES)]
    assert list(annotated.parent.iterdir()) == [annotated]
    spread = [np.ptp(picture.astype(int), axis=-1).max() for _, picture in read_pictures(annotated)]
    assert [value > 60 for value in spread] == [n >= 4 and n not in (10, 11) for n in range(FRAMES)]


def test_images_of_any_size_are_processed(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    sizes = [(63, 47), (32, 90), (120, 64)]
    for number, (width, height) in enumerate(sizes):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((height, width, 3), 100, np.uint8))

    summary = process_source(
        folder,
        tmp_path / "out",
        SETTINGS,
        make_tracker=ScriptedTracker,
        annotate=tmp_path / "out" / "videos" / "annotated.mp4",
    )

    assert summary.frames == 3
    images = [frame.result().frame.image for frame in read_session(tmp_path / "out").frames()]
    assert [(image.shape[1], image.shape[0]) for image in images] == sizes
    # Each is larger than those before it in one direction.
    names = [path.name for path in summary.annotated]
    assert names == ["annotated.mp4", "annotated_2.mp4", "annotated_3.mp4"]
    assert [len(picture_times(path)) for path in summary.annotated] == [1, 1, 1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interruption_closes_the_session_and_the_video(tmp_path, make_video, number):
    handler_before = signal.getsignal(number)
    done_at_signal = 0

    def interrupt(done: int, total: int | None) -> None:
        nonlocal done_at_signal
        if done == 20:
            done_at_signal = done
            os.kill(os.getpid(), number)

    with pytest.raises((KeyboardInterrupt, Terminated)):
        process_source(
            make_video(400),
            tmp_path / "out",
            SETTINGS,
            make_tracker=ScriptedTracker,
            annotate=tmp_path / "annotated.mp4",
            progress=interrupt,
        )

    session = read_session(tmp_path / "out")
    assert session.whole
    assert session.manifest.ended == "interrupted"
    assert done_at_signal <= len(session) < 100
    assert len(picture_times(tmp_path / "annotated.mp4")) == len(session)
    assert signal.getsignal(number) is handler_before


def test_an_interruption_while_the_tracker_loads_leaves_nothing_behind(tmp_path, make_video):
    loading = threading.Event()

    def load_slowly() -> ScriptedTracker:
        os.kill(os.getpid(), signal.SIGINT)
        loading.wait(1.0)
        return ScriptedTracker()

    with pytest.raises(KeyboardInterrupt):
        process_source(make_video(), tmp_path / "out", SETTINGS, make_tracker=load_slowly)

    assert not (tmp_path / "out").exists()


def start_program(video: Path, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESSING_PROGRAM, str(video), str(out)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_in_a_terminal_ends_the_program_with_a_whole_session(tmp_path, make_video):
    program = start_program(make_video(1000), tmp_path)
    for line in program.stdout or ():
        if int(line.split()[0]) >= 15:
            break
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=20)

    session = read_session(tmp_path / "session")
    assert program.returncode == 130
    assert session.whole
    assert len(picture_times(tmp_path / "annotated.mp4")) == len(session) >= 15


def test_kill_9_leaves_all_but_the_last_second(tmp_path, make_video):
    program = start_program(make_video(1000), tmp_path)
    times: list[float] = []
    due = 0
    for line in program.stdout or ():
        times.append(float(line.split()[1]))
        due = sum(moment <= times[-1] - 1.0 for moment in times)
        if due >= 10:
            break
    program.kill()
    program.communicate(timeout=20)

    session = read_session(tmp_path / "session")
    frames = list(session.frames())
    assert session.manifest.status == "recording"
    assert len(frames) >= due
    assert all(frame.image is not None for frame in frames[:due])
    assert not (tmp_path / "annotated.mp4").exists()


@pytest.mark.parametrize("taken", ["session", "video"])
def test_outputs_that_exist_are_refused_before_anything_else(tmp_path, make_video, taken):
    out, annotated = tmp_path / "out", tmp_path / "annotated.mp4"
    mine = out / "mine.txt" if taken == "session" else annotated
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")

    def never() -> ScriptedTracker:
        raise AssertionError("nothing may begin")

    with pytest.raises(SessionError, match=r"exists"):
        process_source(make_video(), out, SETTINGS, annotate=annotated, make_tracker=never)

    assert mine.read_text() == "mine"
    assert out.exists() == (taken == "session")


@pytest.mark.parametrize("name", ["", "video.mkv", "session.yaml"])
def test_the_annotated_video_cannot_take_the_place_of_the_session(tmp_path, make_video, name):
    out = tmp_path / "out"

    with pytest.raises(SessionError, match="would take the place of the session"):
        process_source(make_video(), out, SETTINGS, annotate=out / name, make_tracker=ScriptedTracker)

    assert not out.exists()


@pytest.mark.parametrize("output", ["session", "video"])
def test_outputs_that_cannot_be_written_are_refused(tmp_path, make_video, output):
    (tmp_path / "file").write_text("")
    blocked = tmp_path / "file" / "below"
    out, annotated = (blocked, None) if output == "session" else (tmp_path / "out", blocked / "annotated.mp4")

    with pytest.raises(SessionError, match="cannot be written"):
        process_source(make_video(), out, SETTINGS, annotate=annotated, make_tracker=ScriptedTracker)

    assert not (tmp_path / "out").exists()


def test_a_source_that_does_not_open_leaves_no_folder(tmp_path):
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(2000))

    for source in (tmp_path / "missing.mp4", tmp_path / "noise.mp4"):
        with pytest.raises(SourceError):
            process_source(source, tmp_path / "out", SETTINGS, make_tracker=ScriptedTracker)
        assert not (tmp_path / "out").exists()


def test_a_tracker_that_does_not_load_is_the_error(tmp_path, make_video):
    def fail() -> ScriptedTracker:
        raise ModelError("the weights are missing")

    with pytest.raises(ModelError, match="the weights are missing"):
        process_source(make_video(), tmp_path / "out", SETTINGS, make_tracker=fail)

    assert not (tmp_path / "out").exists()


def test_a_tracker_that_breaks_leaves_the_frames_before(tmp_path, make_video, caplog):
    class Breaking(ScriptedTracker):
        def process_frame(self, frame: Frame) -> FrameResult:
            if frame.index >= 12:
                raise RuntimeError("out of order")
            return super().process_frame(frame)

    with pytest.raises(HandtrackError, match="out of order"):
        process_source(make_video(), tmp_path / "out", SETTINGS, make_tracker=Breaking)

    session = read_session(tmp_path / "out")
    assert (len(session), session.whole) == (12, True)
    assert session.manifest.ended == "error: the tracker failed on 10 frames in a row: out of order"
    assert "holds the 12 frames before the error" in caplog.text


@pytest.mark.parametrize("full", ["session", "annotated video"])
def test_a_full_disk_is_the_error_and_leaves_no_half_video(tmp_path, make_video, monkeypatch, full):
    video = make_video()
    write = VideoWriter.write

    def fill(writer: VideoWriter, image: np.ndarray, time_ms: int) -> int:
        if time_ms >= 400 and writer._live == (full == "session"):
            raise OSError(28, "No space left on device")
        return write(writer, image, time_ms)

    monkeypatch.setattr(VideoWriter, "write", fill)
    annotated = tmp_path / "videos" / "annotated.mp4"
    with pytest.raises(SessionError, match="No space left on device"):
        process_source(video, tmp_path / "out", SETTINGS, make_tracker=ScriptedTracker, annotate=annotated)

    session = read_session(tmp_path / "out")
    assert len(session) == (10 if full == "session" else 11)
    assert session.whole == (full != "session")
    assert list(annotated.parent.iterdir()) == []


def test_a_real_hand_is_followed_from_the_file_to_the_session(tmp_path, counting_clip, hand_bundle):
    clip = tmp_path / "beginning.mp4"
    with VideoWriter(clip, fps=30, crf=18) as video:
        for time_ms, picture in itertools.islice(read_pictures(counting_clip), 45):
            video.write(picture, time_ms)

    summary = process_source(clip, tmp_path / "out", Settings(), annotate=tmp_path / "annotated.mp4")

    session = read_session(tmp_path / "out")
    assert (summary.frames, len(session), session.whole) == (45, 45, True)
    assert session.manifest.weights_sha256 == weights_digest(shipped_weights())
    assert summary.tracked_share >= 0.95
    assert summary.detector_share < 0.2
    assert summary.mean_loops is not None
    assert 1 <= summary.mean_loops <= 4
    for record in session.records():
        for hand in record.hands:
            assert len(hand.trace) == hand.iterations <= record.max_iterations
            assert np.isfinite(hand.joints_3d).all()
    assert len(picture_times(tmp_path / "annotated.mp4")) == 45
