"""The one plain value of a frame."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from handtrack.hand import FrameResult
from handtrack.skeleton import JOINT_COUNT, JOINT_NAMES
from handtrack.streaming.frame_value import frame_text, frame_value

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "streams.md"


def test_numbers_are_those_of_the_result(results: list[FrameResult]) -> None:
    result = results[7]

    value = json.loads(frame_text(result))

    assert (value["format"], value["version"], value["index"]) == ("handtrack.frame", 1, 7)
    assert value["time"] == result.frame.timestamp
    assert value["image"] == [640, 480]
    assert [(hand["side"], hand["id"]) for hand in value["hands"]] == [("right", 1), ("left", 2)]
    for plain, hand in zip(value["hands"], result.hands, strict=True):
        assert np.abs(np.array(plain["joints"]) - hand.joints_3d).max() < 1e-5
        assert np.abs(np.array(plain["pixels"]) - hand.joints_2d).max() < 1e-2
        assert np.abs(np.array(plain["sigma"]) - hand.sigma_3d).max() < 1e-5
        assert np.abs(np.array(plain["wrist"]) - hand.wrist_position).max() < 1e-5
        assert len(plain["pixels_sigma"]) == JOINT_COUNT


def test_what_is_not_known_or_not_finite_is_null(results: list[FrameResult]) -> None:
    sigma = np.array(results[0].hands[0].sigma_3d)
    sigma[3] = np.nan
    hand = replace(results[0].hands[0], sigma_3d=sigma, wrist_position=None)

    value = json.loads(frame_text(replace(results[0], hands=(hand,))))["hands"][0]

    assert value["wrist"] is None
    assert value["sigma"][3] is None
    assert value["sigma"][2] == round(float(sigma[2]), 5)


def test_the_document_names_every_field_and_joint(results: list[FrameResult]) -> None:
    named = set(re.findall(r"`(\w+)`", DOCUMENT.read_text(encoding="utf-8")))
    value = frame_value(results[0])

    assert {*value, *value["hands"][0], *JOINT_NAMES} <= named
