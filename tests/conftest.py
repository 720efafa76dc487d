"""Fixtures that every test may use, and the guard against threads that a test leaves behind."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from handtrack.detectors.bundle import ensure_hand_bundle
from handtrack.ending import WATCH_NAME
from handtrack.errors import ModelError
from tests.compiled_once import compiled_afresh, compiled_once
from tests.interrupts import heed_interrupts

__all__ = ["compiled_afresh", "compiled_once"]  # fixtures


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Once pytest-xvfb has made a screen for this process, if it can."""
    heed_interrupts()
    if config.getoption("dist", "no") != "no" and "PYTEST_XDIST_WORKER" not in os.environ:
        return  # draws nothing itself, and its processes inherit what is set here
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # without a screen Qt would abort the whole run


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported stays to the end: to look for garbage in it took a third of a second each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest goes first, or one process would wait at the end for the other.

    The first two take longest of all; the others would be among the last, by their names, and then run alone.
    """
    longest = ("tests/endings", "tests/handtrack/batch", "tests/packaging", "tests/test_extras.py")
    items.sort(key=lambda item: not item.nodeid.startswith(longest))


_OUR_PACKAGES = ("handtrack", "app")
_PATIENCE = 30.0  # seconds: a busy machine takes long to load a library that a thread waits for


def _ours(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    modules = (getattr(target, "__module__", None) or "", type(thread).__module__)
    return any(module.partition(".")[0] in _OUR_PACKAGES for module in modules)


@pytest.fixture(autouse=True)
def log_settings_kept() -> Iterator[None]:
    """The command line sets up logging for its own process, which here goes on with other tests."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("handtrack", "app"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fail a test that leaves a non-daemon thread, or any thread of ours, running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _PATIENCE
    for thread in set(threading.enumerate()) - before:
        if thread.name == WATCH_NAME or (thread.daemon and not _ours(thread)):
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            pytest.fail(f"the test left the thread {thread.name!r} running")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real hand pictures and clips beside the repository; skips where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real hand data in ../shared/data, which this machine has not")
    return folder


@pytest.fixture(scope="session")
def counting_clip(shared_data: Path) -> Path:
    """Clip of one bare hand counting: 493 frames of 544 x 960 pixels."""
    clip = shared_data / "clips" / "counting_hand.mp4"
    if not clip.is_file():
        pytest.skip(f"needs {clip.name} in ../shared/data/clips")
    return clip


@pytest.fixture(scope="session")
def hand_bundle() -> Path:
    """MediaPipe's hand bundle, fetched on first use; skips where it is neither cached nor in reach."""
    try:
        return ensure_hand_bundle()
    except ModelError as error:
        pytest.skip(str(error))
