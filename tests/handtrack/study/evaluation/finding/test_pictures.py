"""Which pictures of a data folder belong to which set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.splits import Splits
from handtrack.study.evaluation.finding.pictures import (
    FindingData,
    FindingPicture,
    views_without_hands,
)
from handtrack.study.evaluation.finding.views import VIEW_SIZE, Views
from tests.handtrack.study.evaluation.finding.conftest import BOX, HEIGHT, MadeData


def names(pictures: list[FindingPicture]) -> list[str]:
    return sorted(picture.name.removeprefix("images/") for picture in pictures)


def test_what_a_person_marked_is_wanted_as_what_it_is(made_data: MadeData) -> None:
    pictures = {picture.name: picture for picture in made_data.open().measured()}
    wanted = {name.removeprefix("images/"): picture.load().wanted for name, picture in pictures.items()}

    assert {name: [each.kind for each in some] for name, some in wanted.items()} == {
        "one_hand/a.jpg": ["hand"],
        "one_hand/b.jpg": ["hand", "hand"],
        "shikha_words/a.jpg": ["sign"],
        "nails_phone/a.jpg": ["nails"],  # the other picture has one nail
    }
    assert wanted["one_hand/a.jpg"][0].box.tolist() == list(BOX)
    assert wanted["nails_phone/a.jpg"][0].nails.tolist() == [[215, 135], [230, 135], [245, 135]]
    assert {name for name, each in pictures.items() if each.has_hand_box} == {
        "images/one_hand/a.jpg",
        "images/one_hand/b.jpg",
    }
    assert not any(picture.hand_free for picture in pictures.values())


def test_labels_count_where_nobody_marked_anything(made_data: MadeData) -> None:
    pictures = made_data.open().labelled()

    assert names(pictures) == ["labelled/a.jpg", "labelled/b.jpg"]
    assert pictures[0].load().wanted[0].box.tolist() == list(BOX)


def test_pictures_without_hands_are_as_a_person_says_or_lie_beside_all_hands(made_data: MadeData) -> None:
    data = made_data.open()
    windows = data.windows(10, 0)

    assert names(data.faces()) == ["faces/a.jpg"]
    assert names(windows) == [
        *("labelled/a.jpg", "labelled/b.jpg", "one_hand/a.jpg", "one_hand/b.jpg", "shikha_words/a.jpg")
    ]
    for window in windows:
        shown = window.load()
        assert window.hand_free
        assert shown.wanted == ()
        assert shown.image.max() < 200, "the block at the hand's place is not in it"
        assert shown.image.shape[0] in (HEIGHT, 100)
        assert shown.image.mean(axis=(0, 1)) == pytest.approx([90, 60, 30], abs=6)
    assert len({window.source for window in data.windows(3, 0)}) == 3


def test_views_are_the_same_for_one_seed_and_others_for_another(made_data: MadeData) -> None:
    views = Views(made_data.root / "hdri")
    first, again = (views_without_hands(views, 2, 0) for _ in range(2))
    images = [picture.load().image for picture in first]

    assert images[0].shape == (VIEW_SIZE[1], VIEW_SIZE[0], 3)
    assert np.array_equal(images[0], again[0].load().image)
    assert not np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], views.view(1, 0))
    assert all(picture.hand_free for picture in first)


def test_a_picture_that_cannot_be_read_is_named(made_data: MadeData) -> None:
    (made_data.root / "images/labelled/a.jpg").write_bytes(b"no picture")
    damaged, _ = sorted(made_data.open().labelled(), key=lambda each: each.name)

    with pytest.raises(SourceError, match=r"labelled/a\.jpg is not a readable picture"):
        damaged.load()


def test_a_folder_without_validation_pictures_is_told(made_data: MadeData, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no validation picture"):
        FindingData(made_data.root, made_data.labels, Splits())
    with pytest.raises(ConfigError, match="there are no labels in"):
        FindingData(made_data.root, tmp_path, Splits())
