# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that a person reads, in the language of the program's translator; no Qt in here.

A widget asks its own `tr()`; everything else asks `translate`. What changes inside a sentence has a named
place in it, as in `translate("Menus", "At most {count} hands").format(count=2)`: a translator sees whole
sentences. Both are found by Qt's `pylupdate6`.
"""

from __future__ import annotations

from collections.abc import Callable

Translator = Callable[[str, str], str]
"""Gives the words for a context (who says them) and the words in English."""


def _english(context: str, words: str) -> str:
    return words


_translator: Translator = _english


def use(translator: Translator) -> None:
    """Ask this translator from now on."""
    global _translator
    _translator = translator


def translate(context: str, words: str) -> str:
    """These words in the language of the translator; in English where there is none."""
    return _translator(context, words)


def QT_TRANSLATE_NOOP(context: str, words: str) -> str:  # noqa: N802
    """These words in English, for a table that is translated when it is shown (a name of `pylupdate6`)."""
    return words


_NAMES = (
    QT_TRANSLATE_NOOP("Names", "left"),
    QT_TRANSLATE_NOOP("Names", "right"),
    QT_TRANSLATE_NOOP("Names", "up"),
    QT_TRANSLATE_NOOP("Names", "down"),
    QT_TRANSLATE_NOOP("Names", "thumb"),
    QT_TRANSLATE_NOOP("Names", "index"),
    QT_TRANSLATE_NOOP("Names", "middle"),
    QT_TRANSLATE_NOOP("Names", "ring"),
    QT_TRANSLATE_NOOP("Names", "little"),
    QT_TRANSLATE_NOOP("Names", "wrist"),
    QT_TRANSLATE_NOOP("Names", "thumb cmc"),
    QT_TRANSLATE_NOOP("Names", "thumb mcp"),
    QT_TRANSLATE_NOOP("Names", "thumb ip"),
    QT_TRANSLATE_NOOP("Names", "thumb tip"),
    QT_TRANSLATE_NOOP("Names", "index mcp"),
    QT_TRANSLATE_NOOP("Names", "index pip"),
    QT_TRANSLATE_NOOP("Names", "index dip"),
    QT_TRANSLATE_NOOP("Names", "index tip"),
    QT_TRANSLATE_NOOP("Names", "middle mcp"),
    QT_TRANSLATE_NOOP("Names", "middle pip"),
    QT_TRANSLATE_NOOP("Names", "middle dip"),
    QT_TRANSLATE_NOOP("Names", "middle tip"),
    QT_TRANSLATE_NOOP("Names", "ring mcp"),
    QT_TRANSLATE_NOOP("Names", "ring pip"),
    QT_TRANSLATE_NOOP("Names", "ring dip"),
    QT_TRANSLATE_NOOP("Names", "ring tip"),
    QT_TRANSLATE_NOOP("Names", "little mcp"),
    QT_TRANSLATE_NOOP("Names", "little pip"),
    QT_TRANSLATE_NOOP("Names", "little dip"),
    QT_TRANSLATE_NOOP("Names", "little tip"),
    QT_TRANSLATE_NOOP("Names", "cmc"),
    QT_TRANSLATE_NOOP("Names", "mcp"),
    QT_TRANSLATE_NOOP("Names", "ip"),
    QT_TRANSLATE_NOOP("Names", "tip"),
    QT_TRANSLATE_NOOP("Names", "pip"),
    QT_TRANSLATE_NOOP("Names", "dip"),
    QT_TRANSLATE_NOOP("Names", "palm turned"),
    QT_TRANSLATE_NOOP("Names", "pinch"),
    QT_TRANSLATE_NOOP("Names", "spread"),
    QT_TRANSLATE_NOOP("Names", "flexion"),
    QT_TRANSLATE_NOOP("Names", "thumb to index"),
    QT_TRANSLATE_NOOP("Names", "thumb to middle"),
    QT_TRANSLATE_NOOP("Names", "thumb to ring"),
    QT_TRANSLATE_NOOP("Names", "thumb to little"),
    QT_TRANSLATE_NOOP("Names", "% of palm"),
    QT_TRANSLATE_NOOP("Names", "index to middle"),
    QT_TRANSLATE_NOOP("Names", "middle to ring"),
    QT_TRANSLATE_NOOP("Names", "ring to little"),
    QT_TRANSLATE_NOOP("Names", "thumb MCP"),
    QT_TRANSLATE_NOOP("Names", "thumb IP"),
    QT_TRANSLATE_NOOP("Names", "index MCP"),
    QT_TRANSLATE_NOOP("Names", "index PIP"),
    QT_TRANSLATE_NOOP("Names", "index DIP"),
    QT_TRANSLATE_NOOP("Names", "middle MCP"),
    QT_TRANSLATE_NOOP("Names", "middle PIP"),
    QT_TRANSLATE_NOOP("Names", "middle DIP"),
    QT_TRANSLATE_NOOP("Names", "ring MCP"),
    QT_TRANSLATE_NOOP("Names", "ring PIP"),
    QT_TRANSLATE_NOOP("Names", "ring DIP"),
    QT_TRANSLATE_NOOP("Names", "little MCP"),
    QT_TRANSLATE_NOOP("Names", "little PIP"),
    QT_TRANSLATE_NOOP("Names", "little DIP"),
)
"""What `name_of` is asked for, so that translators are given it."""


def name_of(name: str) -> str:
    """A side, a finger, a joint or a measure of the library, such as "index_tip", in words: "index tip"."""
    return translate("Names", name.replace("_", " "))
