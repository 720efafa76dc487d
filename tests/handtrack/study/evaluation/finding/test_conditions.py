"""The same hand without colour, and made small."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.evaluation.finding.conditions import GREY, SHARES, in_grey, made_small, small_name
from handtrack.study.evaluation.finding.pictures import (
    COLOUR,
    FACES,
    LABELLED,
    MEASURED,
    VIEWS,
    WINDOWS,
    FindingPicture,
    Shown,
)
from handtrack.study.evaluation.finding.programme import finding_pictures
from handtrack.study.evaluation.finding.truth import wanted_hand
from handtrack.study.evaluation.finding.views import VIEW_SIZE, Views
from tests.handtrack.study.evaluation.finding.conftest import BOX, HEIGHT, WIDTH, MadeData


@pytest.fixture
def picture(made_data: MadeData) -> FindingPicture:
    [one] = [each for each in made_data.open().measured() if each.name == "images/one_hand/a.jpg"]
    return one


def test_grey_is_the_picture_without_its_colours(picture: FindingPicture) -> None:
    grey, colour = in_grey(picture), picture.load()
    shown = grey.load()

    assert grey.condition == GREY
    assert np.ptp(shown.image, axis=2).max() == 0
    assert np.ptp(colour.image, axis=2).max() > 30
    assert shown.wanted == colour.wanted
    assert shown.image.shape == colour.image.shape


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("number", range(4))
def test_a_hand_made_small_lies_where_it_is_said_to(
    picture: FindingPicture, made_data: MadeData, share: float, number: int
) -> None:
    views = Views(made_data.root / "hdri")
    small = made_small(picture, share, views, 5, number)
    shown = small.load()
    [wanted] = shown.wanted
    x0, y0, x1, y1 = wanted.box.round().astype(int)

    assert small.condition == small_name(share)
    assert wanted.side == pytest.approx(share * 480)
    assert shown.image.shape == (VIEW_SIZE[1], VIEW_SIZE[0], 3)
    assert 0 <= x0 < x1 <= VIEW_SIZE[0]
    assert 0 <= y0 < y1 <= VIEW_SIZE[1]
    assert shown.image[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].min() > 230, "the white block is the hand"
    bright = (shown.image > 240).all(axis=2).sum()
    assert bright == pytest.approx((x1 - x0) * (y1 - y0), rel=0.2)
    assert np.array_equal(shown.image, small.load().image)


@pytest.mark.parametrize("corner", ["low and right", "high and left"])
def test_a_picture_larger_than_the_frame_is_cut_around_its_hand(
    picture: FindingPicture, made_data: MadeData, corner: str
) -> None:
    if corner == "high and left":
        shown = picture.load()
        box = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT]) - np.array(BOX)[[2, 3, 0, 1]]
        turned = Shown(np.ascontiguousarray(shown.image[::-1, ::-1]), (wanted_hand(box),))
        picture = replace(picture, load=lambda: turned)
    views = Views(made_data.root / "hdri")
    for number in range(6):
        shown = made_small(picture, 0.6, views, 0, number).load()  # 320 x 240 becomes 922 x 691
        [wanted] = shown.wanted
        low, high = wanted.box[:2], wanted.box[2:]
        assert wanted.side == pytest.approx(288)
        assert (low >= -1).all()
        assert (high <= np.array(VIEW_SIZE) + 1).all()
        ground = np.median(shown.image.reshape(-1, 3), axis=0)
        assert ground == pytest.approx([90, 60, 30], abs=6), "no panorama shows"


def test_a_race_has_all_sets_in_all_conditions(made_data: MadeData) -> None:
    pictures = finding_pictures(made_data.root, made_data.labels, made_data.splits, 2, 0)
    counts = Counter((each.of, each.condition) for each in pictures)

    conditions = (COLOUR, GREY, *map(small_name, SHARES))
    expected = {(of, condition): 2 for of in (MEASURED, LABELLED) for condition in conditions}
    expected |= {(of, condition): 2 for of in (WINDOWS, VIEWS) for condition in (COLOUR, GREY)}
    assert counts == expected | {(FACES, COLOUR): 1, (FACES, GREY): 1}
    assert not any("trained" in each.name for each in pictures)
    small = [each for each in pictures if "%" in each.condition]
    assert {each.source for each in small} == {"one_hand", "labelled"}
