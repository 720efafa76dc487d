from __future__ import annotations

from app.values import Rates
from app.views.status import StatusView


def test_rates_are_shown_with_their_units(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    status.show_rates(Rates(30.2, 29.6, 29.4, 18.2, 31.0, 4, 0.0125, 9.8))
    names = ("capture", "tracking", "drawing", "latency", "dropped", "detector")
    shown = [status.value(name) for name in names]
    assert shown == ["30 fps", "30 fps", "29 fps", "18 / 31 ms", "4", "1.2 %"]


def test_unknown_values_are_a_dash(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    status.show_rates(Rates(0, 0, 0, None, None, 0, None, None))
    assert status.value("latency") == status.value("detector") == "\N{EN DASH}"
    status.show_rates(Rates(30, 30, 30, 18, 31, 4, 0.0, 9.8))
    status.clear()
    assert status.value("capture") == "\N{EN DASH}"


def test_changing_numbers_do_not_lay_the_window_out_anew(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    widths = []
    for fps in (0, 30, 120):
        status.show_rates(Rates(fps, fps, fps, fps, fps, fps, fps / 1000, fps))
        widths.append(status.sizeHint().width())
    assert len(set(widths)) == 1


def test_what_is_open_can_be_read_beside_what_a_busy_machine_costs(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    status.resize(1024, 24)
    status.show_source("a long name that somebody gave a clip on a holiday.mp4 · 1920 × 1080 · 30 fps")
    status.show_busy("machine busy: every second picture, plots and 3D rarely")
    status.show()
    qtbot.waitExposed(status)
    shown = status._source.shown
    assert len(shown) >= 20
    assert "…" in shown, "where there is no room for all of it"
    assert shown.startswith("a long name")
    assert shown.endswith("30 fps")
    assert status._busy.shown.startswith("machine busy")


def test_a_latency_of_seconds_is_not_cut_off(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    status.show_rates(Rates(30, 30, 30, 738.0, 1047.0, 4, 0.0, 9.8))
    assert status.value("latency") == "0.7 / 1.0 s"
