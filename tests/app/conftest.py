"""What the tests of the window share: Qt on any display, the window's look, and pictures of widgets."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from app.environment import prepare_for_qt

prepare_for_qt()
# Before Qt looks for fonts: of those of a machine, the tests see the ones that every machine has.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))

from PyQt6 import sip  # noqa: E402
from PyQt6.QtGui import QImage  # noqa: E402
from PyQt6.QtWidgets import QApplication, QWidget  # noqa: E402

from app import theme  # noqa: E402
from app.assembly import make_window  # noqa: E402
from app.bridge import Bridge  # noqa: E402
from app.window import MainWindow  # noqa: E402
from handtrack.config import Settings, load_settings  # noqa: E402
from handtrack.sources.truth_file import ClipTruth, truth_path, write_truth  # noqa: E402
from handtrack.tracking import HandTracker  # noqa: E402
from tests.app.sample_results import sample_hand, truth_of  # noqa: E402


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["handtrack"]


_MUCH = 50_000
"""Objects that may be garbage before Python looks for it: less than a window leaves in two tests."""


@pytest.fixture(scope="session", autouse=True)
def garbage_between_tests() -> Iterator[None]:
    """As in the program (`app.garbage`), Python never looks for garbage in the midst of an event."""
    collects = gc.isenabled()
    gc.disable()
    yield
    gc.unfreeze()
    if collects:
        gc.enable()


@pytest.fixture(autouse=True)
def windows_go_with_their_test(garbage_between_tests: None, qapp: QApplication) -> Iterator[None]:
    """Delete what a test showed, so that no event of it reaches a later test.

    Not the widgets that a plot of pyqtgraph keeps for its menus: it needs them while it goes itself.
    """
    yield
    for widget in qapp.topLevelWidgets():
        ours = type(widget).__module__.partition(".")[0] == "app"
        if ours and not sip.isdeleted(widget) and widget.parent() is None:
            sip.delete(widget)
    if gc.get_count()[0] > _MUCH:
        gc.collect()
        # What stays is not looked at again, here or elsewhere: half a second went in that each time, since a
        # window that ran in a test thaws all that was frozen (`GarbageBetweenEvents.stop`).
        gc.freeze()


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> None:
    """Every test begins in the dark, whatever look the one before has left (random use leaves any)."""
    if theme.current() is not theme.DARK or not qapp.styleSheet():
        theme.apply_theme(qapp, "dark")


@pytest.fixture(autouse=True)
def memory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what the window remembers; what a person's own window remembers is left alone."""
    folder = tmp_path / "remembered"
    monkeypatch.setenv("HANDTRACK_CONFIG", str(folder))
    return folder


@pytest.fixture
def settings(tmp_path) -> Settings:
    return load_settings(overrides=[f"recording.folder={tmp_path / 'sessions'}"])


@pytest.fixture
def pixels() -> Callable[[QWidget], np.ndarray]:
    """A widget's picture (height, width, 3) RGB."""

    def take(widget: QWidget) -> np.ndarray:
        image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        memory = image.constBits()
        assert memory is not None
        values = np.frombuffer(memory.asstring(image.sizeInBytes()), dtype=np.uint8)
        rows = values.reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)

    return take


@pytest.fixture(scope="session")
def tracker_loads(hand_bundle: Path) -> None:
    """Import what the tracker needs once, so that each later test loads one quickly."""
    HandTracker.load().close()


@pytest.fixture
def idle_window(qtbot, settings: Settings) -> Iterator[MainWindow]:
    """The window, shown and with the keyboard, of which nothing is tracked."""
    made = make_window(Bridge(settings), settings)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)  # shortcuts belong to the active window
    yield made
    made.close()


@pytest.fixture
def window(tracker_loads, end_of_loading, idle_window: MainWindow) -> MainWindow:
    """The window, in which a tracker is loaded quickly, and waited for at the end."""
    return idle_window


@pytest.fixture
def end_of_loading() -> Iterator[None]:
    """Wait for trackers that were still loading when a test stopped them: that cannot be cut short."""
    yield
    for thread in threading.enumerate():
        if thread.name == "handtrack-tracking":
            thread.join(30)


@pytest.fixture(scope="session")
def labelled_clip(tmp_path_factory: pytest.TempPathFactory, counting_clip: Path) -> Path:
    """Two seconds of the counting clip, reduced; its truth is a hand that stands still in the middle."""
    path = tmp_path_factory.mktemp("clips") / "labelled.mp4"
    still = sample_hand((136.0, 400.0), scale=1900.0, handedness="left")
    count, size = 60, (272, 480)
    # Not by `write_labelled_video`, which makes the smallest file, and takes two seconds for that.
    with av.open(str(counting_clip)) as whole, av.open(str(path), "w") as reduced:
        stream = reduced.add_stream("libx264", rate=30, options={"preset": "veryfast"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for frame in islice(whole.decode(video=0), count):
            picture = frame.reformat(*size, "rgb24").to_ndarray()
            reduced.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        reduced.mux(stream.encode(None))
    times = np.array([round(1000 * index / 30) for index in range(count)])
    write_truth(truth_path(path), ClipTruth(size, times, ((truth_of(still),),) * count))
    return path


@pytest.fixture(scope="session")
def plain_clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of a video of one second without a hand."""
    path = tmp_path_factory.mktemp("clips") / "plain.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for index in range(30):
            image = np.full((240, 320, 3), 40 + 3 * index, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return str(path)
