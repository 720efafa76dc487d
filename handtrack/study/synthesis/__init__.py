"""Rendered hands: pose, shape, skin, light and camera, with exact labels. For training only."""
