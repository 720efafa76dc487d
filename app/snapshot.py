# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture as it is shown, and beside it all figures of its frame, as files; key S."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.model.snapshot import recorded_scale, snapshot_values
from app.words import translate
from handtrack.errors import SessionError
from handtrack.plain_text import printable
from handtrack.sessions.folder import finished_file, reason, sessions_home, write_atomically

if TYPE_CHECKING:
    from PyQt6.QtGui import QImage

    from app.bridge import Bridge
    from app.calibration_keeper import CalibrationKeeper
    from app.views.video import VideoView
    from handtrack.hand import FrameResult

FOLDER = "snapshots"
"""Below the folder of recordings."""


def take_snapshot(video: VideoView, bridge: Bridge, calibration: CalibrationKeeper) -> None:
    """Save what is shown, and say over it where it is or why not."""
    result = video.result
    if result is None:
        video.banner.show_notice(
            translate("Snapshot", "There is no picture to save yet; open a source first.")
        )
        return
    folder = sessions_home(bridge.settings.recording) / FOLDER
    values: dict[str, Any] = {"source": str(bridge.source_spec)}
    if bridge.state.shows_recorded and bridge.session is not None:
        values |= recorded_scale(bridge.session.manifest.settings)
    else:
        settings = bridge.settings_in_force
        values["palm_length_mm"] = 1000 * settings.tracker.palm_length
        values["field_of_view_deg"] = settings.camera.field_of_view
        values["lengths"] = calibration.words(bridge.source_spec, bridge.settings)
    try:
        path = save_snapshot(video.picture(), result, folder, values)
    except SessionError as error:
        video.banner.show_error(str(error))
    else:
        words = translate("Snapshot", "Saved {path}, and the frame's data in {data} beside it.")
        said = words.format(path=printable(str(path)), data=path.with_suffix(".json").name)
        video.banner.show_notice(said)


def save_snapshot(picture: QImage, result: FrameResult, folder: Path, values: dict[str, Any]) -> Path:
    """Write a picture and the data of its frame; gives the picture's path. Raises SessionError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _free_name(folder)
        with finished_file(path) as temporary:
            if not picture.save(str(temporary), "PNG"):
                raise OSError(None, translate("Snapshot", "the picture could not be written"))
        text = json.dumps(values | snapshot_values(result), indent=1, allow_nan=False)
        write_atomically(path.with_suffix(".json"), text.encode())
    except OSError as error:
        words = translate(
            "Snapshot",
            "the snapshot cannot be saved in {folder} ({why}); choose another folder in the preferences",
        )
        raise SessionError(words.format(folder=folder, why=reason(error))) from None
    return path


def _free_name(folder: Path) -> Path:
    name = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    path, count = folder / f"{name}.png", 1
    while path.exists() or path.with_suffix(".json").exists():
        count += 1
        path = folder / f"{name}_{count}.png"
    return path
