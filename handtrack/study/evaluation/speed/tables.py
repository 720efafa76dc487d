"""What the bench measured as tables for people, in valid Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich import box
from rich.table import Table

from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.speed.bench import Bench
from handtrack.study.evaluation.speed.goals import ratio_text
from handtrack.study.evaluation.speed.networks import NetworkSpeeds
from handtrack.study.evaluation.speed.operations import GraphOperations
from handtrack.study.evaluation.speed.peers import HAND_LANDMARKER
from handtrack.study.evaluation.speed.scaling import Cost
from handtrack.study.evaluation.speed.timing import Against, Percentiles
from handtrack.study.evaluation.speed.tracking import TrackerSpeeds

_TIMES = ("p50, ms", "p95, ms", "p99, ms")
_PROCESSOR = "processor p50, ms"


def bench_lines(bench: Bench) -> Iterator[str | Table]:
    """Everything to print, in order: sentences and tables."""
    machine, size = bench.machine, "{} x {}".format(*bench.clip_size)
    versions = ", ".join(f"{name} {number}" for name, number in machine.packages.items())
    yield f"{machine.processor}, {machine.cores} cores, {machine.system}, Python {machine.python}; {versions}"
    yield f"Clip {bench.clip}, {bench.clip_frames} frames, {size}. Main engine: {bench.engine}.\n"
    yield speed_goal_table(bench.goals)
    counted = f"{bench.networks.frames} of {bench.networks.frames_run} frames counted"
    yield f"\nEstimator: one hand, one thread, {counted}; MediaPipe's networks in OpenVINO."
    yield network_table(bench.networks)
    yield (
        f"\nTracker per frame: 720p, one hand followed, {bench.trackers.frames} of "
        f"{bench.trackers.frames_run} frames counted."
    )
    yield tracker_table(bench.trackers)
    if bench.operations:
        yield f"\nOperations of each graph in {bench.engine}, by counters that cost time themselves."
        yield operation_table(bench.operations)
    yield "\nCost at 720p by number of hands."
    yield cost_table(bench)
    yield "\nThe slider: threshold of the gate, one hand, 720p, with warm and with cold starts."
    yield threshold_table(bench)
    yield "\nThe whole program, in processes of its own."
    yield program_table(bench)
    yield ""
    yield noise_sentence(bench)
    yield from (f"Note: {note}." for note in bench.notes)


def speed_goal_table(goals: tuple[Goal, ...]) -> Table:
    """Every goal with the value reached."""
    table = _table("goal", "aim", "reached", "met")
    for goal in goals:
        table.add_row(goal.what, goal.aim, goal.reached, met_words(goal))
    return table


def operation_table(operations: Mapping[str, GraphOperations]) -> Table:
    """What each graph's operations take, by kind, and how many there are."""
    kinds = list(next(iter(operations.values())).milliseconds)
    table = _table("graph", "all, ms", *(f"{kind}, ms (number)" for kind in kinds))
    for graph, each in operations.items():
        parts = (f"{each.milliseconds[kind]:.3f} ({each.counts[kind]})" for kind in kinds)
        table.add_row(graph, f"{sum(each.milliseconds.values()):.3f}", *parts)
    return table


def met_words(goal: Goal) -> str:
    """Yes, no, or that it was not measured."""
    return "not measured" if goal.met is None else "yes" if goal.met else "no"


def network_table(networks: NetworkSpeeds) -> Table:
    """Our estimator in every engine, its parts, and MediaPipe's networks."""
    table = _table(
        "network", "mean loops", *_TIMES, _PROCESSOR, "over full", "over lite", "loop more over first"
    )
    for each in networks.estimators:
        ratios = (each.against_full, each.against_lite, each.one_more)
        name = f"default gate, {each.engine}"
        times = (*_cells(each.gated), _middle(each.processor))
        table.add_row(name, f"{each.mean_loops:.2f}", *times, *map(_ratio, ratios))
        for stage, spent in each.stages.items():
            table.add_row(f"{stage}, {each.engine}", "", *_cells(spent))
    for name, spent in networks.peers.items():
        table.add_row(name, "", *_cells(spent), _middle(networks.peers_processor[name]))
    return table


def tracker_table(trackers: TrackerSpeeds) -> Table:
    """The tracker in every engine, its own times, and HandLandmarker."""
    table = _table("tracker", *_TIMES, _PROCESSOR, "over HandLandmarker")
    for each in trackers.trackers:
        times = (*_cells(each.whole), _middle(each.processor))
        table.add_row(f"tracker, {each.engine}", *times, _ratio(each.against_peer))
        for part, spent in each.parts.items():
            table.add_row(f"its {part}, {each.engine}", *_cells(spent))
    table.add_row(HAND_LANDMARKER, *_cells(trackers.peer), _middle(trackers.peer_processor))
    return table


def cost_table(bench: Bench) -> Table:
    """One hand and two, and up to eight."""
    table = _table("what", "frames", "mean loops", "estimator p50, ms", "tracker p50, ms", "tracker p95, ms")
    rows: dict[str, Cost] = {}
    if bench.hands is not None:
        rows |= {"one hand of two": bench.hands.one, "two hands": bench.hands.two}
    rows |= {f"{count} of eight hands": cost for count, cost in bench.many_hands.items()}
    for name, cost in rows.items():
        table.add_row(name, *_cost(cost))
    return table


def threshold_table(bench: Bench) -> Table:
    """What each threshold costs."""
    table = _table(
        *("threshold", "start", "frames", "mean loops"),
        *("estimator p50, ms", "tracker p50, ms", "tracker p95, ms"),
    )
    for each in bench.thresholds:
        table.add_row(f"{each.threshold:g}", each.start, *_cost(each.cost))
    return table


def program_table(bench: Bench) -> Table:
    """Headless runs, starting up and memory."""
    process, start, memory = bench.process, bench.start, bench.memory
    table = _table("what", "value")
    video = f"{process.video_seconds:.0f} s of 720p video, {process.cores} cores"
    table.add_row(f"process as a call, {video}", f"{process.library:.2f} x real time")
    table.add_row("the same, from the first result to the last", f"{process.steady:.2f} x real time")
    table.add_row("handtrack process, with the start of Python", f"{process.command:.2f} x real time")
    table.add_row("frames with a hand, from the first on", f"{process.tracked_share:.1%} of {process.frames}")
    table.add_row(f"import handtrack, median of {start.runs}", f"{start.import_package:.3f} s")
    table.add_row(
        f"from Python's start to the first hand, median of {start.runs}", f"{start.first_hand:.2f} s"
    )
    if memory is not None:
        table.add_row(f"memory after a warm-up of {memory.warm_up} frames", f"{memory.begin:.1f} MB")
        table.add_row(f"memory {memory.frames} frames later", f"{memory.end:.1f} MB")
        table.add_row("its trend, carried on to 54,000 frames", f"{memory.half_hour:+.1f} MB")
    return table


def noise_sentence(bench: Bench) -> str:
    """How calm the machine was, by the same small work done between all measurements."""
    noise = bench.noise
    word = "noisy" if noise.noisy else "calm"
    same = f"the same work took {noise.work.p50:.2f} ms at p50 and {noise.work.p95:.2f} ms at p95"
    return (
        f"Noise: {same}, {noise.tail:.2f} x, and had a core for {noise.share:.0%} of the time: {word}. "
        "In brackets: a ratio's range over the thirds of its run. Processor: time that all threads worked, "
        "which other programs hardly change; the goals of one thread must be met by both."
    )


def _table(*titles: str) -> Table:
    table = Table(box=box.MARKDOWN)
    for place, title in enumerate(titles):
        table.add_column(title, justify="left" if place == 0 else "right")
    return table


def _cells(times: Percentiles) -> tuple[str, str, str]:
    return f"{times.p50:.2f}", f"{times.p95:.2f}", f"{times.p99:.2f}"


def _middle(times: Percentiles) -> str:
    return f"{times.p50:.2f}"


def _cost(cost: Cost) -> tuple[str, ...]:
    return (
        str(cost.frames),
        f"{cost.mean_loops:.2f}",
        f"{cost.estimator.p50:.2f}",
        f"{cost.tracker.p50:.2f}",
        f"{cost.tracker.p95:.2f}",
    )


def _ratio(ratio: Against | None) -> str:
    return "not measured" if ratio is None else ratio_text(ratio.time)
