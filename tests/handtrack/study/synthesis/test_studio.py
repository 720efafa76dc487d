from __future__ import annotations

import pytest

from handtrack.errors import SourceError
from handtrack.study.synthesis.looks.backgrounds import HandPicture
from handtrack.study.synthesis.studio import background_pictures

HEADER = "file,width,height,boxes_xyxy_px,labels\n"


def test_backgrounds_come_from_boxed_pictures_that_are_not_kept_for_validation(tmp_path):
    (tmp_path / "manifest.csv").write_text(
        HEADER
        + "images/laya_rps/a.jpg,9,9,1 2 3 4;5 6 7 8,\n"
        + "images/laya_rps/without_boxes.jpg,9,9,,\n"
        + "images/shikha_words/validation.jpg,9,9,1 1 2 2,\n",
        encoding="utf-8",
    )

    pictures = background_pictures(tmp_path)

    assert pictures == [HandPicture(tmp_path / "images/laya_rps/a.jpg", ((1, 2, 3, 4), (5, 6, 7, 8)))]


def test_without_a_manifest_there_are_no_pictures(tmp_path):
    assert background_pictures(tmp_path) == []


def test_a_manifest_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "manifest.csv").write_text("file,size\na.jpg,1\n", encoding="utf-8")

    with pytest.raises(SourceError, match=r"manifest\.csv, line 2 cannot be read"):
        background_pictures(tmp_path)
