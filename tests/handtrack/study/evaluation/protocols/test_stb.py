from __future__ import annotations

from pathlib import Path

import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.protocols.protocol import ProtocolResult, measure_protocol
from handtrack.study.evaluation.protocols.stb import stb_protocol
from tests.handtrack.study.evaluation.protocols.conftest import Answer, Scripted, scaled, tips_moved

EYES = ["BB_left", "BB_right"]
FRAMES = ["B1Counting/{}_0", "B1Counting/{}_1", "B1Random/{}_0", "B1Random/{}_1"]


def measured(folder: Path, *loops: Answer) -> ProtocolResult:
    protocol = stb_protocol(folder)
    [result] = measure_protocol(protocol, [Scripted(protocol.hands, *loops)])
    return result


def test_both_test_sequences_are_seen_by_both_eyes(stb_folder: Path) -> None:
    hands = stb_protocol(stb_folder).hands

    keys = [hands[index].key for index in range(len(hands))]

    assert keys == [f"images/{frame.format(eye)}.png" for eye in EYES for frame in FRAMES]
    assert {hands[index].handedness for index in range(len(hands))} == {"left"}


def test_truth_in_another_unit_has_no_error(stb_folder: Path) -> None:
    result = measured(stb_folder, scaled)

    assert (result.protocol, result.hands) == ("STB", 8)
    assert result.mean_mm == [0]
    assert result.median_mm == [0]
    assert result.auc == [1]
    assert result.auc_20_50 == [1]


def test_known_error_of_fingertips(stb_folder: Path) -> None:
    result = measured(stb_folder, tips_moved(25))

    assert result.mean_mm == pytest.approx([5 * 25 / 21], abs=1e-4)
    assert result.median_mm == result.mean_mm  # every hand has the same errors
    # Thresholds are 50 / 19 mm apart, so 25 mm lies between numbers 9 and 10. Of 19 intervals nine are at
    # 16/21, one at 18.5/21 and nine at 1; of the last 11 one, one and nine.
    assert result.pck[0] == pytest.approx([16 / 21] * 10 + [1] * 10, abs=1e-4)
    assert result.auc == pytest.approx([(9 * 16 + 18.5 + 9 * 21) / 21 / 19], abs=1e-4)
    assert result.auc_20_50 == pytest.approx([(16 + 18.5 + 9 * 21) / 21 / 11], abs=1e-4)


def test_the_wrists_conversion_is_used_and_told(stb_folder: Path) -> None:
    result = measured(stb_folder, scaled)

    assert "2.0x from the ring MCP" in result.notes[0]
    assert stb_protocol(stb_folder).hands[0].source.endswith("2.0x_ring")


def test_notes_say_how_it_was_measured(stb_folder: Path) -> None:
    notes = " / ".join(measured(stb_folder, scaled).notes)

    assert "left hands of B1Counting and B1Random" in notes
    assert "BB_left and BB_right" in notes
    assert "8 hands and not the 6000" in notes


@pytest.mark.parametrize("name", ["labels/B1Random_BB.mat", "images/B1Counting/BB_right_0.png"])
def test_an_incomplete_folder_is_told_by_the_data_set(stb_folder: Path, name: str) -> None:
    (stb_folder / name).unlink()

    with pytest.raises(SourceError, match=f"{name} is missing"):
        stb_protocol(stb_folder)
