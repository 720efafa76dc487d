# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows and remembers; no Qt in here."""
