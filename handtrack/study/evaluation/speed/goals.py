"""The goals of speed, each with what was reached; every measurement gives the rows that it can tell of."""

from __future__ import annotations

from typing import Final

from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.speed.networks import SAME_ENGINE, EstimatorSpeed, NetworkSpeeds
from handtrack.study.evaluation.speed.program import MemoryGrowth, ProcessSpeed, StartSpeed
from handtrack.study.evaluation.speed.scaling import HandsCost
from handtrack.study.evaluation.speed.timing import Against, Ratio
from handtrack.study.evaluation.speed.tracking import TrackerSpeed

AGAINST_FULL: Final = 1 / 4
AGAINST_LITE: Final = 1 / 2
ONE_LOOP_MORE: Final = 1 / 4
AGAINST_LANDMARKER: Final = 1 / 3
PROCESS_FACTOR: Final = 4.0
TWO_HANDS: Final = 1.5
IMPORT_S: Final = 0.2
FIRST_HAND_S: Final = 4.0
GROWTH_MB: Final = 10.0


def network_goals(networks: NetworkSpeeds, engine: str) -> list[Goal]:
    """The estimator against MediaPipe's networks, and in the given engine one loop more against the first."""
    ours = networks.of(engine if engine.startswith(SAME_ENGINE) else SAME_ENGINE)
    return [
        _against("full", AGAINST_FULL, "1/4", ours, None if ours is None else ours.against_full, networks),
        _against("lite", AGAINST_LITE, "1/2", ours, None if ours is None else ours.against_lite, networks),
        _one_more(networks.of(engine)),
    ]


def tracker_goal(tracker: TrackerSpeed | None) -> Goal:
    """The tracker against HandLandmarker."""
    what, aim = "tracker per frame, 720p, one hand", "<= 1/3 of MediaPipe HandLandmarker in VIDEO mode"
    if tracker is None:
        return not_measured(what, aim, "it was left out")
    times = f"{tracker.whole.p50:.2f} ms ({tracker.engine})"
    return Goal(
        what,
        aim,
        f"{against_text(tracker.against_peer)}; {times}",
        tracker.against_peer.time.value <= AGAINST_LANDMARKER,
    )


def hands_goal(hands: HandsCost | None) -> Goal:
    """Two hands against one."""
    what, aim = "two hands, tracker per frame", "<= 1.5 x the time of one"
    if hands is None:
        return not_measured(what, aim, "two hands were never followed")
    text = (
        f"{against_text(hands.tracker_ratio)}; {hands.two.tracker.p50:.2f} ms "
        f"(estimator {ratio_text(hands.estimator_ratio.time)} x)"
    )
    return Goal(what, aim, text, hands.tracker_ratio.time.value <= TWO_HANDS)


def process_goal(process: ProcessSpeed) -> Goal:
    """A headless run: the library's whole call, models loaded and files closed in it."""
    text = (
        f"{process.library:.1f} x on {process.cores} cores (once running {process.steady:.1f} x, "
        f"the whole command {process.command:.1f} x)"
    )
    aim = ">= 4 x real time on two cores, decoding and recording included"
    return Goal(
        f"process, 720p file of {process.video_seconds:.0f} s", aim, text, process.library >= PROCESS_FACTOR
    )


def start_goals(start: StartSpeed) -> list[Goal]:
    """Import and first hand."""
    return [
        Goal(
            "import handtrack", "<= 0.2 s", f"{start.import_package:.3f} s", start.import_package <= IMPORT_S
        ),
        Goal("first tracked frame", "<= 4 s", f"{start.first_hand:.2f} s", start.first_hand <= FIRST_HAND_S),
    ]


def memory_goal(memory: MemoryGrowth | None) -> Goal:
    """Growth of memory, carried on to half an hour."""
    what, aim = "memory over 30 minutes at 30 fps", "grows by < 10 MB"
    if memory is None:
        return not_measured(what, aim, "this system does not tell a process its memory")
    text = (
        f"{memory.half_hour:+.1f} MB (halves {memory.low:+.1f}, {memory.high:+.1f}), "
        f"carried on from {memory.growth:+.2f} MB over {memory.frames} frames"
    )
    return Goal(what, aim, text, memory.half_hour < GROWTH_MB)


def not_measured(what: str, aim: str, reason: str) -> Goal:
    """A goal that is neither met nor missed, with the reason."""
    return Goal(what, aim, f"not measured: {reason}", None)


def against_text(ratio: Against) -> str:
    """The ratio by time with the range of its thirds, and by processor time."""
    return f"{ratio_text(ratio.time)} x, processor {ratio.processor.value:.2f} x"


def ratio_text(ratio: Ratio) -> str:
    """The ratio, with the range of its thirds."""
    return f"{ratio.value:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"


def _meets(ratio: Against, limit: float) -> bool:
    """Whether a ratio of work on one thread keeps to the limit by both clocks.

    On a calm machine they agree. On a busy one longer work is interrupted more often, which flatters the
    shorter.
    """
    return max(ratio.time.value, ratio.processor.value) <= limit


def _against(
    peer: str,
    limit: float,
    share: str,
    ours: EstimatorSpeed | None,
    ratio: Against | None,
    networks: NetworkSpeeds,
) -> Goal:
    what = f"estimator, one hand, default gate, one thread, against MediaPipe {peer}"
    aim = f"<= {share} of its landmark network in the same engine"
    if ours is None:
        return not_measured(what, aim, f"our network did not run in {SAME_ENGINE}, the only engine of both")
    if ratio is None:
        return not_measured(what, aim, f"MediaPipe's {peer} network could not be run")
    theirs = networks.peers[f"MediaPipe {peer}"]
    return Goal(
        what,
        aim,
        f"{against_text(ratio)}; {ours.gated.p50:.2f} of {theirs.p50:.2f} ms ({ours.engine})",
        _meets(ratio, limit),
    )


def _one_more(ours: EstimatorSpeed | None) -> Goal:
    what, aim = "one loop more", "<= 1/4 of encoder and first loop"
    if ours is None or ours.one_more is None:
        return not_measured(what, aim, "the network has one loop")
    return Goal(
        what, aim, f"{against_text(ours.one_more)} ({ours.engine})", _meets(ours.one_more, ONE_LOOP_MORE)
    )
