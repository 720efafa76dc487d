from __future__ import annotations

import dataclasses

import numpy as np

from handtrack.study.synthesis.sheet import contact_sheet, draw_joints, labelled_picture
from tests.handtrack.study.synthesis.sample_hands import made_up_sample


def test_pictures_lie_in_rows():
    sheet = contact_sheet([made_up_sample(0, index) for index in range(5)], columns=3, cell=50)

    assert sheet.shape == (2 * 50 + 2, 3 * 50 + 2 * 2, 3)
    assert (sheet[52:, 104:] == 255).all(), "the last place is empty"
    assert not (sheet[52:, :50] == 255).all()


def test_joints_are_drawn_where_the_enlarged_picture_shows_them():
    sample = made_up_sample(0, 0, pixels=40)
    dot = np.zeros((40, 40, 3), np.uint8)
    dot[30, 10] = 255
    joints = np.full((21, 2), (10.0, 30.0), np.float32)
    shown = labelled_picture(dataclasses.replace(sample, image=dot, joints_2d=joints), 200)

    rows, columns = np.nonzero((shown > 90).all(axis=2))
    near = (abs(rows - 152) < 8) & (abs(columns - 52) < 8)
    assert near.any()
    assert abs(rows[near].mean() - 152) < 1.5
    assert abs(columns[near].mean() - 52) < 1.5


def test_hidden_joints_are_rings():
    joints = np.full((21, 2), (20.0, 20.0), np.float32)
    seen, hidden = np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40, 3), np.uint8)

    draw_joints(seen, joints, np.ones(21, bool))
    draw_joints(hidden, joints, np.zeros(21, bool))

    assert seen[20, 22].max() > 100
    assert hidden[20, 22].max() < 60
    assert hidden[20, 23:25].max() > 60


def test_joints_far_outside_the_picture_do_no_harm():
    joints = np.full((21, 2), 1e9, np.float32)
    image = np.zeros((40, 40, 3), np.uint8)

    draw_joints(image, joints)

    assert image.shape == (40, 40, 3)
