# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows and remembers, free of Qt and tested without a display: time, frames, loops."""
