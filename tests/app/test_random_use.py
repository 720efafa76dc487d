"""The window used at random: no exception, nothing left behind, no growth.

HANDTRACK_USE_SECONDS=120 uses it for two minutes, HANDTRACK_USE_SEED=N as a run before did.
"""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from pathlib import Path

import av
import cv2
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QApplication

from app.assembly import make_window
from app.bridge import Bridge
from app.exceptions import ExceptionReporter
from app.values import Phase, RecordingProgress
from app.window import MainWindow
from handtrack.ending import WATCH_NAME
from handtrack.engines import create_engine
from handtrack.model.weights_file import shipped_weights
from tests.app.random_use import RandomUse

SECONDS = float(os.environ.get("HANDTRACK_USE_SECONDS", "10"))
TIMEOUT = 120_000  # milliseconds
PAUSE = 120  # milliseconds from one action to the next
MOST_GROWTH = {"objects": 60, "timers": 3, "threads": 3, "handles": 12}
"""What more may be held at rest after the second half of the use than after the first. A plot that was never
seen before makes its items, a library its threads, once; what grows with each action comes to a hundred."""


@pytest.fixture
def window(qtbot, settings, tracker_loads, end_of_loading):
    made = make_window(Bridge(settings), settings)
    made.resize(1270, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    if not sip.isdeleted(made):
        made.close()
        sip.delete(made)


@pytest.fixture
def stills(tmp_path: Path, counting_clip: Path) -> Path:
    folder = tmp_path / "stills"
    folder.mkdir()
    with av.open(str(counting_clip)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % 40 == 0:
                cv2.imwrite(str(folder / f"{index:03d}.jpg"), frame.to_ndarray(format="bgr24"))
            if index == 160:
                break
    return folder


def threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return sorted(name for name in names if name.startswith(("handtrack", "recorder")) and name != WATCH_NAME)


def timers() -> list[QTimer]:
    """The timers that run."""
    # By its own type: some objects of libraries warn when they are asked for their class.
    made = [one for one in gc.get_objects() if issubclass(type(one), QTimer) and not sip.isdeleted(one)]
    return [one for one in made if one.isActive()]


def at_rest(window: MainWindow, qtbot) -> dict[str, int]:
    """Stop all, put all docks back, and count what is held."""
    window.bridge.stop_recording()
    window.bridge.stop()
    window.comparing.switch(False, 1)
    window.layout_of_docks.reset()
    qtbot.waitUntil(lambda: not window.bridge.phase.active and not window.bridge.closing, timeout=TIMEOUT)
    qtbot.waitUntil(lambda: threads() == [], timeout=TIMEOUT)
    qtbot.wait(300)
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    gc.collect()
    return {
        "objects": len(window.findChildren(QObject)),
        "timers": len(timers()),
        "threads": len(os.listdir("/proc/self/task")) if Path("/proc/self/task").is_dir() else 0,
        "handles": len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0,
    }


def record_one(window: MainWindow, qtbot, clip: Path) -> None:
    """A session to be opened meanwhile: the whole clip."""
    told: list[RecordingProgress] = []
    window.bridge.recording_changed.connect(told.append)
    window.open_source(str(clip))
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=TIMEOUT)
    window.controls.record.click()
    qtbot.waitUntil(lambda: bool(told) and not told[-1].active, timeout=TIMEOUT)
    assert told[-1].frames > 0


def make_the_engines_threads() -> None:
    """OpenVINO makes its threads once and keeps them; those for two hands may be needed late, or never."""
    engine = create_engine("auto", shipped_weights())
    engine.prepare(2)
    engine.close()


@pytest.mark.timeout(300 + 3 * SECONDS)
def test_random_use_raises_nothing_and_leaves_nothing_behind(
    window, qtbot, settings, labelled_clip, plain_clip, stills, tmp_path
):
    make_the_engines_threads()
    seed = int(os.environ.get("HANDTRACK_USE_SEED", random.randrange(100_000)))
    print(f"seed {seed}")
    timers_before = timers()
    clip = str(labelled_clip)
    missing = str(tmp_path / "missing.mp4")
    sources = [clip, clip, plain_clip, str(stills), missing]
    raised: list[str] = []
    held: list[dict[str, int]] = []
    with ExceptionReporter() as reporter:
        reporter.reported.connect(raised.append)
        record_one(window, qtbot, labelled_clip)
        use = RandomUse(window, qtbot, sources, settings.recording.folder, seed)
        history = lambda: f"seed {seed}; at last: {'; '.join(use.done)}"  # noqa: E731
        for _ in range(2):
            end = time.monotonic() + SECONDS / 2
            while time.monotonic() < end:
                use.act()
                qtbot.wait(PAUSE)
                assert raised == [], history()
            print(history())  # at_rest waits, and may do so in vain
            held.append(at_rest(window, qtbot))
        window.close()
        qtbot.waitUntil(lambda: threads() == [], timeout=TIMEOUT)
        qtbot.wait(100)
    assert raised == [], history()
    assert len(use.counts) >= 5, "it was used"
    grown = {name: held[1][name] - held[0][name] for name in held[0]}
    too_much = {name: count for name, count in grown.items() if count > MOST_GROWTH[name]}
    assert too_much == {}, f"{held}; {history()}"
    sip.delete(window)
    left = [one for one in timers() if all(one is not other for other in timers_before)]
    words = [f"of {type(one.parent()).__name__}, every {one.interval()} ms" for one in left]
    assert words == [], f"timers left behind; {history()}"
