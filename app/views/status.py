# SPDX-License-Identifier: GPL-3.0-or-later
"""The status line: what is open, and how fast everything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QT_TRANSLATE_NOOP, Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import theme
from app.values import Rates
from app.views.elided_label import ElidedLabel
from app.views.value_label import NOTHING, ValueLabel
from app.words import translate

if TYPE_CHECKING:
    from handtrack.streaming import OutletReport

_CELLS = {
    "capture": (
        QT_TRANSLATE_NOOP("StatusView", "capture"),
        QT_TRANSLATE_NOOP("StatusView", "Frames a second read from the source"),
    ),
    "tracking": (
        QT_TRANSLATE_NOOP("StatusView", "tracking"),
        QT_TRANSLATE_NOOP("StatusView", "Frames a second tracked"),
    ),
    "drawing": (
        QT_TRANSLATE_NOOP("StatusView", "drawing"),
        QT_TRANSLATE_NOOP("StatusView", "Frames a second drawn"),
    ),
    "latency": (
        QT_TRANSLATE_NOOP("StatusView", "latency"),
        QT_TRANSLATE_NOOP(
            "StatusView",
            "Milliseconds from capture to drawing in the last second: median / 95th percentile",
        ),
    ),
    "dropped": (
        QT_TRANSLATE_NOOP("StatusView", "dropped"),
        QT_TRANSLATE_NOOP(
            "StatusView", "Frames that were read but never tracked, because newer ones came first"
        ),
    ),
    "detector": (
        QT_TRANSLATE_NOOP("StatusView", "detector"),
        QT_TRANSLATE_NOOP("StatusView", "Share of tracked frames that were searched for new hands"),
    ),
}
"""What each is called, and what it is."""


_STREAMS_WIDTH = 190


class StatusView(QWidget):
    """The source and what a busy machine costs; at the right rates, latency and dropped frames."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = ElidedLabel(190, Qt.TextElideMode.ElideMiddle)
        self._busy = ElidedLabel(90)
        self._busy.hide()
        self._streams = ElidedLabel(_STREAMS_WIDTH)
        self._streams.setFixedWidth(_STREAMS_WIDTH)  # numbers that change must not move what stands beside
        self._streams.hide()
        self._values: dict[str, ValueLabel] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 12, 3)
        layout.setSpacing(5)
        layout.addWidget(self._source, 1)
        layout.addWidget(self._busy)
        layout.addWidget(self._streams)
        rate = _rate(120)
        widest = {"capture": rate, "tracking": rate, "drawing": rate, "latency": _latency(888, 888)}
        widest |= {"dropped": "00000", "detector": "100.0 %"}
        for name, (called, tip) in _CELLS.items():
            title = QLabel(self.tr(called))
            title.setObjectName("muted")
            value = ValueLabel(widest[name], theme.font(theme.SMALL_FONT_SIZE), Qt.AlignmentFlag.AlignLeft)
            for label in (title, value):
                label.setToolTip(self.tr(tip))
            self._values[name] = value
            layout.addSpacing(8)
            layout.addWidget(title)
            layout.addWidget(value)

    def value(self, name: str) -> str:
        """The text shown for "capture", "tracking", "drawing", "latency", "dropped" or "detector"."""
        return self._values[name].text

    def show_source(self, text: str, detail: str = "") -> None:
        """Say what is open; detail: for whoever points at it."""
        self._source.setText(text)
        self._source.setToolTip(detail or text)

    @property
    def busy(self) -> str:
        """What is said of a busy machine, or "" on a calm one."""
        return self._busy.text()

    def show_busy(self, words: str) -> None:
        """Say what the window leaves out because the machine is busy; "" says nothing."""
        self._busy.setText(words)
        self._busy.setToolTip(f"{words[:1].upper()}{words[1:]}.\n{self.tr(_BUSY_TIP)}")
        self._busy.setVisible(bool(words))

    @property
    def streams(self) -> str:
        """What is said of the streams, or "" without any."""
        return self._streams.text()

    def show_streams(self, reports: Sequence[OutletReport]) -> None:
        """Show how streams and processors do: all together, and each for whoever points at it."""
        clients = [report.clients for report in reports if report.clients is not None]
        whole = _stream_words(
            max((report.rate for report in reports), default=0.0),
            sum(clients) if clients else None,
            sum(report.dropped for report in reports),
            sum(report.errors for report in reports),
        )
        lines = []
        for report in reports:
            words = _stream_words(report.rate, report.clients, report.dropped, report.errors)
            lines.append(f"{report.name}: {words}")
            lines += [report.problem] if report.problem else []
        self._streams.setText(self.tr("streams: {words}").format(words=whole) if reports else "")
        self._streams.setToolTip(f"{self.tr(_STREAMS_TIP)}\n" + "\n".join(lines))
        self._streams.setVisible(bool(reports))

    def show_rates(self, rates: Rates) -> None:
        """Show rates and counts."""
        latency, share = NOTHING, NOTHING
        if rates.latency_median is not None and rates.latency_p95 is not None:
            latency = _latency(rates.latency_median, rates.latency_p95)
        if rates.detector_share is not None:
            share = f"{100 * rates.detector_share:.1f} %"
        for name, text in (
            ("capture", _rate(rates.capture_fps)),
            ("tracking", _rate(rates.tracking_fps)),
            ("drawing", _rate(rates.drawing_fps)),
            ("latency", latency),
            ("dropped", str(rates.dropped)),
            ("detector", share),
        ):
            self._values[name].show_text(text)

    def clear(self) -> None:
        """Show no rates."""
        for value in self._values.values():
            value.show_text(NOTHING)
        self.show_busy("")


def _stream_words(rate: float, clients: int | None, dropped: int, errors: int) -> str:
    words = [_rate(rate)]
    if clients is not None:
        words.append(translate("StatusView", "clients {count}").format(count=clients))
    if dropped:
        words.append(translate("StatusView", "lost {count}").format(count=dropped))
    if errors:
        words.append(translate("StatusView", "errors {count}").format(count=errors))
    return ", ".join(words)


def _latency(median: float, p95: float) -> str:
    if p95 < 999.5:
        return translate("StatusView", "{median:.0f} / {p95:.0f} ms").format(median=median, p95=p95)
    words = translate("StatusView", "{median:.1f} / {p95:.1f} s")
    return words.format(median=median / 1000, p95=p95 / 1000)


def _rate(hertz: float) -> str:
    return translate("StatusView", "{rate:.0f} fps").format(rate=hertz)


_STREAMS_TIP = QT_TRANSLATE_NOOP(
    "StatusView",
    "Results a second that go out to other programs and to processors, who reads them, and what was lost to"
    " slow ones:",
)
_BUSY_TIP = QT_TRANSLATE_NOOP(
    "StatusView",
    "Other programs leave too little of the processor for everything that this window shows.\n"
    "It draws some of it less often, so that the picture stays near the camera; tracking and recording"
    " go on.",
)
