"""What is shown of a hit: how sure it is said to be, and the whole sentences that fit; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Literal

from bot.ui.markup import clean, plain, shorten
from embeddings.types import Hit, Span

CUT = "[…]"
_ROOM = 2 * (len(CUT) + 1) + len("****")
"""What the signs of two cuts and of bold take, in characters."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a story, made plain, with the deciding sentence apart; each with its own spaces."""

    before: str
    sentence: str
    after: str

    def __str__(self) -> str:
        """Return it with the deciding sentence in bold."""
        bold = f"**{self.sentence}**" if self.sentence else ""
        return f"{self.before}{bold}{self.after}".strip(" ")


def excerpt(hit: Hit, limit: int) -> Excerpt:
    """Return what is shown of a hit in at most ``limit`` characters, mark-up included."""
    passage, sentence = hit.passage, hit.sentence
    pieces = stretches(passage.start, passage.end, passage.sentences)
    return select(hit.article.text, pieces, (sentence.start, sentence.end), limit)


def stretches(start: int, end: int, sentences: Sequence[Span]) -> list[tuple[int, int]]:
    """Cut ``start:end`` at the starts of its sentences, so that nothing falls between."""
    inside = {s.start for s in sentences if start < s.start < end}
    return list(pairwise([start, *sorted(inside), end]))


def select(
    text: str, pieces: Sequence[tuple[int, int]], key: tuple[int, int], limit: int
) -> Excerpt:
    """Return the pieces that fit around ``key``, the next one before the one before.

    ``pieces`` are the sentences of a passage in order without a gap, ``key`` the place of the one
    that decides; ``limit`` counts characters, mark-up and signs of cuts included.
    """
    room = limit - _ROOM
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
        plain(text[first:last]),
        f"{after.rstrip(' ')} {CUT}" if high < len(pieces) - 1 else after,
    )


def _trim_ends(text: str, first: int, last: int) -> tuple[int, int]:
    """Return a stretch without white space and invisible characters at its ends.

    They belong to what is around it.
    """
    while first < last and not clean(text[last - 1]).strip(" "):
        last -= 1
    while first < last and not clean(text[first]).strip(" "):
        first += 1
    return first, last


def _add_spaces(text: str) -> str:
    """Return a text made plain, with one space where it had some at its ends."""
    shown = clean(text)
    left = " " if shown.startswith(" ") else ""
    right = " " if shown.strip(" ") and shown.endswith(" ") else ""
    return f"{left}{plain(text)}{right}"


def _grow(
    text: str, pieces: Sequence[tuple[int, int]], low: int, high: int, room: int
) -> tuple[int, int]:
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
    """Cut a sentence that alone is too long, after a word, with the sign of a cut."""
    before = f"{CUT} " if text[whole[0] : key[0]].strip() else ""
    room = limit - _ROOM
    sentence = text[key[0] : key[1]]
    fits = len(plain(sentence)) <= room
    shown = plain(sentence) if fits else shorten(sentence, room, end="")
    after = f" {CUT}" if not fits or text[key[1] : whole[1]].strip() else ""
    return Excerpt(before, shown, after)


def _width(text: str, start: int, end: int) -> int:
    """Return how many characters a stretch takes, with the spaces around it and isolation marks."""
    return len(plain(text[start:end])) + 4


Word = Literal["sure", "likely", "check"]

SURE = 0.85
"""The least probability that is called sure: of a hundred such passages, 85 or more answer."""
POSSIBLE = 0.2
"""The least probability of a passage that is shown beside the best one, unless asked for."""


def how_sure(confidence: float, threshold: float) -> Word:
    """Return the word for a probability in [0, 1]; from the threshold on it is an answer."""
    if confidence < threshold:
        return "check"
    return "sure" if confidence >= SURE else "likely"


def shown_at_first(hits: Sequence[Hit]) -> list[Hit]:
    """Return the best passage, and those beside it that may well answer too."""
    return [*hits[:1], *takewhile(lambda hit: hit.confidence >= POSSIBLE, hits[1:])]
