"""A script that starts a pipeline and a recording, and ends while both are at work."""

import sys
import time
from pathlib import Path

from handtrack import HandTracker
from handtrack.config import Settings
from handtrack.pipeline import Pipeline, PipelineState
from handtrack.sessions.live_recorder import LiveRecorder
from handtrack.sources import open_source

_, clip, folder = sys.argv[1:]
settings = Settings()
source = open_source(clip, settings, realtime=True, loop=True)
pipeline = Pipeline(source, HandTracker.load, wait_for_tracking=False)
pipeline.start()
while pipeline.state is PipelineState.STARTING:
    time.sleep(0.05)
recorder = LiveRecorder(pipeline, Path(folder) / "session", settings)
recorder.start()
while recorder.frames_written < 3:
    time.sleep(0.05)
