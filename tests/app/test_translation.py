"""The words of the views can be translated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QTranslator
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.views.controls import ControlsView
from app.views.log import LogView
from app.views.transport_bar import TransportBar
from tests.app.approved_views import VIEWS

VIEW_FILES = sorted((Path(__file__).resolve().parents[2] / "app" / "views").glob("*.py"))
SHOWN = {
    *("setText", "setToolTip", "setWindowTitle", "setStatusTip", "setPlaceholderText", "addAction"),
    *("QLabel", "QCheckBox", "QPushButton"),
}
"""Calls whose first argument is shown."""


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


def words(widget: QWidget) -> set[str]:
    buttons = [button.text() for button in widget.findChildren(QAbstractButton)]
    labels = [label.text() for label in widget.findChildren(QLabel)]
    return {*buttons, *labels, *(one.toolTip() for one in widget.findChildren(QWidget))}


def test_words_and_tips_are_those_of_the_translator(qtbot, translated):
    for name, kind, expected in (
        ("controls", ControlsView, {"«Stop recording»", "«Smoothing»", "«Gate threshold»"}),
        ("log", LogView, {"«Copy all»", "«Copy the whole log as text»"}),
        ("transport", TransportBar, {"«Live»", "«Play again and again (Ctrl+L)»"}),
    ):
        widget = VIEWS[name][0]()
        qtbot.addWidget(widget)
        assert isinstance(widget, kind) or widget.findChildren(kind)
        assert expected <= words(widget)


def literals(node: ast.expr) -> Iterator[str]:
    """The plain strings that an argument may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def untranslated(tree: ast.AST) -> list[str]:
    """Words that are shown as they stand in the code."""
    return [
        text
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args
        if ast.unparse(call.func).rpartition(".")[2] in SHOWN
        for text in literals(call.args[0])
        if any(letter.isalpha() for letter in text)
    ]


def test_no_view_shows_words_that_cannot_be_translated():
    found = {path.name: untranslated(ast.parse(path.read_text("utf-8"))) for path in VIEW_FILES}
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert untranslated(ast.parse('label.setText("Words" if on else self.tr("Others"))')) == ["Words"]
