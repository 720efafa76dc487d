"""Verb that renders the clips of the bench of motion: motion."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import VerboseOption, frame_progress, verb
from handtrack.errors import ConfigError
from handtrack.extras import require


@verb
def motion(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder; clips that it has are kept.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other persons, rooms and poses.")] = 0,
    seconds: Annotated[
        float, typer.Option(min=2.0, max=60.0, help="Length of clips that could go on for ever.")
    ] = 3.0,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only this kind of clip; may be given more than once.")
    ] = None,
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder with hdri/*.hdr, and manifest.csv of real pictures."),
    ] = Path("../shared/data"),
    verbose: VerboseOption = False,
) -> None:
    """Render the clips of moving hands with exact truth that `handtrack evaluate --motion` measures on."""
    keep_to_one_thread()
    require("`motion`", "synthesis", "moderngl")  # before the mesh is fetched for nothing
    from handtrack.study.evaluation.motion.rendered_clips import ensure_clips
    from handtrack.study.synthesis.body.mesh import fetch_mesh
    from handtrack.study.synthesis.film.plan import KINDS, FilmSettings

    unknown = set(kind or ()) - set(KINDS)
    if unknown:
        raise ConfigError(f"there is no kind {sorted(unknown)[0]!r}: take one of {', '.join(KINDS)}")
    kinds = tuple(each for each in KINDS if each in kind) if kind else KINDS
    fetch_mesh()
    with frame_progress("rendering") as update:
        clips = ensure_clips(out, data, FilmSettings(seed, seconds, kinds), update)
    typer.echo(f"{len(clips)} clips of {sum(clip.frames for clip in clips)} frames: {out}")


def keep_to_one_thread() -> None:
    """The renderer draws with one thread, which is best beside other work; read when it is first loaded."""
    os.environ.setdefault("LP_NUM_THREADS", "1")
