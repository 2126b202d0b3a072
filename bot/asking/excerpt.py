"""Selects what is shown of a hit: the sentences that fit, and the word for its confidence; pure."""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Literal, NamedTuple

from bot.ui.markup import clean, escape, shorten
from embeddings.types import Hit, Passage

CUT = "[…]"
_ROOM = 2 * (len(CUT) + 1) + len("****")
"""The length of two signs of a cut and of the bold markers, in characters."""


class Excerpt(NamedTuple):
    """Escaped words of a passage: the deciding sentence, and the text before and after it."""

    before: str
    sentence: str
    after: str

    def __str__(self) -> str:
        """Return the excerpt with the deciding sentence in bold."""
        bold = f"**{self.sentence}**" if self.sentence else ""
        return f"{self.before}{bold}{self.after}".strip(" ")


def cut_at_sentences(passage: Passage) -> list[tuple[int, int]]:
    """Cut a passage at the starts of its sentences, into spans without gaps."""
    start, end = passage.start, passage.end
    inside = {s.start for s in passage.sentences if start < s.start < end}
    return list(pairwise([start, *sorted(inside), end]))


def excerpt(text: str, passage: Passage, key: tuple[int, int], limit: int) -> Excerpt:
    """Return an excerpt of as many whole sentences around the deciding one as fit.

    ``text``: the article's; ``key``: the span of the deciding sentence; ``limit``: in characters,
    markdown and signs of cuts included.
    """
    pieces, room = cut_at_sentences(passage), limit - _ROOM
    chosen = [i for i, (a, b) in enumerate(pieces) if a < key[1] and key[0] < b]
    low, high = (chosen[0], chosen[-1]) if chosen else (0, 0)
    first, last = _trim_ends(text, max(key[0], pieces[low][0]), min(key[1], pieces[high][1]))
    if _width(text, pieces[low][0], pieces[high][1]) > room:
        return _force_cut(text, (first, last), (pieces[0][0], pieces[-1][1]), limit)
    low, high = _grow(text, pieces, low, high, room)
    before = _add_spaces(text[pieces[low][0] : first])
    after = _add_spaces(text[last : pieces[high][1]])
    return Excerpt(
        f"{CUT} {before.lstrip(' ')}" if low > 0 else before,
        escape(text[first:last]),
        f"{after.rstrip(' ')} {CUT}" if high < len(pieces) - 1 else after,
    )


def _trim_ends(text: str, first: int, last: int) -> tuple[int, int]:
    """Return a span without the white space and invisible characters at its ends."""
    while first < last and not clean(text[last - 1]).strip(" "):
        last -= 1
    while first < last and not clean(text[first]).strip(" "):
        first += 1
    return first, last


def _add_spaces(text: str) -> str:
    """Return a text escaped, with one space at each end where it had any."""
    shown = clean(text)
    left = " " if shown.startswith(" ") else ""
    right = " " if shown.strip(" ") and shown.endswith(" ") else ""
    return f"{left}{escape(text)}{right}"


def _grow(
    text: str, pieces: Sequence[tuple[int, int]], low: int, high: int, room: int
) -> tuple[int, int]:
    """Extend the range of pieces while one fits, each time forwards if possible, else backwards."""
    room -= _width(text, pieces[low][0], pieces[high][1])
    while True:
        following = _width(text, *pieces[high + 1]) if high + 1 < len(pieces) else room + 1
        preceding = _width(text, *pieces[low - 1]) if low > 0 else room + 1
        if following <= room:
            high, room = high + 1, room - following
        elif preceding <= room:
            low, room = low - 1, room - preceding
        else:
            return low, high


def _force_cut(text: str, key: tuple[int, int], whole: tuple[int, int], limit: int) -> Excerpt:
    """Return the deciding sentence alone, cut after a word if it does not fit."""
    before = f"{CUT} " if text[whole[0] : key[0]].strip() else ""
    sentence, room = text[key[0] : key[1]], limit - _ROOM
    fits = len(escape(sentence)) <= room
    shown = escape(sentence) if fits else shorten(sentence, room, end="")
    after = f" {CUT}" if not fits or text[key[1] : whole[1]].strip() else ""
    return Excerpt(before, shown, after)


def _width(text: str, start: int, end: int) -> int:
    """Return the length of a span once escaped, with room for spaces and bidi isolates."""
    return len(escape(text[start:end])) + 4


Word = Literal["sure", "likely", "check"]

SURE = 0.85
"""The minimum probability called sure: of a hundred such passages, 85 or more answer."""
POSSIBLE = 0.2
"""The minimum probability of a passage that is shown along with the best one unasked."""


def name_confidence(confidence: float, threshold: float) -> Word:
    """Return the word for a probability in [0, 1]; below the threshold it is ``check``."""
    if confidence < threshold:
        return "check"
    return "sure" if confidence >= SURE else "likely"


def choose_shown(hits: Sequence[Hit]) -> list[Hit]:
    """Return the best hit, and the next ones up to the first below ``POSSIBLE``."""
    return [*hits[:1], *takewhile(lambda hit: hit.confidence >= POSSIBLE, hits[1:])]
