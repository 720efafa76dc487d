"""Where Python looks for garbage while a window is there."""

from __future__ import annotations

import gc
import json
import subprocess
import sys

import pyqtgraph as pg
from PyQt6 import sip

from app.running_plots import RunningPlots

PROGRAM = """
import json, sys, threading
from app.environment import prepare_for_qt; prepare_for_qt()
from app.views.video import VideoView
from app.window import MainWindow
from app.main import run_window
from handtrack.config import load_settings

found = []

class Garbage:
    def __init__(self):
        self.itself = self

    def __del__(self):
        frame = sys._getframe(1)
        names = []
        while frame is not None:
            names.append(frame.f_code.co_qualname)
            frame = frame.f_back
        found.append((threading.current_thread() is threading.main_thread(), names))

def litter(*_):
    for _ in range(40):
        Garbage()

over = threading.Event()

def elsewhere():
    while not over.wait(0.001):
        litter()

# While there is a window: before and after, Python looks for garbage wherever it is made.
thread = threading.Thread(target=elsewhere)

def paint(view, event, painted=VideoView.paintEvent):
    if thread.ident is None:
        thread.start()
    litter()
    painted(view, event)

def close(window, event, closed=MainWindow.closeEvent):
    over.set()
    thread.join()
    closed(window, event)

VideoView.paintEvent = paint
MainWindow.closeEvent = close
status = run_window(CLIP, load_settings(), quit_after=3)
print(json.dumps({
    "status": status,
    "found": len(found),
    "elsewhere": sum(not main for main, _ in found),
    "in the midst of": sorted({name for _, names in found for name in names} & {"paint", "litter"}),
}))
"""


def test_garbage_is_looked_for_in_the_windows_thread_and_never_in_the_midst_of_an_event(plain_clip):
    """A window, or a plot of one, that goes elsewhere or while Qt paints it is a segmentation fault."""
    code = PROGRAM.replace("CLIP", repr(plain_clip))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen.pop("found") > 1000
    assert seen == {"status": 0, "elsewhere": 0, "in the midst of": []}


def test_every_plot_lies_in_a_scene(qtbot):
    """Python's collector frees the parts of one that does not in any order: a segmentation fault."""
    gc.collect()
    # Of windows in other tests some may still be known that are gone: no collector looks at those again.
    others = [each for each in gc.get_objects() if issubclass(type(each), pg.PlotItem)]
    plots = RunningPlots(10.0, lambda moment: None)
    for place in plots.places.values():
        qtbot.addWidget(place)
    plots.make()
    for measures in ([], [0, 5, 20], [5]):
        plots.measures.plot.show_measures(measures)
        known = [each for each in gc.get_objects() if issubclass(type(each), pg.PlotItem)]  # others may warn
        made = [each for each in known if not any(each is other for other in others)]
        assert len(made) > 8
        assert [each for each in made if sip.isdeleted(each) or each.scene() is None] == []
