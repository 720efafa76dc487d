# SPDX-License-Identifier: GPL-3.0-or-later
"""The widgets of the window, one a file; each is fed plain values and knows no thread."""
