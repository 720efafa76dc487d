"""The `handtrack` command: thin, every verb one call into the library.

A verb lives in the file of its group and is listed in VERBS. Whatever takes long to import is imported in the
verb that needs it, so that `handtrack --help` answers at once.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer

# Where each verb lives, in the order of --help.
VERBS = {
    "run": "window",
    "process": "recordings",
    "show": "recordings",
    "check": "recordings",
    "repair": "recordings",
    "export": "exports",
    "view": "spatial_view",
    "demo": "window",
    "clip": "demo_clip",
    "cameras": "setup",
    "models": "setup",
    "doctor": "setup",
    "label": "labelling",
    "label-doubtful": "labelling",
    "synth": "synthesis",
    "depth": "labelling",
    "train": "training",
    "train-finder": "training",
    "mix": "training",
    "presence": "training",
    "study": "training",
    "graphs": "training",
    "stereo": "stereo",
    "poses": "pose_map",
    "motion": "motion",
    "evaluate": "evaluation",
    "bench": "benchmark",
}


def command(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """The command with these verbs, all by default: to make each ready takes a while."""
    made = typer.Typer(
        name="handtrack",
        help="Track hands in 3D, with how sure each joint is and how many loops each frame needed.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(_options)
    for verb in verbs:
        home = importlib.import_module(f"{__name__}.{VERBS[verb]}")
        made.command()(getattr(home, verb.replace("-", "_")))
    return made


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return command()


def _print_version(wanted: bool) -> None:
    if wanted:
        from handtrack.version import __version__

        typer.echo(f"handtrack {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the `handtrack` command and of `python -m handtrack`."""
    from handtrack.ending import end_program, note_interruptions, was_interrupted
    from handtrack.native_threads import keep_numpy_to_one_thread

    note_interruptions()
    keep_numpy_to_one_thread()
    asked = sys.argv[1:2]
    try:
        # Only what is asked for, so that the window shows sooner; all where that is no verb.
        command(asked if asked and asked[0] in VERBS else VERBS)()
    except SystemExit as end:
        end_program(end.code if isinstance(end.code, int) else int(end.code is not None))
    except Exception:
        if not was_interrupted():
            raise
        from handtrack.cli.common import EXIT_INTERRUPTED

        typer.echo("interrupted", err=True)
        end_program(EXIT_INTERRUPTED)
