from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import ModelError
from handtrack.geometry import hand_extent
from handtrack.model.gate_rule import should_exit
from handtrack.tracking import HandTracker
from handtrack.tracking.unfolding import Unfolder


@pytest.fixture(scope="module")
def photo(shared_data: Path) -> np.ndarray:
    path = shared_data / "images" / "hagrid" / "like_00016.jpg"
    if not path.is_file():
        pytest.skip(f"needs {path.name} in ../shared/data/images/hagrid")
    image = cv2.imread(str(path))
    assert image is not None
    return image


def test_the_loops_that_ran_are_the_same_again_and_the_others_follow(photo):
    with HandTracker.load(engine="torch", gate_threshold=0.5) as tracker:
        (hand,) = tracker.detect(photo).hands
    loops = Unfolder().unfold(photo, hand.crop)

    assert len(hand.trace) < len(loops) == 4
    for seen, again in zip(hand.trace, loops, strict=False):
        np.testing.assert_allclose(again.joints_2d, seen.joints_2d, atol=0.05)
        np.testing.assert_allclose(again.sigma_2d, seen.sigma_2d, atol=0.05)
        assert again.exit_probability == pytest.approx(seen.exit_probability, abs=0.005)
    left = [bool(should_exit(np.asarray(loop.exit_probability), 0.5)) for loop in loops]
    assert left.index(True) == hand.iterations - 1


def test_attention_lies_on_the_hand(photo):
    with HandTracker.load(engine="torch") as tracker:
        (hand,) = tracker.detect(photo).hands
    first, *others = Unfolder().unfold(photo, hand.crop)

    assert first.attention is None, "the first loop has nothing to attend by"
    for loop in others:
        assert loop.attention is not None
        assert loop.attention.shape == (16, 16)
        # The crop leaves a sixth free on each side of the hand.
        on_hand = loop.attention[5:11, 5:11].mean()
        assert on_hand > 1.2 * loop.attention[[0, -1]].mean()
        assert hand_extent(loop.joints_2d) == pytest.approx(hand_extent(hand.joints_2d), rel=0.1)


def test_weights_that_are_missing_are_named(tmp_path):
    with pytest.raises(ModelError, match="absent"):
        Unfolder(tmp_path / "absent.safetensors")
