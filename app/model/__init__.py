# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows, free of Qt and tested without a display: time, frames, what loops do."""
