from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from handtrack.study.datasets.labelling.careful_labels import CombinedHands, judge, label_looks
from handtrack.study.datasets.labelling.combined_looks import combine, combine_passes, weak_perspective_scale
from handtrack.study.datasets.labelling.depth_reader import read_depth
from handtrack.study.datasets.labelling.label_table import KEPT
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.pass_store import (
    LookedAtPicture,
    PassTable,
    read_passes,
    write_passes,
)
from handtrack.study.datasets.labelling.teacher import TeacherPasses

from .hands_for_tests import DEEP, FLAT, passes_of, picture_of, skeleton


def table_of(folder, pictures: list[LookedAtPicture]) -> PassTable:
    write_passes(folder, pictures)
    return read_passes(folder, [picture.name for picture in pictures])


def label(table: PassTable) -> CombinedHands:
    return label_looks(combine(table))


def one_hand(folder, passes: TeacherPasses) -> PassTable:
    return table_of(folder, [picture_of("a.jpg", [passes])])


def test_passes_are_combined_and_their_spread_is_kept(tmp_path):
    hand = skeleton()
    combined = label(one_hand(tmp_path, passes_of(hand, noise=2.0)))
    truth = hand[:, :2] * 100 + np.array([320, 300])

    assert np.abs(combined.joints_2d[0] - truth).max() < 2.5
    assert np.abs(combined.joints_2d[0] - truth).mean() < 0.8
    assert combined.spread[0].mean() == pytest.approx(2.0, rel=0.15)
    looks = combine_passes([passes_of(hand, noise=2.0)])
    assert np.allclose(combined.depth, read_depth(looks, np.array([True])))
    assert 0.5 < combined.depth_spread[0].mean() < 2.0
    assert combined.right[0] == pytest.approx(0.97)


def test_both_depths_of_the_teacher_are_read_in_pixels():
    hand = skeleton()
    passes = passes_of(hand, noise=0.5)
    looks = combine_passes([passes, passes])

    assert looks.readings.shape == (2, 21, 2)
    assert np.abs(looks.readings[0, :, 0] - FLAT * hand[:, 2] * 100).max() < 0.5
    assert np.abs(looks.readings[1, :, 1] - DEEP * hand[:, 2] * 100).max() < 1.0
    assert looks.agreeing.tolist() == [True, True]
    assert looks.extent[0] == pytest.approx(np.ptp(hand[:, :2] * 100, axis=0).max(), abs=1)


def test_a_few_wild_passes_do_not_move_the_label(tmp_path):
    passes = passes_of(skeleton(), noise=0.5)
    expected = label(one_hand(tmp_path / "a", passes)).joints_2d[0]
    wild = passes.joints_2d.copy()
    wild[:4] += 150
    combined = label(one_hand(tmp_path / "b", dataclasses.replace(passes, joints_2d=wild)))

    assert np.abs(combined.joints_2d[0] - expected).max() < 1.0
    assert combined.spread[0].mean() < 1.0


def test_passes_in_which_there_is_no_hand_do_not_count(tmp_path):
    passes = passes_of(skeleton(), noise=0.5)
    wild, presence = passes.joints_2d.copy(), passes.presence.copy()
    wild[:6], presence[:6] = 0, 0.2
    combined = label(one_hand(tmp_path, dataclasses.replace(passes, joints_2d=wild, presence=presence)))

    assert combined.presence[0] == pytest.approx(10 / 16)
    assert combined.joints_2d[0].min() > 50


def test_a_clear_hand_is_kept_and_every_fault_has_its_reason(tmp_path):
    good = passes_of(skeleton())
    jumping = good.joints_2d + np.random.default_rng(0).normal(0, 15, (16, 1, 1)).astype(np.float32)
    pictures = {
        "kept.jpg": good,
        "absent.jpg": passes_of(skeleton(), presence=0.3),
        "small.jpg": passes_of(skeleton(), palm_pixels=8.0, noise=0.01),
        "outside.jpg": passes_of(skeleton(), wrist=(320.0, 120.0)),
        "disagree.jpg": dataclasses.replace(good, joints_2d=jumping),
    }
    table = table_of(tmp_path, [picture_of(name, [passes]) for name, passes in sorted(pictures.items())])
    verdicts = dict(
        zip(table.names[table.picture].tolist(), judge(table, label(table), {}).tolist(), strict=True)
    )

    assert verdicts == {name: name.removesuffix(".jpg") for name in pictures}


def test_a_hand_whose_tips_are_not_in_its_nails_is_rejected(tmp_path):
    table = table_of(tmp_path, [picture_of("a.jpg", [passes_of(skeleton())])])
    hands = label(table)
    tips = hands.joints_2d[0][[4, 8, 12, 16, 20]]
    nails = np.concatenate([tips - 4, tips + 4], axis=1)
    # One nail's hand is not known, and nails of another hand say nothing of this one.
    for known, verdict in (
        (nails, KEPT),
        (nails + 15, "nails"),
        (nails[:1] + 15, KEPT),
        (nails + 2000, KEPT),
    ):
        assert judge(table, hands, {"a.jpg": PictureFacts(nails=known)}).tolist() == [verdict]


def test_of_two_finds_on_one_hand_the_steadier_is_kept(tmp_path):
    steady, shaky = passes_of(skeleton(), noise=0.5), passes_of(skeleton(), noise=2.0, seed=1)
    apart = passes_of(skeleton(), wrist=(120.0, 300.0))
    table = table_of(tmp_path, [picture_of("a.jpg", [shaky, steady, apart]), picture_of("b.jpg", [shaky])])

    assert judge(table, label(table), {}).tolist() == ["duplicate", KEPT, KEPT, KEPT]


def test_the_weak_perspective_scale_is_pixels_a_metre():
    world = np.random.default_rng(0).normal(0, 0.03, (2, 21, 3)).astype(np.float32)
    seen = world[..., :2] * np.array([2000.0, 500.0])[:, None, None] + 300
    assert np.allclose(weak_perspective_scale(seen, world), [2000, 500], rtol=1e-3)
