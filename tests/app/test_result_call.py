from __future__ import annotations

import itertools
import threading
import time

import pytest
from PyQt6.QtCore import QCoreApplication

from app.result_call import ResultCall


@pytest.fixture
def heard() -> list[tuple[float, str]]:
    return []


def make_call(shortest_interval: float, heard: list[tuple[float, str]]) -> ResultCall:
    call = ResultCall(shortest_interval)

    def hear() -> None:
        call.note_taken()
        heard.append((time.monotonic(), threading.current_thread().name))

    call.due.connect(hear)
    return call


def call_often(call: ResultCall, times: int, pause: float) -> None:
    def run() -> None:
        for _ in range(times):
            call.call()
            time.sleep(pause)

    thread = threading.Thread(target=run, name="caller")
    thread.start()
    thread.join()


def test_a_call_from_another_thread_is_heard_in_the_windows(qtbot, heard):
    call = make_call(0.0, heard)
    call_often(call, 1, 0.0)
    assert heard == [], "nothing happens in the thread that calls"
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert heard[0][1] == threading.main_thread().name


def test_calls_that_were_not_heard_are_one(qtbot, heard):
    call = make_call(0.0, heard)
    call_often(call, 50, 0.0)
    qtbot.wait(50)
    assert len(heard) == 1
    call_often(call, 1, 0.0)
    qtbot.waitUntil(lambda: len(heard) == 2)


def test_calls_that_come_too_often_are_heard_when_they_may_be(qtbot, heard):
    call = make_call(0.2, heard)
    for _ in range(30):
        call.call()
        QCoreApplication.processEvents()
        time.sleep(0.02)
    qtbot.waitUntil(lambda: call.seconds_left() <= 0)
    qtbot.wait(50)
    moments = [moment for moment, _ in heard]
    assert 3 <= len(moments) <= 5, "the last call is heard too"
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 0.2
