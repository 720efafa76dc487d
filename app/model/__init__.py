# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window knows, without Qt: time and the cursor in it, frames that can be looked at again."""
