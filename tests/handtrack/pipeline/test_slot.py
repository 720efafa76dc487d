"""The slot that holds the latest value."""

from __future__ import annotations

import threading
import time

from handtrack.pipeline import LatestSlot


def test_a_newer_value_replaces_an_unread_one_and_is_counted():
    slot: LatestSlot[int] = LatestSlot()
    for value in (1, 2, 3):
        assert slot.put(value)
    assert slot.take() == 3
    assert slot.overwritten == 2


def test_a_value_is_taken_once():
    slot: LatestSlot[int] = LatestSlot()
    assert slot.take() is None
    slot.put(1)
    assert slot.take() == 1
    assert slot.take() is None
    slot.put(2)
    assert slot.overwritten == 0


def test_a_deeper_slot_holds_more_values_and_gives_them_in_order():
    slot: LatestSlot[int] = LatestSlot()
    slot.depth = 3
    for value in range(5):
        slot.put(value)
    assert slot.overwritten == 2
    assert [slot.take() for _ in range(4)] == [2, 3, 4, None]
    for value in (5, 6):
        slot.put(value)
    slot.depth = 1
    slot.put(7)
    assert slot.overwritten == 4
    assert [slot.take(), slot.take()] == [7, None]


def test_waiting_gives_the_value_as_soon_as_it_comes():
    slot: LatestSlot[int] = LatestSlot()
    timer = threading.Timer(0.05, slot.put, [7])
    timer.start()
    assert slot.wait(10) == 7
    assert slot.wait(0.01) is None


def test_closing_wakes_the_reader_and_leaves_it_the_last_value():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.close()
    told = [slot.exhausted, slot.wait(), slot.exhausted, slot.wait(), slot.put(2)]
    assert told == [False, 1, True, None, False]
    waiting: LatestSlot[int] = LatestSlot()
    timer = threading.Timer(0.05, waiting.close)
    timer.start()
    assert waiting.wait() is None


def test_a_careful_writer_waits_until_the_value_was_taken():
    slot: LatestSlot[int] = LatestSlot()

    def write() -> None:
        for value in range(200):
            slot.put_when_taken(value)
        slot.close()

    writer = threading.Thread(target=write)
    writer.start()
    got = []
    while not slot.exhausted:
        value = slot.wait()
        if value is not None:
            got.append(value)
    writer.join()
    assert got == list(range(200))
    assert slot.overwritten == 0


def test_closing_wakes_a_careful_writer():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    stored: list[bool] = []
    writer = threading.Thread(target=lambda: stored.append(slot.put_when_taken(2)))
    writer.start()
    time.sleep(0.05)
    assert stored == []
    slot.close()
    writer.join(2)
    assert stored == [False]
    assert slot.take() == 1
