# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows and remembers, without Qt: time and the cursor in it, frames seen, sources used."""
