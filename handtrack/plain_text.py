"""Text for people: out of files, made harmless to show in a terminal or a window; and of numbers."""

from __future__ import annotations


def printable(text: object) -> str:
    """The text on one line, with every character that is not to be seen written out as its code.

    Names in files may hold escape sequences that repaint a terminal, marks that turn the direction of
    writing, and halves of characters that cannot be encoded.
    """
    return "".join(map(_shown, str(text)))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else character.encode("unicode_escape").decode("ascii")


def counted(count: int, thing: str) -> str:
    """So many of a thing, as "1 frame" and "2 frames"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"
