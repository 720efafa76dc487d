"""The verb that measures accuracy: evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handtrack.cli.common import (
    VerboseOption,
    check_writable,
    fetch_hand_bundle,
    fetch_lite_bundle,
    frame_progress,
    settings_of,
    verb,
)
from handtrack.errors import ConfigError, ModelError, SourceError
from handtrack.extras import require

if TYPE_CHECKING:
    from handtrack.study.evaluation.comparison import EvaluationSet
    from handtrack.study.evaluation.contestants import Contestant
    from handtrack.study.evaluation.finding.race import FindingLook, FindingResults
    from handtrack.study.evaluation.protocols.protocol import Protocol

_HAND_SETS: Final = "--stereo, --images with --labels or --doubtful, --rendered"
"""The options that give hands to compare on, as they are told."""


@verb
def evaluate(
    weights: Annotated[
        list[Path] | None, typer.Argument(help="Weights to compare; the shipped ones if none are given.")
    ] = None,
    stereo_hands: Annotated[
        Path | None, typer.Option("--stereo", metavar="DIR", help="Hands written by `handtrack stereo`.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Pictures that --labels belong to.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Labels written by `handtrack label`.")
    ] = None,
    splits: Annotated[
        Path, typer.Option(metavar="FILE", help="Which labelled pictures are validation.")
    ] = Path("configs/training/splits.yaml"),
    doubtful: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Hands written by `handtrack label-doubtful`, in --images."),
    ] = None,
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Shards written by `handtrack synth`.")
    ] = None,
    freihand: Annotated[
        Path | None, typer.Option(metavar="DIR", help="FreiHAND as published, with its evaluation archive.")
    ] = None,
    rhd: Annotated[Path | None, typer.Option(metavar="DIR", help="RHD as published.")] = None,
    stb: Annotated[Path | None, typer.Option(metavar="DIR", help="STB as published.")] = None,
    clips: Annotated[
        bool,
        typer.Option("--clips", help="Also track the clips among --labels, with warm and with cold starts."),
    ] = False,
    fast: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Clips with measured finger tips, a text beside each (.mp4, .txt)."),
    ] = None,
    motion: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Follow hands in motion: clips of `handtrack motion`, rendered where they are missing, or "
            "clips with measured tips; may be given more than once.",
        ),
    ] = None,
    motion_labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Labels whose validation clips --motion follows too."),
    ] = None,
    motion_data: Annotated[
        Path, typer.Option(metavar="DIR", help="What they, and rooms for rendered clips, lie in.")
    ] = Path("../shared/data"),
    motion_set: Annotated[
        list[str] | None,
        typer.Option(
            metavar="tracker.KEY=VALUE",
            help="A setting of our tracker for --motion: what a part of it is worth; more than once.",
        ),
    ] = None,
    motion_harder: Annotated[
        bool,
        typer.Option(
            "--motion-harder",
            help="Follow clips with measured tips under other conditions too: far, dark, grey, out of focus, "
            "overexposed, compressed, upside down, at 15 frames a second.",
        ),
    ] = False,
    finding: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Find hands in the validation pictures of a data folder: MediaPipe and each finder of ours.",
        ),
    ] = None,
    finding_labels: Annotated[
        Path, typer.Option(metavar="FILE", help="Labels of those of its pictures that have no boxes.")
    ] = Path("configs/training/labels.parquet"),
    finding_limit: Annotated[
        int, typer.Option(min=1, help="At most so many pictures of each set of --finding.")
    ] = 60,
    finder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only this tracker.detector for --finding; may be given more than once."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many hands of each set, chosen by the seed.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Who runs the networks, as in tracker.engine of the settings.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Of the rough places that all are shown.")] = 0,
    mediapipe: Annotated[
        bool, typer.Option("--mediapipe/--no-mediapipe", help="MediaPipe's landmark networks beside.")
    ] = True,
    stills: Annotated[
        bool, typer.Option("--stills", help="Also as in a still: by the mean of five crops a hand.")
    ] = False,
    photos: Annotated[
        bool,
        typer.Option(
            "--photos",
            help="Also in the whole photos among --labels, where nobody says where a hand is or which.",
        ),
    ] = False,
    careful_mediapipe: Annotated[
        bool,
        typer.Option(
            "--careful-mediapipe", help="Also with many passes a hand, each alone and both together (slow)."
        ),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write all values to a file.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write curves and the worst hands (.html)."),
    ] = None,
    sheets: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write a picture of each collection's 40 worst hands."),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Measure weights on hands whose joints are known; prints tables in Markdown.

    Goals, breakdowns and the worst hands are of the first weights.
    """
    from rich.console import Console

    from handtrack.cli.evaluation_clips import find_measured_tips, follow_labelled_clips
    from handtrack.cli.evaluation_finding import race_on_pictures
    from handtrack.cli.evaluation_motion import PEER, measure_in_motion
    from handtrack.cli.evaluation_photos import see_photos
    from handtrack.detectors import DETECTORS
    from handtrack.model.weights_file import shipped_weights
    from handtrack.study.datasets.splits import load_splits
    from handtrack.study.evaluation.comparison import compare
    from handtrack.study.evaluation.evaluation import evaluate_comparisons, evaluation_values
    from handtrack.study.evaluation.measured_clips import load_measured_clips
    from handtrack.study.evaluation.protocols.protocol import measure_protocol
    from handtrack.study.evaluation.protocols.report import protocol_table, protocol_values
    from handtrack.study.evaluation.report.finding_grids import finding_grids
    from handtrack.study.evaluation.report.grid import markdown
    from handtrack.study.evaluation.report.motion_grids import motion_clip_grid, motion_kind_grid
    from handtrack.study.evaluation.report.photo_grid import photo_grid
    from handtrack.study.evaluation.report.position_grid import position_grid
    from handtrack.study.evaluation.report.table import clip_table, comparison_table, goal_table
    from handtrack.study.evaluation.report.unseen_grids import set_grids, tip_grid

    require("`evaluate`", "train", "scipy", *(["matplotlib"] if report else []))
    for path in (json_file, report):
        check_writable(path)
    sets = _sets(stereo_hands, images, labels, splits, doubtful, rendered)
    protocols = _protocols(freihand, rhd, stb)
    compared = bool(sets or protocols or fast)
    if not compared and not motion and finding is None:
        raise ConfigError(
            f"there is nothing to compare on; give {_HAND_SETS}, --fast, --motion, --finding, --freihand, "
            "--rhd or --stb"
        )
    if clips and (images is None or labels is None):
        raise ConfigError("--clips tracks clips that are labelled; give --images and --labels too")
    if photos and (images is None or labels is None):
        raise ConfigError("--photos looks at photos that are labelled; give --images and --labels too")
    if sheets and not sets and finding is None:
        raise ConfigError(f"sheets of the worst hands need {_HAND_SETS}, or --finding")
    if report and not sets and fast is None and not motion and finding is None:
        raise ConfigError(f"a report needs {_HAND_SETS}, --fast, --motion or --finding")
    fast_clips = load_measured_clips(fast) if fast else []
    contestants, notes = _contestants(
        weights or [], engine, stills, mediapipe and compared, careful_mediapipe and compared
    )
    estimators = [each.estimator for each in contestants]
    comparisons = []
    for evaluated in sets:
        with frame_progress(f"comparing on the {evaluated.name}") as update:
            comparisons.append(compare(evaluated, estimators, limit, seed, update))
    results = []
    for name, protocol in protocols.items():
        with frame_progress(f"measuring on {name}") as update:
            results += measure_protocol(protocol, estimators, limit, seed, update)
    threshold = settings_of(None, None).tracker.gate_threshold
    measured = (
        follow_labelled_clips(images, labels, splits, weights, engine) if clips and images and labels else []
    )
    tips = find_measured_tips(fast_clips, weights or [], contestants, engine, mediapipe) if fast_clips else []
    named = [
        (each.estimator.name, path)
        for each, path in zip(contestants, weights or [shipped_weights()], strict=False)
    ]
    shown = (
        see_photos(images, labels, splits, named, engine, mediapipe, limit, seed)
        if photos and images and labels
        else []
    )
    moved = None
    if motion:
        moved = measure_in_motion(
            motion,
            motion_data,
            motion_labels,
            splits,
            named,
            engine,
            mediapipe,
            motion_set or (),
            motion_harder,
        )
    raced: FindingResults | None = None
    looks: list[FindingLook] = []
    if finding is not None:
        raced, looks = race_on_pictures(
            finding,
            finding_labels,
            splits,
            finder or (),
            weights[0] if weights else shipped_weights(),
            engine,
            mediapipe,
            finding_limit,
            seed,
        )
    persons = sorted(load_splits(splits).validation_sources) if images else []
    evaluation = evaluate_comparisons(
        contestants,
        comparisons,
        threshold,
        seed,
        limit,
        notes,
        persons=persons,
        clips=measured,
        tips=tips,
        photos=shown,
        motion=moved,
        motion_peer=PEER if mediapipe else None,
        finding=raced,
        finder=finder[0] if finder else DETECTORS[0],
    )
    # Wide enough for any number of columns: a table that is folded is not Markdown.
    console = Console(width=max(360 if moved or raced else 240, 70 + 26 * (len(estimators) + 1)))
    if evaluation.sets:
        console.print(comparison_table(evaluation.sets))
        for each in evaluation.sets:
            for grid in set_grids(each):
                console.print(markdown(grid))
        if positions := position_grid(evaluation.sets):
            console.print(markdown(positions))
    if shown:
        console.print(markdown(photo_grid(shown)))
    if tips:
        console.print(markdown(tip_grid(tips)))
    if moved:
        for grid in (motion_kind_grid(moved), motion_clip_grid(moved)):
            console.print(markdown(grid))
    for grid in finding_grids(raced) if raced else ():
        console.print(markdown(grid))
    if evaluation.sets or tips or moved or raced:
        console.print(goal_table(evaluation.goals))
    if results:
        console.print(protocol_table(results))
    if measured:
        console.print(clip_table(measured))
    for note in notes:
        typer.echo(note, err=True)
    if json_file:
        values = evaluation_values(evaluation)
        values |= {"protocols": protocol_values(results)}
        _write(json_file, json.dumps(values, indent=1))
    if report:
        from handtrack.study.evaluation.report.page import write_page

        write_page(report, evaluation)
    if sheets and looks:
        from handtrack.study.evaluation.report.finding_sheets import write_finding_sheets

        with frame_progress("drawing what finders got wrong") as update:
            write_finding_sheets(sheets, looks, update)
    if sheets and sets and evaluation.network is not None:
        from handtrack.study.evaluation.report.sheets import write_sheets

        with frame_progress("drawing the worst hands") as update:
            write_sheets(sheets, evaluation, update)


def _sets(
    stereo_hands: Path | None,
    images: Path | None,
    labels: Path | None,
    splits: Path,
    doubtful: Path | None,
    rendered: Path | None,
) -> list[EvaluationSet]:
    from handtrack.study.evaluation.hand_sets import doubtful_set, labelled_set, rendered_set, stereo_set

    if doubtful is not None and images is None:
        raise ConfigError("--doubtful names hands in --images; give that folder too")
    if (images is None) != (labels is None) and doubtful is None:
        raise ConfigError("--images and --labels belong together; give both or neither")
    sets = []
    if stereo_hands is not None:
        sets.append(stereo_set(stereo_hands))
    if images is not None and labels is not None:
        sets.append(labelled_set(images, labels, splits))
    if images is not None and doubtful is not None:
        sets.append(doubtful_set(images, doubtful))
    if rendered is not None:
        sets.append(rendered_set(rendered))
    return sets


def _protocols(freihand: Path | None, rhd: Path | None, stb: Path | None) -> dict[str, Protocol]:
    from handtrack.study.evaluation.protocols.freihand import freihand_protocol
    from handtrack.study.evaluation.protocols.rhd import rhd_protocol
    from handtrack.study.evaluation.protocols.stb import stb_protocol

    protocols = {}
    if freihand is not None:
        protocols["FreiHAND"] = freihand_protocol(freihand)
    if rhd is not None:
        protocols["RHD"] = rhd_protocol(rhd)
    if stb is not None:
        protocols["STB"] = stb_protocol(stb)
    return protocols


def _contestants(
    weights: list[Path], engine: str, stills: bool, mediapipe: bool, careful_mediapipe: bool
) -> tuple[list[Contestant], list[str]]:
    """Who takes part, and notes for the reader on who could not."""
    from handtrack.model.weights_file import shipped_weights
    from handtrack.study.evaluation.contestants import mediapipe_contestants, network_contestants

    contestants = network_contestants(weights or [shipped_weights()], engine, stills)
    if not (mediapipe or careful_mediapipe):
        return contestants, []
    lite, notes = _lite_bundle()
    peers = mediapipe_contestants(fetch_hand_bundle(), lite, mediapipe, careful_mediapipe)
    return [*contestants, *peers], notes


def _lite_bundle() -> tuple[Path | None, list[str]]:
    try:
        return fetch_lite_bundle(), []
    except ModelError as error:
        return None, [f"MediaPipe lite is left out of this comparison: {error}"]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from None
