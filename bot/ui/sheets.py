"""Long lists on a card: what there is room for, then how many more, and all of it in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.ui.parts import Attached, Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.translate import Language


def room_for(entries: Iterable[str], room: int, most: int) -> list[str]:
    """Return the first of some texts, at most ``most``, that together take ``room`` characters."""
    taken: list[str] = []
    for entry in entries:
        room -= len(entry) + 1
        if room < 0 or len(taken) == most:
            break
        taken.append(entry)
    return taken


def listed(
    head: str, entries: Sequence[str], language: Language, *, room: int, most: int
) -> Block | None:
    """Return a list under its head, shortened with how many more there are; None without any.

    Args:
        head: What stands above it.
        entries: Its lines, made plain.
        language: The reader's.
        room: The most characters of all lines together.
        most: The most lines.
    """
    if not entries:
        return None
    lines = room_for((f"- {entry}" for entry in entries), room, most)
    return Block("\n".join([head, *lines, *more(len(entries) - len(lines), language)]))


def more(left: int, language: Language) -> list[str]:
    """Return the line that says how many are not shown; none when all are."""
    return [f"-# {language('and-more', count=left)}"] if left > 0 else []


def document(name: str, parts: Iterable[tuple[str, Sequence[str]]]) -> Attached:
    """Return whole lists, each under its head, as a text file.

    Args:
        name: The file's name.
        parts: Heads and lines, as they are written, not made plain.
    """
    texts = ["\n".join([head, *(f"- {line}" for line in lines)]) for head, lines in parts if lines]
    return Attached(name, ("\n\n".join(texts) + "\n").encode("utf-8", "replace"))
