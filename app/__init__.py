# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop window: the only package that imports PyQt6 or pyqtgraph."""
