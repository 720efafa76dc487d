from __future__ import annotations

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.manifest import read_manifest

HEADER = "source,file,width,height,boxes_xyxy_px,labels,licence,repository\n"


def test_boxes_and_measured_tips_are_read_in_pixels(tmp_path):
    (tmp_path / "manifest.csv").write_text(
        HEADER + "ti1k,images/ti1k/1.jpg,400,300,1.0 2.0 30.5 40.0;5 5 9 9,"
        "thumb_tip_norm=0.5 0.6 index_tip_norm=0.25 0.1,MIT,x/y\n"
    )
    facts = read_manifest(tmp_path)["images/ti1k/1.jpg"]

    assert facts.boxes.tolist() == [[1, 2, 30.5, 40], [5, 5, 9, 9]]
    assert facts.tips is not None
    assert np.allclose(facts.tips, [[200, 180], [100, 30]])


def test_boxes_without_an_area_are_left_out(tmp_path):
    (tmp_path / "manifest.csv").write_text(
        HEADER + "a,1.jpg,40,30,5 5 5 9;9 9 3 12;0 0 8 8,,MIT,x\na,2.jpg,40,30,,,,\n"
    )
    facts = read_manifest(tmp_path)

    assert facts["1.jpg"].boxes.tolist() == [[0, 0, 8, 8]]
    assert facts["1.jpg"].tips is None
    assert facts["2.jpg"].boxes.shape == (0, 4)


def test_a_picture_without_a_hand_says_so(tmp_path):
    (tmp_path / "manifest.csv").write_text(
        HEADER + "a,1.jpg,40,30,,no_hand;person=one,MIT,x\na,2.jpg,40,30,,gesture=no_handshake,MIT,x\n"
    )
    facts = read_manifest(tmp_path)
    assert facts["1.jpg"].no_hand
    assert not facts["2.jpg"].no_hand


def test_boxes_of_nails_come_from_a_table_of_their_own(tmp_path):
    (tmp_path / "manifest.csv").write_text(HEADER + "a,1.jpg,40,30,5 5 9 9,,MIT,x\n")
    (tmp_path / "nails.csv").write_text("file,nail_boxes_xyxy_px\n1.jpg,1 2 3 4;5 6 7 8\n2.jpg,0 0 9.5 4\n")
    facts = read_manifest(tmp_path)
    assert facts["1.jpg"].boxes.tolist() == [[5, 5, 9, 9]]
    assert facts["1.jpg"].nails.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert facts["2.jpg"].nails.tolist() == [[0, 0, 9.5, 4]]
    (tmp_path / "nails.csv").write_text("file,nail_boxes_xyxy_px\n1.jpg,1 2 three 4\n")
    with pytest.raises(SourceError, match="line 2"):
        read_manifest(tmp_path)


def test_a_folder_without_a_manifest_has_no_facts(tmp_path):
    assert read_manifest(tmp_path) == {}


@pytest.mark.parametrize("row", ["a,1.jpg,40,30,1 2 3,,MIT,x", "a,1.jpg,wide,30,,,MIT,x", "a,1.jpg"])
def test_a_line_that_cannot_be_read_is_named(tmp_path, row):
    (tmp_path / "manifest.csv").write_text(f"{HEADER}a,0.jpg,4,4,,,,\n{row}\n")

    with pytest.raises(SourceError, match="line 3"):
        read_manifest(tmp_path)


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "manifest.csv").write_bytes(b"file,width\n\xff\xfe\x00")

    with pytest.raises(SourceError, match=r"manifest\.csv cannot be read as a table"):
        read_manifest(tmp_path)
