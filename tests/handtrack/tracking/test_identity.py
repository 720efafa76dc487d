"""A hand that comes back keeps its identity, and two that met are told apart by side and colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.hand import Crop, Handedness, IterationEstimate
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.identity import Identities
from handtrack.tracking.sighting import Sighting
from handtrack.tracking.track import HandTrack

FRAME_S = 1 / 30
HAND = np.random.default_rng(0).uniform(-50, 50, (21, 2)).astype(np.float32)
FLAT = np.zeros(21, np.float32)
LIGHT, DARK = np.array((200.0, 140.0, 145.0)), np.array((90.0, 140.0, 145.0))
SURELY: dict[Handedness, float] = {"right": 6.0, "left": -6.0}


def known(x: float = 200.0, side: Handedness = "right", colour: np.ndarray | None = None) -> Sighting:
    return Sighting(Crop((x, 200.0), 150.0, 0.0), 5.0, right=SURELY[side], colour=colour)


def found(x: float, when: float, side: Handedness = "right", colour: np.ndarray | None = None) -> Sighting:
    return replace(known(x, side, colour), seen_at=when)


def track_of(track_id: int, sighting: Sighting, joints: np.ndarray | None = None) -> HandTrack:
    """A track that has seen its hand beyond doubt."""
    side: Handedness = "right" if sighting.right > 0 else "left"
    at = HAND + np.array(sighting.crop.centre, np.float32) if joints is None else joints
    track = HandTrack(track_id, at, side, 1.0)
    track.crop = replace(sighting.crop, mirrored=side == "left")
    track.latest = track.last_sure = sighting
    return track


def lost(*hands: tuple[int, Sighting]) -> Identities:
    identities = Identities()
    for track_id, sighting in hands:
        identities.give_up(track_of(track_id, sighting), sighting.seen_at)
    return identities


class Scene:
    """Hands that are followed, each drawn at a place and with a palm's colour, frame by frame."""

    def __init__(self, *tracks: HandTrack) -> None:
        self.identities = Identities()
        self.tracks = list(tracks)
        self.now = 5.0
        self.sigma = 1.0  # pixels, of hands of 100

    def show(self, *places: tuple[float, np.ndarray]) -> list[bool]:
        """x and the palm's colour of each track's hand in the next frame. Returns which are beyond doubt."""
        self.now += FRAME_S
        estimates, seen = [], []
        for track, (x, colour) in zip(self.tracks, places, strict=True):
            joints = HAND + np.array((x, 200), np.float32)
            loop = IterationEstimate(joints, np.zeros((21, 3), np.float32), FLAT + self.sigma, FLAT, 0.9)
            estimates.append(CropEstimate((loop,), CarriedEstimate(joints, FLAT, FLAT, FLAT), 0.99, 0.9))
            crop = replace(track.crop, centre=(x, 200.0))
            seen.append(Sighting(crop, self.now, right=SURELY[track.handedness], colour=colour))
        sure = self.identities.tell_apart(self.tracks, estimates, seen, self.now)
        for track, sighting in zip(self.tracks, seen, strict=True):
            track.latest = sighting
        return sure

    def drop(self, track: HandTrack) -> None:
        self.tracks.remove(track)
        self.identities.give_up(track, self.now)

    def find(self, x: float, side: Handedness, colour: np.ndarray) -> int:
        return self.identities.of_found(found(x, self.now + FRAME_S, side, colour), self.tracks)


def two_right_hands() -> tuple[Scene, HandTrack, HandTrack]:
    light, dark = track_of(1, known(200, colour=LIGHT)), track_of(2, known(400, colour=DARK))
    return Scene(light, dark), light, dark


def test_a_hand_that_comes_back_is_the_same_and_only_once():
    identities = lost((7, known()))
    near = found(400, 6.5)
    near = replace(near, crop=replace(near.crop, size=200.0))
    assert identities.of_found(near, []) == 7
    assert identities.of_found(near, []) == 1, "another one"
    assert identities.of_found(near, []) == 2


@pytest.mark.parametrize(
    "seen",
    [
        found(200, 5.1, "left"),
        found(520, 5.1),
        replace(found(200, 5.1), crop=Crop((200.0, 200.0), 300.0, 0.0)),
        found(200, 7.1),
        found(200, 4.0),
    ],
    ids=["other side", "far away", "other size", "too late", "time fell back"],
)
def test_another_hand_is_a_new_one(seen):
    assert lost((7, known())).of_found(seen, []) == 1


def test_a_side_that_is_not_known_well_does_not_make_it_another_hand():
    seen = replace(found(200, 5.1, "left"), right=-1.0)
    assert lost((7, known())).of_found(seen, []) == 7


def test_of_two_lost_hands_the_nearer_one_is_found():
    identities = lost((7, known(200)), (9, known(320)))
    assert identities.of_found(found(300, 5.2), []) == 9
    assert identities.of_found(found(300, 5.2), []) == 7


def test_of_two_lost_hands_the_one_of_that_colour_is_found():
    identities = lost((7, known(200, colour=LIGHT)), (9, known(300, colour=DARK)))
    assert identities.of_found(found(290, 5.2, colour=LIGHT), []) == 7


def test_of_two_lost_hands_the_one_that_was_moving_there_is_found():
    right = replace(known(200), velocity=(600.0, 0.0))
    identities = lost((7, right), (9, replace(known(320), velocity=(-600.0, 0.0))))
    assert identities.of_found(found(380, 5.3), []) == 7


def test_a_hand_is_also_near_where_it_was_last_followed():
    track = track_of(7, known(200))
    track.crop = replace(track.crop, centre=(600.0, 200.0))
    identities = Identities()
    identities.give_up(track, 5.0)
    assert identities.of_found(found(600, 5.2), []) == 7


def test_nothing_is_known_after_a_new_beginning():
    identities = lost((7, known()))
    identities.clear()
    assert identities.of_found(found(200, 5.0), []) == 1


def test_a_hand_that_was_covered_is_found_again_beside_the_other():
    scene, light, dark = two_right_hands()
    scene.show((290, LIGHT), (310, DARK))
    scene.drop(dark)
    scene.show((320, LIGHT))
    assert scene.find(200, "right", DARK) == 2
    assert light.track_id == 1


def test_what_is_found_beside_a_track_that_lies_on_its_hand_is_the_tracks_own():
    """The left hand's track came to lie on the right hand, which was dropped: then the left one is found."""
    left, right = track_of(1, known(200, "left")), track_of(2, known(400, "right"))
    scene = Scene(left, right)
    scene.show((290, LIGHT), (310, LIGHT))
    scene.drop(right)
    left.latest = found(250, scene.now, "right")
    assert scene.find(400, "left", LIGHT) == 1
    assert (left.track_id, left.handedness) == (2, "right")
    left.predict(scene.now)
    assert not left.crop.mirrored, "it is looked at as the hand that it is"


def test_a_track_that_is_left_on_the_others_hand_becomes_that_one_at_once():
    scene, light, dark = two_right_hands()
    scene.show((290, LIGHT), (310, DARK))
    scene.drop(dark)
    scene.show((300, LIGHT))
    assert light.track_id == 1
    scene.show((250, DARK))
    assert light.track_id == 2
    assert scene.find(420, "right", LIGHT) == 1


def test_tracks_that_are_swapped_after_they_met_are_swapped_back():
    scene, light, dark = two_right_hands()
    scene.show((290, LIGHT), (310, DARK))
    assert (light.track_id, dark.track_id) == (1, 2)
    scene.show((200, DARK), (400, LIGHT))
    assert (light.track_id, dark.track_id) == (2, 1)
    assert light.last_sure is not None
    assert light.last_sure.colour is DARK


def test_hands_that_turn_back_where_they_touch_keep_their_identities():
    scene, light, dark = two_right_hands()
    for track, speed in ((light, 900.0), (dark, -900.0)):
        track.last_sure = replace(known(track.crop.centre[0], colour=LIGHT), velocity=(speed, 0.0))
    scene.show((290, LIGHT), (310, LIGHT))
    scene.drop(dark)
    scene.show((200, LIGHT))
    assert light.track_id == 1
    assert scene.find(400, "right", LIGHT) == 2
    assert light.track_id == 1


def test_hands_that_never_met_are_not_swapped_by_their_colour():
    scene, light, dark = two_right_hands()
    assert scene.show((200, DARK), (400, LIGHT)) == [True, True]
    assert (light.track_id, dark.track_id) == (1, 2)


def test_nothing_is_learned_while_nobody_knows_which_of_two_is_left():
    scene, _, dark = two_right_hands()
    assert scene.show((290, LIGHT), (310, DARK)) == [False, False]
    scene.drop(dark)
    assert scene.show((320, LIGHT)) == [False]
    scene.now += 2.0
    assert scene.show((320, LIGHT)) == [True], "the other does not come back"


def test_the_colour_of_a_hand_that_is_alone_is_not_asked_for():
    scene, light, dark = two_right_hands()
    assert scene.identities.needs_colours([light, dark])
    assert not scene.identities.needs_colours([light])
    scene.show((290, LIGHT), (310, DARK))
    assert scene.identities.needs_colours([light]), "the other may be the one that is left"


def test_only_a_hand_whose_joints_are_known_well_is_known_beyond_doubt():
    scene = Scene(track_of(1, known()))
    assert scene.show((200, LIGHT)) == [True]
    scene.sigma = 20.0
    assert scene.show((200, LIGHT)) == [False]
