"""Escapes a story's text for Discord, so that it causes no mention, link or formatting.

Words are never changed. Only invisible characters are removed: control characters, zero-width
spaces and bidirectional embeddings and overrides. Line ends become spaces.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from unicodedata import bidirectional

_ISOLATE, _RELEASE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_GAP = "\N{ZERO WIDTH SPACE}"
_DROPPED = dict.fromkeys(
    [
        *(c for c in range(0x20) if c not in range(0x09, 0x0E)),  # kept: they are white space
        *range(0x7F, 0x85),
        *range(0x86, 0xA0),
        *range(0x202A, 0x202F),  # embeddings and overrides
        *range(0x2066, 0x206A),  # isolates
        *range(0xFFF9, 0xFFFC),  # interlinear annotation
        *range(0xE0000, 0xE0080),  # tag characters: invisible text
    ]
)
_SPACE = re.compile(r"[ \t-\r\x85\u2028\u2029]+")
_LONE = re.compile(r"[\ud800-\udfff]")
_SPECIAL = re.compile(r"[\\*_~`|<>\[\]@]")
_START = re.compile(r"\A(?=(?:#{1,3}|-#|[-+•])\s)|\A(\d+)(?=[.)]\s)")
_EVERYBODY = re.compile(r"(?<=@)(?=everyone|here)", re.IGNORECASE)
_TAG = re.compile(r"(?<=\\<)(?=[#:/])|(?<=\\<[at])(?=:)|(?<=\\<id)(?=:)")
_ADDRESS = re.compile(r":(?=//)")
_EMOJI = re.compile(r"(?<!\\):(?=[\w+-]+:)")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


def clean(text: str) -> str:
    """Return a text on one line, without invisible characters."""
    text = _SPACE.sub(" ", text.translate(_DROPPED).replace(_GAP, ""))
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text)


def escape(text: str) -> str:
    """Return a text with markdown, mentions and links escaped."""
    text = _SPECIAL.sub(r"\\\g<0>", clean(text).strip(" "))
    text = _START.sub(lambda m: f"{m[1] or ''}\\", text)
    text = _EVERYBODY.sub(_GAP, text)
    text = _TAG.sub(r"\\", text)
    text = _ADDRESS.sub(r"\\:", text)
    text = _EMOJI.sub(r"\\:", text)
    is_mixed = not text.isascii() and any(bidirectional(c) in {"R", "AL"} for c in text)
    return f"{_ISOLATE}{text}{_RELEASE}" if is_mixed else text  # or it reorders its surroundings


def unescape(text: str) -> str:
    """Undo ``escape``: return the text without escapes."""
    for mark in (_ISOLATE, _RELEASE, _GAP):
        text = text.replace(mark, "")
    return _ESCAPED.sub(r"\1", text)


def fit(text: str, limit: int) -> str:
    """Return ``escape(text)``, cut after a word and ended by … if longer than ``limit``."""
    whole = escape(text)
    return whole if len(whole) <= limit else shorten(text, limit)


def shorten(text: str, limit: int, end: str = "…") -> str:
    """Return the longest prefix of a text that fits ``limit`` once escaped and followed by ``end``.

    The prefix stops after a word, unless that would drop half of it.
    """
    text = clean(text).strip(" ")
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if len(escape(text[:middle])) + len(end) <= limit:
            low = middle
        else:
            high = middle - 1
    head = text[:low]
    word = head.rpartition(" ")[0]
    kept = word if len(word) > low // 2 else head
    return escape(kept) + end if kept.strip() else end[:limit]


AROUND, LONGEST = 4, 40
"""The unchanged words shown around a difference, and the limit of words in one difference."""
MOST = 2000
"""The limit of words for comparing two stretches word by word, which takes quadratic time."""


def tell_differences(old: str, new: str, room: int) -> str:
    """Return the differences, deletions struck through and insertions bold; empty if none.

    An ellipsis marks words left out, and differences that do not fit into ``room`` characters.
    """
    shown = ""
    for difference in _list_differences(old, new):
        before = f"{shown.removesuffix(' …')} … " if shown else ""
        if len(before) + len(difference) > room:
            return before.strip()
        shown = before + (difference.removeprefix("… ") if before else difference)
    return shown


def count_differences(old: str, new: str) -> dict[str, int]:
    """Return the numbers of paragraphs ``changed``, ``added`` and ``removed``."""
    matcher = SequenceMatcher(None, old.split("\n\n"), new.split("\n\n"), autojunk=False)
    sizes = [(j - i, m - k) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
    gone, come, both = sum(s[0] for s in sizes), sum(s[1] for s in sizes), sum(map(min, sizes))
    return {"changed": both, "added": come - both, "removed": gone - both}


def _list_differences(old: str, new: str) -> Iterator[str]:
    """Yield each visible difference with some words around it, paragraph by paragraph."""
    before, after = (text.replace(_GAP, "").split("\n\n") for text in (old, new))
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            sides = before[i:j], after[k:m]
            is_paired = j - i == m - k
            for pair in zip(*sides, strict=True) if is_paired else [map("\n\n".join, sides)]:
                yield from _compare(*map(str.split, pair))


def _compare(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the differences of two stretches; merge those with few words between them."""
    if len(before) + len(after) > MOST:
        yield f"{_mark(before, '~~')} {_mark(after, '**')}".strip()
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(AROUND):
        parts: list[str] = []
        for tag, i, j, k, m in group:
            is_same = tag == "equal"
            parts += [_mark(before[i:j], "" if is_same else "~~")]
            parts += [] if is_same else [_mark(after[k:m], "**")]
        start, end = "…" if group[0][1] else "", "…" if group[-1][2] < len(before) else ""
        yield " ".join(filter(None, [start, *parts, end]))


def _mark(words: Sequence[str], mark: str) -> str:
    cut = [*words[:LONGEST], "…"] if len(words) > LONGEST else words
    return f"{mark}{escape(' '.join(cut))}{mark}" if words else ""
