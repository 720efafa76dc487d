"""Every word that a person reads can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pyqtgraph as pg
import pytest
from PyQt6.lupdate.lupdate import lupdate
from PyQt6.QtCore import QTranslator
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QGraphicsView,
    QGroupBox,
    QLabel,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QTableWidget,
    QWidget,
)

from app.assembly import make_window
from app.bridge import Bridge
from app.calibration_dialog import show_calibration
from app.help import show_about, show_shortcuts
from app.model.source_state import SourceState
from app.preferences_dialog import show_preferences
from app.values import Phase
from app.views.calibration import CalibrationDialog
from app.views.card import CardDialog
from app.views.chessboard import ChessboardDialog
from app.window import MainWindow
from app.words import name_of
from handtrack.config import Settings
from handtrack.geometry import Intrinsics
from handtrack.measures import MEASURES
from handtrack.skeleton import FINGERS, JOINT_NAMES
from handtrack.sources.base import SourceInfo
from handtrack.sources.camera_list import CameraDescription
from tests.app.approved_views import known_film
from tests.app.sample_results import sample_hand, sample_result

APP = Path(__file__).resolve().parents[2] / "app"
NO_WORDS = {"handtrack", "MediaPipe", "MJPG", "YUYV", "H264", "mm", "px", "cm", "ms", "fps", "RMS", "Webcam"}
"""Names and units, which are the same in every language."""
NOT_SHOWN = {
    "__main__.py": "the command line",
    "camera_modes.py": "the log",
    "measurement.py": "the command line",
    "model/camera_modes.py": "the log",
    "screenshot.py": "the command line",
    "style_sheet.py": "a style sheet",
    "views/opengl.py": "the log",
    "window_task.py": "the command line",
}
KEYS = r"(Ctrl\+|Alt\+|Shift\+)*(\w|[,.+]|Right|Left|Up|Down|Home|End|Space|Tab|Esc|PgUp|PgDown|F\d+)"
SHOWN = {
    *("setText", "setToolTip", "setWindowTitle", "setStatusTip", "setPlaceholderText", "setTitle", "addRow"),
    *("addAction", "addItem", "addMenu", "addLabel", "setLabel", "setHtml", "drawText", "show_text"),
    *("QLabel", "QCheckBox", "QPushButton", "QGroupBox", "QTableWidgetItem", "TextItem", "LabelItem"),
}
"""Calls that show a string, so that a single small word in them is one."""
CODES = {
    "theme.py": {"DARK", "LIGHT", "SCENE", "THEMES", "Palette", "Fusion", "no icon is called "},
    "comparing.py": {"VIDEO", "IMAGE"},
    "environment.py": {"LP_NUM_THREADS"},
    "log_lines.py": {"%(asctime)s  %(levelname)s  %(message)s"},
    "model/memory.py": {"HANDTRACK_CONFIG"},
    "model/preferences.py": {"# Settings of handtrack; pass with --config FILE\n\n"},
    "process_usage.py": {"SC_CLK_TCK", "SC_PAGE_SIZE", "VmHWM"},
    "recent_keeper.py": {"JPG"},
    "snapshot.py": {"PNG"},
    "model/snapshot.py": {"as they were recorded"},  # in a file, for programs to read
    "views/measures.py": {"measure\tunit\t", " sigma"},  # copied as text, for programs to read
    "views/measures_plot.py": {"% of palm"},  # a unit of the library
}
"""What looks like words and is none."""


class Marking(QTranslator):
    """Translates everything into the same words in marks."""

    def translate(
        self, context: str | None, text: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"«{text}»"

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.fixture
def translated(qapp: QApplication) -> Iterator[None]:
    translator = Marking()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def window(qtbot, translated, settings: Settings) -> Iterator[MainWindow]:
    """The window with hands in every view, all of them open, and entries in its lists."""
    made = make_window(Bridge(settings), settings)
    qtbot.addWidget(made)
    made.resize(1280, 1000)
    made.show()
    camera = CameraDescription(0, "Webcam", "/dev/v4l/by-id/webcam", "V4L2")
    made.bridge.cameras.found.emit([camera])
    for dock in made.layout_of_docks.docks.values():
        dock.show()
    state = SourceState(Phase.RUNNING, "mm", SourceInfo("mm", 640, 480, 30.0, 300, False, "px"))
    made.bridge.state_changed.emit(state)
    for result in known_film():
        made.bridge.result_ready.emit(result)
    yield made
    made.close()


def outside_of_marks(text: str) -> list[str]:
    """The words that no translator has seen."""
    depth, seen = 0, ""
    for letter in re.sub(r"<[^>]*>|&\w+;", " ", text):
        depth += {"«": 1, "»": -1}.get(letter, 0)
        seen += letter if depth == 0 else " "
    return [word for word in re.findall(r"[^\W\d_]{2,}", seen) if word not in NO_WORDS]


def texts_of(widget: QWidget) -> Iterator[str]:
    """All that a person can read in a widget, its tips among it."""
    yield from (widget.toolTip(), widget.statusTip())
    if widget.isWindow() or isinstance(widget, QDockWidget):
        yield widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QGroupBox | QMenu):
        yield widget.title()
    elif isinstance(widget, QPlainTextEdit):
        yield widget.placeholderText()
    elif isinstance(widget, QComboBox):
        yield widget.placeholderText()
        yield from (widget.itemText(index) for index in range(widget.count()))
    elif isinstance(widget, QTableWidget):
        cells = [(row, column) for row in range(widget.rowCount()) for column in range(widget.columnCount())]
        items = [widget.item(*cell) for cell in cells]
        items += [widget.horizontalHeaderItem(column) for column in range(widget.columnCount())]
        yield from (item.text() for item in items if item is not None)
    elif isinstance(widget, QGraphicsView):
        yield from plotted(widget)


def plotted(view: QGraphicsView) -> Iterator[str]:
    scene = view.scene()
    for item in [] if scene is None else scene.items():
        if isinstance(item, pg.TextItem):
            yield item.toPlainText()
        elif isinstance(item, pg.LabelItem):
            yield item.text
        elif isinstance(item, pg.AxisItem):
            yield item.labelText
            yield from (label for level in item._tickLevels or () for _, label in level)


def untranslated_words(root: QWidget) -> set[str]:
    texts = [text for widget in (root, *root.findChildren(QWidget)) for text in texts_of(widget)]
    for action in root.findChildren(QAction):
        texts += [action.text(), action.toolTip(), action.statusTip()]
    return {text for text in texts if text and outside_of_marks(text)}


def test_every_word_of_the_window_comes_from_the_translator(window):
    assert untranslated_words(window) == set()
    titles = {dock.windowTitle() for dock in window.layout_of_docks.docks.values()}
    assert "«HANDS IN SPACE»" in titles
    assert window.video.result is not None
    assert "«left»" in window.plots.iterations._legend.toPlainText()


def test_every_word_of_the_dialogs_comes_from_the_translator(window, qtbot):
    one = sample_result((sample_hand(curl=0.0),))
    camera = Intrinsics.from_field_of_view(*one.frame.size, 60.0)
    bar = window.findChild(QMenuBar)
    show_calibration(window, window.bridge, window.calibration, window.video)
    show_about(window)
    dialogs = [
        show_preferences(window, window.bridge, window.preferences, window.video.banner),
        window.findChild(CalibrationDialog),
        CardDialog(one, camera, window),
        ChessboardDialog(lambda: one.frame.image, window),
        show_shortcuts(window, bar),
    ]
    for dialog in dialogs:
        assert {text for text in untranslated_words(dialog) if not text.startswith("/")} == set()
        dialog.close()


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("recorded", [False, True])
def test_every_state_is_told_in_words_of_the_translator(translated, phase, recorded):
    state = SourceState(phase, "mm", SourceInfo("mm", 640, 480, 30.0, 300, False, ""), recorded, recorded)
    said = [state.words, state.why_not_record]
    if state.message is not None:
        said += [state.message.words, state.message.hint]
    assert [text for text in said if outside_of_marks(text)] == []


def names() -> set[str]:
    of_measures = {part for measure in MEASURES for part in (measure.group, measure.name, measure.unit)}
    of_joints = {name.replace("_", " ") for name in JOINT_NAMES}
    ends = {name.rpartition("_")[2] for name in JOINT_NAMES}
    return of_measures | of_joints | ends | set(FINGERS) | {"left", "right", "up", "down"}


def test_translators_are_given_all_words_with_their_context(tmp_path):
    """What Qt's own tool finds in the sources is what is asked for, the library's names among it."""
    path = tmp_path / "all.ts"
    lupdate([str(file) for file in sorted(APP.rglob("*.py"))], [str(path)], no_summary=True)
    found = re.findall(r"<source>(.*?)</source>", path.read_text("utf-8"), re.DOTALL)
    assert {"Open folder of images…", "HANDS IN SPACE", "At most {count} hands", "Loading the tracker…"} <= {
        text.replace("&apos;", "'") for text in found
    }
    assert {name for name in names() - NO_WORDS if re.search(r"[^\W\d_]{2,}", name)} <= set(found)


def literals(path: Path) -> Iterator[tuple[ast.Constant, bool]]:
    """The strings of a file that a person may read: not its documentation, its log lines, or its tables."""
    tree = ast.parse(path.read_text("utf-8"))
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.rpartition(".")[2] in ("tr", "translate", "QT_TRANSLATE_NOOP") or called in (
                *("log.error", "log.warning", "log.info", "log.exception", "log.debug"),
            ):
                passed |= {id(part) for part in ast.walk(node)}
    shown = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SHOWN
        for argument in node.args
        for part in (argument, *ast.iter_child_nodes(argument))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node, id(node) in shown


def looks_like_words(text: str, shown: bool) -> bool:
    """Whether a string is read by a person; shown: it is handed to something that shows it."""
    plain = re.sub(r"<[^>]*|&\w+;|\{[^}]*\}", "", text)
    words = [word for word in re.findall(r"[^\W\d_]{2,}", plain) if word not in NO_WORDS]
    return bool(words) and (shown or bool(re.search(r"\s", plain)) or plain[:1].isupper())


def test_no_file_shows_words_that_cannot_be_translated():
    found = []
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(APP).as_posix()
        if name in NOT_SHOWN:
            continue
        for node, shown in literals(path):
            text = str(node.value)
            if (
                looks_like_words(text, shown)
                and text not in CODES.get(name, ())
                and not re.fullmatch(KEYS, text)
            ):
                found.append(f"{name}:{node.lineno}: {text}")
    assert found == []


def sentences() -> Iterator[tuple[str, ast.expr]]:
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in ("tr", "translate") and not (name == "translate" and len(node.args) < 2):
                    yield f"{path.name}:{node.lineno}", node.args[name == "translate"]


def test_no_sentence_is_put_together_before_it_is_translated():
    """An f-string is another sentence each time, which no translator knows."""
    assert [place for place, words in sentences() if isinstance(words, ast.JoinedStr | ast.BinOp)] == []


def test_a_name_without_a_translator_is_english():
    assert name_of("index_tip") == "index tip"
