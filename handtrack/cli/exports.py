"""The verb that writes a recorded session for other programs: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import verb
from handtrack.exports.formats import FORMATS
from handtrack.plain_text import printable


@verb
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a recorded session.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="; ".join(f"{name}: {each.what}" for name, each in FORMATS.items()) + ".",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")],
    smooth: Annotated[
        bool,
        typer.Option("--smooth", help="Joints smoothed both ways by their sigmas: calm, and without lag."),
    ] = False,
    track: Annotated[int | None, typer.Option(help="Only the hands of one track; default: all.")] = None,
    hand_mesh: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A rigged hand (.gltf, .glb) to move in a glb, instead of sticks."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a recorded session for other programs."""
    from handtrack.exports import export_session

    for sentence in export_session(
        folder, to, out, smooth=smooth, force=force, track=track, hand_mesh=hand_mesh
    ):
        typer.echo(printable(sentence))
    typer.echo(f"{to}: {out}")
