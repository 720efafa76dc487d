# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows, without Qt: time, frames to look at again, how an estimate refined itself."""
