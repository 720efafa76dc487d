"""Verbs that measure: evaluate, stereo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handtrack.cli.common import VerboseOption, fetch_hand_bundle, frame_progress, verb
from handtrack.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from handtrack.evaluation.comparison import EvaluationSet
    from handtrack.evaluation.estimators import Estimator


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
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Shards written by `handtrack synth`.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many hands of each set, chosen by the seed.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the rough places that all are shown.")] = 0,
    mediapipe: Annotated[
        bool, typer.Option("--mediapipe/--no-mediapipe", help="MediaPipe's landmark network beside.")
    ] = True,
    careful_mediapipe: Annotated[
        bool, typer.Option("--careful-mediapipe", help="Also with many passes a hand (slow).")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write all values to a file.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Compare weights on hands whose joints are known; prints a table in Markdown."""
    from rich.console import Console

    from handtrack.evaluation.comparison import compare
    from handtrack.evaluation.report import comparison_table, comparison_values

    sets = _sets(stereo_hands, images, labels, splits, rendered)
    estimators = _estimators(weights or [], mediapipe, careful_mediapipe)
    comparison = []
    for evaluated in sets:
        with frame_progress(f"comparing on the {evaluated.name}") as update:
            comparison.append((evaluated.name, compare(evaluated, estimators, limit, seed, update)))
    # Wide enough for any number of columns: a table that is folded is not Markdown.
    Console(width=60 + 24 * (len(estimators) + 1)).print(comparison_table(comparison))
    if json_file:
        values = {
            "weights": [str(path) for path in weights or []],
            "seed": seed,
            "limit": limit,
            "sets": comparison_values(comparison),
        }
        _write(json_file, json.dumps(values, indent=1))


def _sets(
    stereo_hands: Path | None, images: Path | None, labels: Path | None, splits: Path, rendered: Path | None
) -> list[EvaluationSet]:
    from handtrack.evaluation.hand_sets import labelled_set, rendered_set, stereo_set

    if (images is None) != (labels is None):
        raise ConfigError("--images and --labels belong together; give both or neither")
    sets = []
    if stereo_hands is not None:
        sets.append(stereo_set(stereo_hands))
    if images is not None and labels is not None:
        sets.append(labelled_set(images, labels, splits))
    if rendered is not None:
        sets.append(rendered_set(rendered))
    if not sets:
        raise ConfigError(
            "there is nothing to compare on; give --stereo, --images with --labels, or --rendered"
        )
    return sets


def _estimators(weights: list[Path], mediapipe: bool, careful_mediapipe: bool) -> list[Estimator]:
    from handtrack.engines import create_engine
    from handtrack.evaluation.estimators import NetworkEstimator
    from handtrack.model.checkpoint import shipped_weights

    paths = weights or [shipped_weights()]
    estimators: list[Estimator] = [
        NetworkEstimator(name, create_engine("auto", path))
        for name, path in zip(_names(paths), paths, strict=True)
    ]
    if mediapipe or careful_mediapipe:
        from handtrack.datasets.labelling.teacher import LandmarkTeacher
        from handtrack.evaluation.mediapipe_peer import (
            CarefulMediaPipeEstimator,
            MediaPipeEstimator,
            MediaPipeImageEstimator,
        )

        teacher = LandmarkTeacher(fetch_hand_bundle())
        if mediapipe:
            estimators += [MediaPipeEstimator(teacher), MediaPipeImageEstimator(teacher)]
        if careful_mediapipe:
            estimators.append(CarefulMediaPipeEstimator(teacher))
    return estimators


def _names(paths: list[Path]) -> list[str]:
    """The files' names, or their folders' where all files have one name, as training writes them."""
    names = [path.stem for path in paths]
    if len(paths) > 1 and len(set(names)) < len(names):
        names = [path.parent.name for path in paths]
    return names


@verb
def stereo(
    folder: Annotated[Path, typer.Argument(help="cam0.mp4, cam1.mp4 and their calibration files.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the hands to.")],
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Picture of the kept hands in both views (.png).")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Real 3D joints for validation, triangulated from two calibrated views."""
    from handtrack.datasets.labelling.teacher import LandmarkTeacher
    from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
    from handtrack.evaluation.frame_teacher import CarefulFrameTeacher
    from handtrack.evaluation.stereo import MAX_REPROJECTION, MIN_JOINTS, find_stereo_hands
    from handtrack.evaluation.stereo_rig import load_rig
    from handtrack.evaluation.stereo_set import StereoHands, save_stereo_hands

    rig = load_rig(folder)
    bundle = fetch_hand_bundle()
    detector, teacher = MediaPipeHandDetector(bundle, 2, 0.4), LandmarkTeacher(bundle)
    try:
        views = (CarefulFrameTeacher(detector, teacher), CarefulFrameTeacher(detector, teacher))
        with frame_progress("looking at both views") as update:
            hands, counts = find_stereo_hands(folder, rig, views, update)
    finally:
        detector.close()
    if not hands:
        raise SourceError(
            f"in none of {counts.frames} frames of {folder} do both views agree on {MIN_JOINTS} joints; "
            "check that videos and calibration belong together"
        )
    save_stereo_hands(out, folder, rig, hands)
    if sheet:
        from handtrack.evaluation.stereo_sheet import write_stereo_sheet

        write_stereo_sheet(sheet, StereoHands(out))
    typer.echo(
        f"{counts.frames} frames, the hand in both views in {counts.both}; {MIN_JOINTS} joints or more "
        f"within {MAX_REPROJECTION:.0f} px in {counts.agreeing}; {counts.kept} kept, with {counts.joints} "
        f"joints whose bones keep their length: {out}\n"
        f"median reprojection error {counts.reprojection_all:.2f} px over all joints seen twice, "
        f"{counts.reprojection_kept:.2f} px over those kept"
    )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from None
