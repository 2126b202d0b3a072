"""Text from a story -> text that Discord shows as it is: no mention, link or layout of its own.

Words are never changed. What is taken away cannot be seen: control characters, spaces without width
and the marks that turn the direction of what follows; line ends become spaces.
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
        *range(0xE0000, 0xE0080),  # tags: text that nobody sees
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
    """Return a text on one line, without what cannot be seen."""
    text = _SPACE.sub(" ", text.translate(_DROPPED).replace(_GAP, ""))
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(text: str) -> str:
    """Return a text in which nothing is a mark-up, a mention or a link."""
    text = _SPECIAL.sub(r"\\\g<0>", clean(text).strip(" "))
    text = _START.sub(lambda m: f"{m[1] or ''}\\", text)
    text = _EVERYBODY.sub(_GAP, text)
    text = _TAG.sub(r"\\", text)
    text = _ADDRESS.sub(r"\\:", text)
    text = _EMOJI.sub(r"\\:", text)
    is_mixed = not text.isascii() and any(bidirectional(c) in {"R", "AL"} for c in text)
    return f"{_ISOLATE}{text}{_RELEASE}" if is_mixed else text  # it must not turn its place


def unplain(text: str) -> str:
    """Return the words of a text that went through ``plain``."""
    for mark in (_ISOLATE, _RELEASE, _GAP):
        text = text.replace(mark, "")
    return _ESCAPED.sub(r"\1", text)


def fit(text: str, limit: int) -> str:
    """Return ``plain(text)``, cut after a word with … when it is longer than ``limit``."""
    whole = plain(text)
    return whole if len(whole) <= limit else shorten(text, limit)


def shorten(text: str, limit: int, end: str = "…") -> str:
    """Return the longest beginning of a text that, made plain, takes ``limit`` with its end."""
    text = clean(text).strip(" ")
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if len(plain(text[:middle])) + len(end) <= limit:
            low = middle
        else:
            high = middle - 1
    head = text[:low]
    word = head.rpartition(" ")[0]
    kept = word if len(word) > low // 2 else head
    return plain(kept) + end if kept.strip() else end[:limit]


AROUND, LONGEST = 4, 40
"""Words of what stayed that stand beside a difference, and the most of one difference."""
MOST = 2000
"""Words of two stretches beyond which they are not compared word by word: that takes the product
of both."""


def tell_differences(old: str, new: str, room: int) -> str:
    """Return what was taken out struck through and what was put in in bold; empty when nothing was.

    It takes ``room`` characters; what is beyond is told by an ellipsis.
    """
    told: list[str] = []
    for each in _spots(old, new):
        if sum(map(len, told)) + 5 * len(told) + len(each) > room:
            told.append("")
            break
        told.append(each)
    return " … ".join(told).strip()


def _spots(old: str, new: str) -> Iterator[str]:
    """Yield each difference that can be seen, with some words around it."""
    before, after = (text.replace(_GAP, "").split("\n\n") for text in (old, new))
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _compare("\n\n".join(before[i:j]).split(), "\n\n".join(after[k:m]).split())


def _compare(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    if len(before) + len(after) > MOST:
        yield _around(before, after, (0, len(before), 0, len(after)))
        return
    spot: tuple[int, int, int, int] | None = None
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal" and j - i > 1:
            if spot:
                yield _around(before, after, spot)
            spot = None
        elif tag != "equal":
            spot = (spot[0], j, spot[2], m) if spot else (i, j, k, m)
    if spot:
        yield _around(before, after, spot)


def _around(before: Sequence[str], after: Sequence[str], spot: tuple[int, int, int, int]) -> str:
    i, j, k, m = spot
    taken, put = _mark(before[i:j], "~~"), _mark(after[k:m], "**")
    parts = (_say(before[max(0, i - AROUND) : i]), taken, put, _say(after[m : m + AROUND]))
    return " ".join(filter(None, parts))


def _say(words: Sequence[str]) -> str:
    return plain(" ".join(words))


def _mark(words: Sequence[str], mark: str) -> str:
    cut = [*words[:LONGEST], "…"] if len(words) > LONGEST else words
    return f"{mark}{_say(cut)}{mark}" if words else ""
