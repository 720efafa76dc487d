"""The `handtrack` command: thin, every verb one call into the library.

A verb lives in the file of its group and is listed in VERBS. Whatever takes long to import is imported in the
verb that needs it, so that `handtrack --help` answers at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from handtrack.cli.benchmark import bench
from handtrack.cli.demo_clip import clip
from handtrack.cli.evaluation import evaluate, stereo
from handtrack.cli.labelling import depth, label
from handtrack.cli.motion import motion
from handtrack.cli.pose_map import poses
from handtrack.cli.recordings import process, show
from handtrack.cli.setup import cameras, doctor, models
from handtrack.cli.synthesis import synth
from handtrack.cli.training import graphs, mix, presence, study, train, train_finder
from handtrack.cli.window import demo, run

# In the order of --help.
VERBS = (
    run,
    process,
    show,
    demo,
    clip,
    cameras,
    models,
    doctor,
    label,
    synth,
    depth,
    train,
    train_finder,
    mix,
    presence,
    study,
    graphs,
    stereo,
    poses,
    motion,
    evaluate,
    bench,
)

app = typer.Typer(
    name="handtrack",
    help="Track hands in 3D, with how sure each joint is and how many loops each frame needed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _verb in VERBS:
    app.command()(_verb)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"handtrack {version('handtrack')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the `handtrack` command and of `python -m handtrack`."""
    from handtrack.ending import end_program

    try:
        app()
    except SystemExit as end:
        end_program(end.code if isinstance(end.code, int) else int(end.code is not None))
