"""The verb that shows hands in space: view."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import (
    ConfigOption,
    HandsOption,
    MirroredOption,
    SetOption,
    VerboseOption,
    fetch_what_finds_hands,
    settings_of,
    verb,
    with_options,
)
from handtrack.errors import ConfigError
from handtrack.plain_text import printable
from handtrack.spatial_view.keys import keys_in_words

_LONGEST_SIDE = 4096


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,6}(?:\.\d*)?|\.\d+)\s*s?", text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no moment; write it as 3.2, 3.2s or 1:03.2")
    return 60 * int(found[1] or 0) + float(found[2])


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", text.strip())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(64 <= side <= _LONGEST_SIDE for side in size):
        raise ConfigError(f"--size {text!r} is none; write it as 1280x800, from 64 to {_LONGEST_SIDE} pixels")
    return size


@verb
def view(
    source: Annotated[
        str, typer.Argument(help="Folder of a recorded session; or a source as for `run`, tracked meanwhile.")
    ],
    at: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            parser=_seconds,
            help="The moment of the files below, by default the first with a hand; a window is paused there.",
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Save a picture of the scene instead of a window.")
    ] = None,
    surface: Annotated[
        Path | None,
        typer.Option(
            metavar="PNG",
            help="Save the frame, the depths of the hands' surface, and its outline on the frame.",
        ),
    ] = None,
    capture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the hands of a moment as .ply or .obj.")
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save those of many moments in one file, older ones darker."),
    ] = None,
    begin: Annotated[
        float | None,
        typer.Option("--from", metavar="SECONDS", parser=_seconds, help="Where the sweep begins."),
    ] = None,
    end: Annotated[
        float | None, typer.Option("--to", metavar="SECONDS", parser=_seconds, help="Where the sweep ends.")
    ] = None,
    step: Annotated[float, typer.Option(min=0.001, help="Seconds between two poses of the sweep.")] = 0.1,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    size: Annotated[str, typer.Option(metavar="WxH", help="Of the window or picture, pixels.")] = "1280x800",
    trail: Annotated[
        list[str] | None,
        typer.Option(metavar="JOINT", help="Draw the way of a joint such as index_tip; may be repeated."),
    ] = None,
    skin: Annotated[bool, typer.Option("--skin", help="Hands with skin instead of bones.")] = False,
    uncertainty: Annotated[
        bool, typer.Option(help="Each joint as its ellipsoid of one sigma, or all alike.")
    ] = True,
    through_camera: Annotated[
        bool, typer.Option("--through-camera", help="Picture: as the camera sees it.")
    ] = False,
    azimuth: Annotated[
        float, typer.Option(min=-180, max=180, help="Picture: degrees to the camera's right.")
    ] = 40.0,
    elevation: Annotated[float, typer.Option(min=-85, max=85, help="Picture: degrees above it.")] = 22.0,
    zoom: Annotated[
        float, typer.Option(min=0.2, max=10, help="Picture: so many times nearer, to the hands.")
    ] = 1.0,
    quit_after: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.0, help="Close the window after so many seconds."),
    ] = None,
    mirrored: MirroredOption = False,
    hands: HandsOption = None,
    config: ConfigOption = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show hands in space, through time."""
    from handtrack.spatial_view.hands import joint_numbers
    from handtrack.spatial_view.scene import Look
    from handtrack.spatial_view.view import Files, Span, Viewpoint, make_files, show

    def tell(line: str) -> None:
        typer.echo(printable(line))

    look = Look(skin=skin, uncertainty=uncertainty, trails=joint_numbers(trail or ()))
    files = Files(picture, surface, capture, sweep, force)
    if files.wanted:
        viewpoint = Viewpoint(_size(size), azimuth, elevation, zoom, through_camera)
        make_files(Path(source), files, look, viewpoint, Span(begin, end, step), at, tell)
        return
    if begin is not None or end is not None:
        raise ConfigError("--from and --to are of a sweep; name its file with --sweep")
    overrides = with_options(overrides, mirrored=mirrored, hands=hands, as_video=False)
    settings = settings_of(config, overrides)
    fetch_what_finds_hands(settings)
    show(source, settings, look, size=_size(size), at=at, tell=tell, quit_after=quit_after)


# Verbatim for the help, which else would fill its lines.
view.__doc__ = "\n".join([str(view.__doc__), "", "\b", "In the window:", *keys_in_words()])
