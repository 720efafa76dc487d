"""The verb that triangulates hands for validation: stereo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import VerboseOption, fetch_hand_bundle, frame_progress, verb
from handtrack.errors import SourceError


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
    from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
    from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
    from handtrack.study.evaluation.frame_teacher import CarefulFrameTeacher
    from handtrack.study.evaluation.stereo import MAX_REPROJECTION, MIN_JOINTS, find_stereo_hands
    from handtrack.study.evaluation.stereo_rig import load_rig
    from handtrack.study.evaluation.stereo_set import StereoHands, save_stereo_hands

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
        from handtrack.study.evaluation.stereo_sheet import write_stereo_sheet

        write_stereo_sheet(sheet, StereoHands(out))
    typer.echo(
        f"{counts.frames} frames, the hand in both views in {counts.both}; {MIN_JOINTS} joints or more "
        f"within {MAX_REPROJECTION:.0f} px in {counts.agreeing}; {counts.kept} kept, with {counts.joints} "
        f"joints whose bones keep their length: {out}\n"
        f"median reprojection error {counts.reprojection_all:.2f} px over all joints seen twice, "
        f"{counts.reprojection_kept:.2f} px over those kept"
    )
