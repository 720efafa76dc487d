"""How fast everything is, measured beside MediaPipe in the same run on the same machine."""
