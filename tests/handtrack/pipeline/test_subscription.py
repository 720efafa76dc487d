"""Bounded queues for consumers that want every result."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.subscription import Subscribers, Subscription

IMAGE = np.zeros((4, 4, 3), np.uint8)


def result(index: int) -> FrameResult:
    return FrameResult(Frame(IMAGE, index / 30, index), (), False, 0.5, 4)


def indices(subscription: Subscription) -> list[int]:
    return [result.frame.index for result in subscription]


def test_results_come_in_order_and_then_the_end():
    subscription = Subscription(10, blocking=False)
    for index in range(5):
        subscription.publish(result(index))
    subscription.end()
    assert len(subscription) == 5
    assert indices(subscription) == [0, 1, 2, 3, 4]
    assert subscription.get() is None


def test_what_comes_after_the_end_counts_as_no_loss():
    subscription = Subscription(3, blocking=False)
    for index in range(3):
        subscription.publish(result(index))
    subscription.end()
    subscription.publish(result(3))
    assert subscription.dropped == 0
    assert indices(subscription) == [0, 1, 2]


def test_a_full_queue_loses_the_newest_and_counts_it():
    subscription = Subscription(3, blocking=False)
    for index in range(8):
        subscription.publish(result(index))
    subscription.end()
    assert subscription.dropped == 5
    assert indices(subscription) == [0, 1, 2]


def test_a_full_blocking_queue_makes_the_writer_wait_and_loses_nothing():
    subscription = Subscription(2, blocking=True)

    def write() -> None:
        for index in range(50):
            subscription.publish(result(index))
        subscription.end()

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.05)
    assert len(subscription) == 2
    assert indices(subscription) == list(range(50))
    writer.join(2)
    assert subscription.dropped == 0


def test_nothing_within_the_timeout_is_not_the_end():
    subscription = Subscription(3, blocking=False)
    with pytest.raises(TimeoutError):
        subscription.get(timeout=0.02)
    subscription.publish(result(1))
    assert subscription.get(timeout=0.02) is not None


def test_closing_by_the_consumer_frees_the_writer():
    subscription = Subscription(1, blocking=True)
    subscription.publish(result(0))
    writer = threading.Thread(target=subscription.publish, args=(result(1),))
    writer.start()
    time.sleep(0.05)
    assert writer.is_alive()
    subscription.close()
    writer.join(2)
    assert not writer.is_alive()
    assert subscription.get() is None


def test_a_writer_in_a_hurry_still_hands_over_what_it_holds():
    subscribers = Subscribers()
    subscription = Subscription(1, blocking=True)
    subscribers.add(subscription)
    subscribers.publish(result(0))
    writer = threading.Thread(target=subscribers.publish, args=(result(1),))
    writer.start()
    time.sleep(0.05)
    subscribers.hurry()
    writer.join(2)
    assert not writer.is_alive()
    subscribers.end()
    assert indices(subscription) == [0, 1]


def test_nothing_is_added_after_the_end():
    subscription = Subscription(5, blocking=False)
    subscription.end()
    subscription.publish(result(0))
    assert subscription.get() is None


def test_who_subscribes_after_the_end_sees_the_end():
    subscribers = Subscribers()
    subscribers.end()
    subscription = Subscription(5, blocking=True)
    subscribers.add(subscription)
    assert subscription.get(timeout=1) is None


def test_every_consumer_gets_every_result():
    subscribers = Subscribers()
    first, second = (Subscription(5, blocking=False) for _ in range(2))
    subscribers.add(first)
    subscribers.publish(result(0))
    subscribers.add(second)
    subscribers.publish(result(1))
    first.close()
    subscribers.publish(result(2))
    subscribers.end()
    assert indices(first) == []
    assert indices(second) == [1, 2]


def test_a_queue_without_room_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        Subscription(0, blocking=True)
