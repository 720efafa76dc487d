"""What is known of a source's time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from app.model import timeline as module
from app.model.timeline import Timeline, relative_sigma
from tests.app.sample_results import sample_hand, sample_result


def known(sigmas: Sequence[float | None], step: float = 0.1) -> Timeline:
    """A frame each tenth of a second, with a hand of so many times the usual sigma, or none."""
    timeline = Timeline()
    for number, sigma in enumerate(sigmas):
        hands = () if sigma is None else (sample_hand(sigma=sigma),)
        timeline.note(sample_result(hands, index=number, timestamp=number * step))
    return timeline


def test_of_several_hands_the_least_sure_one_counts():
    timeline = Timeline()
    calm, wild = sample_hand(sigma=0.5), sample_hand(sigma=3.0)
    timeline.note(sample_result((calm, wild), timestamp=1.0))
    assert timeline.sigmas == pytest.approx([relative_sigma(wild)])
    assert 0.005 < relative_sigma(calm) < relative_sigma(wild) < 0.3


def test_the_next_unsure_moment_is_the_worst_of_its_stretch():
    timeline = known([1] * 20 + [5, 8, 6] + [1] * 30 + [None] * 3 + [7] + [1] * 20)
    assert timeline.next_unsure(0.0) == pytest.approx(2.1)
    assert timeline.next_unsure(2.1) == pytest.approx(5.6)
    assert timeline.next_unsure(5.6) is None
    assert timeline.next_unsure(5.6, backwards=True) == pytest.approx(2.1)
    assert timeline.next_unsure(2.1, backwards=True) is None


def test_where_all_is_sure_or_nothing_is_known_there_is_no_unsure_moment():
    assert known([0.3] * 30).next_unsure(0.0) is None
    assert known([None] * 30).next_unsure(0.0) is None
    assert Timeline().next_unsure(0.0) is None


def test_a_frame_seen_again_replaces_what_was_known_of_it_in_any_order():
    timeline = Timeline()
    for moment in (0.3, 0.1, 0.2, 0.1, 0.3, 0.0):
        timeline.note(sample_result((sample_hand(sigma=1 + moment),), timestamp=moment))
    assert timeline.moments == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert (np.diff(timeline.sigmas) > 0).all()


def test_the_strip_has_the_largest_sigma_of_each_part():
    timeline = known([1, 1, 9, 1, None, None, 1, 1, 1, 1])
    strip = timeline.strip(0.0, 1.0, 5)
    assert strip[1] == pytest.approx(9 * strip[0], rel=1e-3)
    assert np.isnan(strip[2])
    assert np.isnan(timeline.strip(5.0, 6.0, 4)).all()
    assert np.isnan(timeline.strip(1.0, 1.0, 4)).all()


def test_marks_are_gone_through_in_both_directions():
    timeline = Timeline()
    for moment in (2.0, 1.0, 2.0, 3.0):
        timeline.mark(moment)
    assert timeline.marks == [1.0, 2.0, 3.0]
    assert timeline.next_mark(1.0) == 2.0
    assert timeline.next_mark(3.0) is None
    assert timeline.next_mark(2.5, backwards=True) == 2.0
    timeline.clear()
    assert timeline.next_mark(0.0) is None


def test_what_is_too_old_is_forgotten(monkeypatch):
    timeline = known([1] * 50)
    timeline.mark(0.5)
    timeline.forget_before(3.0)
    assert len(timeline) == 20
    assert timeline.marks == []
    monkeypatch.setattr(module, "_MOST", 2000)
    timeline = known([1] * 2500)
    assert 1800 <= len(timeline) <= 2000
    assert timeline.moments[-1] == pytest.approx(249.9)
