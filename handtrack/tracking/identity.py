"""Who is who: a hand that comes back soon is the same hand, and two that met are told apart again."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handtrack.hand import Crop
from handtrack.tracking.duplicates import joints_distance
from handtrack.tracking.estimation import CropEstimate
from handtrack.tracking.sides import unsureness
from handtrack.tracking.sighting import Sighting, likeness, side_likeness, traits_likeness
from handtrack.tracking.track import HandTrack

_REMEMBERED_S: Final = 2.0
_FARTHEST: Final = 2.0  # crop sides between where a hand was lost and where it is found
_GROWTH: Final = math.log(2.0)
_LEAST_SIDE: Final = -1.5
"""Log-likelihood of the side below which a hand is another one. Its colour alone never makes it another: of
one rendered palm's views, seconds apart, 5 % differ as much as a quarter of the views of two people do."""
_SURE: Final = 0.08  # mean sigma over a hand's extent
_APART: Final = 0.8  # mean distance of two hands' joints, over the smaller hand's size
_STAYS: Final = 2.0
"""Log-odds that a track which comes out of a meeting is still on its own hand."""


@dataclass(frozen=True, slots=True)
class LostHand:
    """A hand that was given up.

    known: as it was last seen beyond doubt. last: where it was last followed. lost_at: seconds.
    """

    track_id: int
    known: Sighting
    last: Crop
    lost_at: float


@dataclass(slots=True)
class Meeting:
    """Two hands so near to one another that either may be taken for the other.

    known: each as it was last seen beyond doubt before, by track id. near_at: when they were last seen near,
    seconds.
    """

    known: dict[int, Sighting]
    near_at: float

    def other(self, track_id: int) -> int:
        """Track id of the hand that the given one met."""
        return next(each for each in self.known if each != track_id)

    def is_swapped(self, seen: dict[int, Sighting]) -> bool:
        """Whether what is seen under the track ids, of one hand or of both, is rather the other hand.

        Where they are says nothing: people turn back where they touch.
        """
        own = sum(traits_likeness(each, self.known[track_id]) for track_id, each in seen.items())
        others = sum(
            traits_likeness(each, self.known[self.other(track_id)]) for track_id, each in seen.items()
        )
        return others > own + _STAYS


class Identities:
    """Gives hands their track ids, and remembers whom it gave them to.

    A lost hand is remembered for two seconds: one that another hand covered, or a finger's blur, is no new
    person.
    """

    def __init__(self) -> None:
        self._lost: list[LostHand] = []
        self._meetings: list[Meeting] = []
        self._next_id = 1

    def clear(self) -> None:
        """Forget all hands; new ones get new numbers."""
        self._lost.clear()
        self._meetings.clear()

    def needs_colours(self, tracks: Sequence[HandTrack]) -> bool:
        """Whether there is another hand that a followed one might be taken for."""
        return len(tracks) > 1 or bool(self._meetings)

    def give_up(self, track: HandTrack, timestamp: float) -> None:
        """Note that a track is followed no longer."""
        if track.last_sure is not None:
            self._lost.append(LostHand(track.track_id, track.last_sure, track.crop, timestamp))

    def of_found(self, seen: Sighting, tracks: Sequence[HandTrack]) -> int:
        """Track id of a hand that was just found: the likeliest lost one's, else a new one.

        Where a hand was lost beside one that is still followed, what was found may be either of them: if it
        is rather the other one, the track gets the lost one's identity.
        """
        self._forget(seen.seen_at)
        best, likeliest = -math.inf, None
        for lost in self._lost:
            followed, known = self._taken_for(lost, seen, tracks) or (None, lost.known)
            if _may_be(seen, known, lost.last) and (alike := likeness(seen, known)) > best:
                best, likeliest = alike, (lost, followed)
        if likeliest is None:
            self._next_id += 1
            return self._next_id - 1
        lost, followed = likeliest
        self._lost.remove(lost)
        self._meetings = [each for each in self._meetings if lost.track_id not in each.known]
        if followed is None:
            return lost.track_id
        found = followed.track_id
        followed.become(lost.track_id, lost.known)
        return found

    def tell_apart(
        self,
        tracks: Sequence[HandTrack],
        estimates: Sequence[CropEstimate],
        seen: Sequence[Sighting | None],
        timestamp: float,
    ) -> list[bool]:
        """Note which tracks meet, and give those that come out on another's hand that one's identity.

        seen: what each estimate shows, None where that is no hand. Returns for each whether it is known
        beyond doubt; while one that met another is lost, nobody knows which of them is left.
        """
        joints = [estimate.trace[-1].joints_2d for estimate in estimates]
        near = [
            (first, second)
            for first, second in itertools.combinations(range(len(joints)), 2)
            if joints_distance(joints[first], joints[second]) <= _APART
        ]
        # While one hand covers another, both may be drawn as one, or as a hand that reaches over both.
        sure = [
            sighting is not None
            and unsureness(estimate) < _SURE
            and not any(position in pair for pair in near)
            for position, (sighting, estimate) in enumerate(zip(seen, estimates, strict=True))
        ]
        self._forget(timestamp)
        for first, second in near:
            self._note_meeting(tracks[first], tracks[second], timestamp)
        for meeting in list(self._meetings):
            there = {
                track.track_id: (track, each)
                for track, each, certain in zip(tracks, seen, sure, strict=True)
                if each is not None and certain and track.track_id in meeting.known
            }
            if len(there) == 2 or (there and self._is_lost(meeting.other(next(iter(there))))):
                self._settle(meeting, there)
        met = {track_id for meeting in self._meetings for track_id in meeting.known}
        return [each and track.track_id not in met for each, track in zip(sure, tracks, strict=True)]

    def _note_meeting(self, first: HandTrack, second: HandTrack, timestamp: float) -> None:
        meeting = self._meeting(first.track_id, second.track_id)
        if meeting is not None:
            meeting.near_at = timestamp
        elif first.last_sure is not None and second.last_sure is not None:
            known = {first.track_id: first.last_sure, second.track_id: second.last_sure}
            self._meetings.append(Meeting(known, timestamp))

    def _settle(self, meeting: Meeting, there: dict[int, tuple[HandTrack, Sighting]]) -> None:
        """Exchange the identities of a meeting if its hands are swapped. It is over where both are there."""
        if len(there) == 2:
            self._meetings.remove(meeting)
        if not meeting.is_swapped({track_id: seen for track_id, (_, seen) in there.items()}):
            return
        for track_id, (track, _) in there.items():
            track.become(meeting.other(track_id), meeting.known[meeting.other(track_id)])
        if len(there) == 1:
            (own,) = there
            self._lost = [
                replace(each, track_id=own, known=meeting.known[own])
                if each.track_id == meeting.other(own)
                else each
                for each in self._lost
            ]

    def _taken_for(
        self, lost: LostHand, seen: Sighting, tracks: Sequence[HandTrack]
    ) -> tuple[HandTrack, Sighting] | None:
        """The track that lies on a lost hand, if what was found is rather the hand that the track was on.

        With it how that hand was known before the two met.
        """
        for track in tracks:
            meeting = self._meeting(lost.track_id, track.track_id)
            if meeting is None or track.latest is None:
                continue
            if meeting.is_swapped({lost.track_id: seen, track.track_id: track.latest}):
                return track, meeting.known[track.track_id]
        return None

    def _is_lost(self, track_id: int) -> bool:
        return any(each.track_id == track_id for each in self._lost)

    def _meeting(self, first: int, second: int) -> Meeting | None:
        return next((each for each in self._meetings if set(each.known) == {first, second}), None)

    def _forget(self, timestamp: float) -> None:
        self._lost = [each for each in self._lost if 0 <= timestamp - each.lost_at <= _REMEMBERED_S]
        self._meetings = [each for each in self._meetings if 0 <= timestamp - each.near_at <= _REMEMBERED_S]


def _may_be(seen: Sighting, known: Sighting, last: Crop) -> bool:
    away = min(math.dist(seen.crop.centre, crop.centre) for crop in (known.crop, last))
    return (
        abs(math.log(seen.crop.size / known.crop.size)) < _GROWTH
        and away < _FARTHEST * known.crop.size
        and side_likeness(seen, known) > _LEAST_SIDE
    )
