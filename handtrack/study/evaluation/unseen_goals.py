"""The goals on people, poses and cameras that the network has never met, each with the value reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handtrack.study.datasets.pose_map import CLOSED_TO_CAMERA
from handtrack.study.evaluation.clips import ClipMeasures
from handtrack.study.evaluation.goals import NOT_MEASURED, Goal, Verdict, at_most, inside_shares
from handtrack.study.evaluation.hand_facts import NOT_KNOWN
from handtrack.study.evaluation.hand_sets import LABELLED, RENDERED_HANDS, STEREO
from handtrack.study.evaluation.measures.breakdown import (
    BY_CELL,
    BY_SOURCE,
    IMAGE_OF,
    OF,
    TIPS,
    TIPS_OF,
    Group,
)
from handtrack.study.evaluation.measures.nails import NailMeasures
from handtrack.study.evaluation.measures.summary import AtDefault, SetMeasures
from handtrack.study.evaluation.measures.tips import WITHIN, TipMeasures, Way
from handtrack.study.evaluation.mediapipe_peer import FULL, IMAGE_Z, LITE

COUNTING_CLIP: Final = "counting_hand"
"""The clip, by its name without a suffix, whose jitter is judged."""

_PERSON_PERCENT: Final = 3.5
_CELL_MM: Final = 14.0
_CLOSED_SHARE: Final = 0.95
_FAST: Final[dict[Way, tuple[str, float]]] = {
    "fresh": ("fast clips, both tips within 0.1: fresh detections", 0.93),
    "tracked": ("fast clips, both tips within 0.1: tracked, all frames", 0.82),
}


def check_unseen_goals(
    sets: Sequence[SetMeasures],
    network: int,
    persons: Sequence[str] = (),
    tips: Sequence[TipMeasures] = (),
    clips: Sequence[ClipMeasures] = (),
) -> list[Goal]:
    """All these goals for the network at this place among the estimators of every set.

    persons: collections of persons none of whose pictures was trained on; each has a row, and so has each
    collection with marked nails, whose part here shows persons of its own. tips: the network's rows come
    first, those at the gate's default threshold before others. Judged at that threshold; MediaPipe's
    landmark networks by one pass over the same hands. What was not measured is neither met nor missed.
    """
    labelled = next((each for each in sets if each.name == LABELLED), None)
    synthetic = next((each for each in sets if each.name == RENDERED_HANDS), None)
    groups = {group.label: group for group in _groups(labelled, BY_SOURCE)}
    with_nails = [each.source for each in labelled.nails] if labelled else []
    ours = {each.name: each.measures[network].at_default for each in sets}
    label_errors, stereo, rendered = ours.get(LABELLED), ours.get(STEREO), ours.get(RENDERED_HANDS)
    measured = label_errors.accuracy.measured_percent if label_errors else None
    return [
        *(_person(person, groups.get(person)) for person in dict.fromkeys([*persons, *with_nails])),
        _goal(
            "measured finger tips of the labelled validation",
            "<= 2.0 %",
            None if measured is None else at_most(measured, 2.0, "%"),
        ),
        *_nails(labelled, network),
        _goal(
            "stereo pair: PA-MPJPE",
            "<= 7.0 mm",
            at_most(stereo.accuracy.pa_mpjpe_mm, 7.0, "mm") if stereo else None,
        ),
        *_stereo_sigma(stereo),
        _goal(
            "Spearman of sigma and error within a joint, labelled validation",
            ">= 0.4",
            _at_least(label_errors.uncertainty.ranking.space_within, 0.4) if label_errors else None,
        ),
        _goal(
            "rendered validation: PA-MPJPE",
            "<= 8 mm",
            at_most(rendered.accuracy.pa_mpjpe_mm, 8.0, "mm") if rendered else None,
        ),
        _cells(synthetic),
        *(
            _closed_to_camera(name, each)
            for name, each in ((LABELLED, labelled), (RENDERED_HANDS, synthetic))
        ),
        _jitter(clips),
        *(_fast(way, tips) for way in _FAST),
    ]


def _goal(what: str, aim: str, verdict: Verdict | None) -> Goal:
    return Goal(what, aim, *(verdict or (NOT_MEASURED, None)))


def _at_least(value: float, least: float) -> Verdict:
    return f"{value:.2f}", value >= least


def _groups(measured: SetMeasures | None, by: str) -> Sequence[Group]:
    breakdowns = () if measured is None else measured.breakdowns
    return next((each.groups for each in breakdowns if each.by == by), ())


def _person(person: str, group: Group | None) -> Goal:
    what = f"2D error on persons not trained on: {person}"
    aim = f"<= {_PERSON_PERCENT} %, and <= MediaPipe lite used once"
    if group is None:
        return Goal(what, aim, f"{NOT_MEASURED}: none of the hands is theirs", None)
    own, lite, full = (
        group.means.get(name) for name in ("error_2d_percent", IMAGE_OF + LITE, IMAGE_OF + FULL)
    )
    assert own is not None  # every group has it
    peers = "; ".join(
        f"{name} {value:.2f} %" for name, value in ((LITE, lite), (FULL, full)) if value is not None
    )
    reached = f"{own:.2f} % of {group.hands} hands" + (f" ({peers})" if peers else "")
    if lite is None:
        # Without the peer only a miss is certain.
        return Goal(what, aim, reached, False if own > _PERSON_PERCENT else None)
    return Goal(what, aim, reached, own <= min(_PERSON_PERCENT, lite))


def _nails(labelled: SetMeasures | None, network: int) -> list[Goal]:
    aim = ">= MediaPipe full's share"
    if labelled is None or not labelled.nails:
        what = "finger tips inside the boxes of nails"
        return [Goal(what, aim, f"{NOT_MEASURED}: none of the hands has marked nails", None)]
    name = labelled.measures[network].estimator
    return [_nails_of(each, name, aim) for each in labelled.nails]


def _nails_of(nails: NailMeasures, name: str, aim: str) -> Goal:
    own, full, lite = nails.at_default.get(name), nails.last.get(FULL), nails.last.get(LITE)
    what = f"finger tips inside the boxes of nails: {nails.source}"
    if own is None:
        return Goal(what, aim, NOT_MEASURED, None)
    shares = ((FULL, full), (LITE, lite), ("the labels", nails.labels))
    reached = f"{own:.3f} of {nails.nails} nails (" + "; ".join(
        f"{who} {share:.3f}" for who, share in shares if share is not None
    )
    return Goal(what, aim, reached + ")", None if full is None else own >= full)


def _stereo_sigma(ours: AtDefault | None) -> list[Goal]:
    within = ours and (ours.uncertainty.within_1_sigma, ours.uncertainty.within_2_sigma)
    return [
        _goal(
            f"stereo pair: residuals inside {number} sigma",
            f"{aim} +- {tolerance} % in x, y and depth",
            inside_shares(within[number - 1], aim / 100, tolerance / 100) if within else None,
        )
        for number, aim, tolerance in ((1, 68, 8), (2, 95, 5))
    ]


def _cells(rendered: SetMeasures | None) -> Goal:
    what, aim = "rendered validation, cells of poses and views: PA-MPJPE", f"none above {_CELL_MM:g} mm"
    cells = [group for group in _groups(rendered, BY_CELL) if group.label != NOT_KNOWN]
    if not cells:
        return Goal(what, aim, NOT_MEASURED, None)

    def above(name: str) -> list[Group]:
        return [group for group in cells if group.means[name] > _CELL_MM]

    own = sorted(above("pa_mpjpe_mm"), key=lambda group: -group.means["pa_mpjpe_mm"])
    worst = "".join(f", worst {group.means['pa_mpjpe_mm']:.1f} mm ({group.label})" for group in own[:1])
    beside = "; ".join(
        f"{name} {len(above(OF + name + IMAGE_Z))}"
        for name in (FULL, LITE)
        if OF + name + IMAGE_Z in cells[0].means
    )
    reached = f"{len(own)} of {len(cells)} above{worst}" + (f" ({beside})" if beside else "")
    return Goal(what, aim, reached, not own)


def _closed_to_camera(name: str, measured: SetMeasures | None) -> Goal:
    what = f"fists and points towards the camera, {name}: thumb and index tip within {WITHIN:g}"
    aim = f"in {100 * _CLOSED_SHARE:g} %"
    cells = [group for group in _groups(measured, BY_CELL) if group.label in CLOSED_TO_CAMERA]
    if not cells:
        return Goal(what, aim, NOT_MEASURED, None)
    hands = sum(group.hands for group in cells)

    def share(of: str) -> float:
        return sum(group.means[of] * group.hands for group in cells) / hands

    beside = "; ".join(
        f"{peer} {share(TIPS_OF + peer):.2f}" for peer in (FULL, LITE) if TIPS_OF + peer in cells[0].means
    )
    own = share(TIPS)
    return Goal(what, aim, f"{own:.2f} of {hands}" + (f" ({beside})" if beside else ""), own >= _CLOSED_SHARE)


def _jitter(clips: Sequence[ClipMeasures]) -> Goal:
    tracked = [each for each in clips if COUNTING_CLIP in each.clip and each.start == "warm"]
    return _goal(
        "jitter before smoothing, counting hand",
        "<= 0.7 % of the hand",
        at_most(tracked[0].jitter_percent, 0.7, "%") if tracked else None,
    )


def _fast(way: Way, tips: Sequence[TipMeasures]) -> Goal:
    what, least = _FAST[way]
    rows = [each for each in tips if each.way == way]
    if not rows:
        return Goal(what, f">= {least}", NOT_MEASURED, None)
    own = rows[0]
    # Other weights are in the table; here stand the network itself with all loops, and MediaPipe.
    others = [each for each in rows[1:] if each.estimator in (own.estimator, FULL, LITE)]
    counted = own.frames if way == "tracked" else own.found
    beside = "; ".join(
        f"{' '.join((each.estimator, each.loops)).strip()} {each.within:.3f}" for each in others
    )
    reached = f"{own.within:.3f} of {counted} frames" + (f" ({beside})" if beside else "")
    return Goal(what, f">= {least}", reached, own.within >= least)
