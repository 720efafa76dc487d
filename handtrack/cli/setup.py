"""Verbs that look at the machine: cameras, models, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import VerboseOption, fetch_hand_bundle, verb


@verb
def cameras(verbose: VerboseOption = False) -> None:
    """List the cameras of this machine."""
    from rich.console import Console
    from rich.table import Table

    from handtrack.errors import SourceError
    from handtrack.sources.camera_list import list_cameras

    found = list_cameras()
    if not found:
        raise SourceError("no camera was found; plug one in, or give a video file or a folder of images")
    table = Table(box=None, pad_edge=False)
    for heading in ("index", "name", "id", "backend"):
        table.add_column(heading, overflow="fold")
    for camera in found:
        table.add_row(str(camera.index), camera.name, camera.stable_id, camera.backend)
    Console().print(table)


@verb
def models(
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Take them from a .task bundle or a mediapipe 0.10.21 wheel."
        ),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Fetch MediaPipe's hand models, once."""
    from handtrack.detectors.bundle import install_bundle_from

    typer.echo(fetch_hand_bundle() if source is None else install_bundle_from(source))


@verb
def doctor(verbose: VerboseOption = False) -> None:
    """Check that this machine can run the program."""
    from rich.console import Console

    from handtrack.doctor import can_run, examine, render

    findings = examine()
    Console().print(render(findings))
    raise typer.Exit(0 if can_run(findings) else 1)
