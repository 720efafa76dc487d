"""Careful labels for real hands: many looks of a teacher, and a skeleton fitted to them."""
