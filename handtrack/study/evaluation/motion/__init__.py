"""The bench of motion: trackers on clips of moving hands whose truth is known, frame by frame."""
