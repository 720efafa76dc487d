# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows, free of Qt: tested without a display."""
