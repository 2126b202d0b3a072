"""The source that a question names: "selon ISSMI", "dans Le Monde", "according to ISSMI".

A source is often an ordinary word ("Le Monde", "La Croix", "Nature"), so it is only read after a
preposition. After a doubtful one ("dans", "in") it must be written with its capitals; after one
that can only name a speaker ("selon"), small letters do where nothing else can be meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from embeddings.question.dateforms import STORIES
from embeddings.question.foldedtext import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.question.foldedtext import FoldedText

_LEAD = re.compile(
    r"(?<![\w-])(?:(?P<sure>(?:selon |d'apres |a en croire |according to |as reported by "
    r"|(?:publie|paru|ecrit|rapporte)e?s? (?:\w+ ){0,4}?(?P<by>(?:par|dans|sur) )"
    r"|(?:published|reported|written) (?:\w+ ){0,4}?(?P<in>(?:by|in|on) )))"
    rf"|dans |in |(?:{STORIES}) (?:de |d'|(?=du )|from |of |by |in ))"
    r"(?P<the>le |la |les |the |du |l')?"
)
"""What stands before a source's name."""
_ARTICLE = re.compile(r"(?:le |la |les |the |l')")
_AFTER = re.compile(r"(?:'s\b)?(?!['\w-])(?!\.\w)")
_ANOTHER = re.compile(r"(?:,| et| ou| and| or) (?:le |la |les |the |l'|selon |d'apres )?")
_CLAUSE_END = re.compile(r"\s{0,9}(?:[,;:?!.)…]|\Z)")
_UNMISTAKABLE = re.compile(r"[A-Z]{2}|[0-9.]")
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Named:
    """A source, and the words that name it, from ``start`` to ``end`` of the folded text."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling of a source's name: whole, or without its article.

    Attributes:
        source: The name that filters go by.
        written: This spelling.
        folded: The same, folded.
        capitals: Where in ``folded`` a word begins with a capital.
    """

    source: str
    written: str
    folded: str
    capitals: tuple[int, ...]


def source_named(read: FoldedText, sources: Sequence[str]) -> Named | None:
    """Return the one source that a question asks for; None when there is none, or several.

    Args:
        read: The question.
        sources: The names of the sources that there are.
    """
    leads = list(_LEAD.finditer(read.text))
    if not leads or not sources:
        return None
    spelled = [_spellings(source) for source in sources]
    whole = [names[0] for names in spelled]
    short = [name for names in spelled for name in names[1:]]
    found = [named for lead in leads if (named := _after(lead, whole, short, read))]
    if len({named.source for named in found}) != 1:
        return None
    both = any(_is_followed(read.text, named.end, [*whole, *short]) for named in found)
    return None if both else found[0]


@lru_cache(maxsize=4096)
def _spellings(source: str) -> tuple[_Name, ...]:
    """Return the spellings of a source: whole, then without its article where it has one."""
    whole = _spelling(source, source.strip())
    article = _ARTICLE.match(whole.folded)
    return (whole, _spelling(source, whole.written[article.end() :])) if article else (whole,)


def _spelling(source: str, written: str) -> _Name:
    read = fold_text(written)
    words = re.finditer(r"\b\w", read.text)
    capitals = tuple(word.start() for word in words if read.is_capital(word.start()))
    return _Name(source, written, read.text, capitals)


def _after(
    lead: re.Match[str], whole: Sequence[_Name], short: Sequence[_Name], read: FoldedText
) -> Named | None:
    """Return the longest name that stands after a preposition, with or without an article."""
    starts = [(lead.end(), whole)]
    if lead["the"]:
        starts = [(lead.start("the"), whole), (lead.end(), [*whole, *short])]
    found = [
        Named(name.source, max(lead.start(), lead.start("by"), lead.start("in")), end)
        for start, names in starts
        for name, end in _matches(read.text, start, names)
        if _is_meant(name, read, start, end, sure=bool(lead["sure"]))
    ]
    return max(found, key=lambda named: named.end, default=None)


def _matches(text: str, start: int, names: Sequence[_Name]) -> Iterator[tuple[_Name, int]]:
    """Return the names that stand at a place, each with where it ends."""
    for name in names:
        if len(name.folded) >= _SHORTEST and text.startswith(name.folded, start):
            after = _AFTER.match(text, start + len(name.folded))
            if after:
                yield name, after.end()


def _is_meant(name: _Name, read: FoldedText, start: int, end: int, *, sure: bool) -> bool:
    """Say whether ``read.text[start:end]`` is the name of a source and not ordinary words."""
    possessive = end > start + len(name.folded)
    if not possessive and read.text[end : end + 1] == " " and read.is_capital(end + 1):
        return False  # the name goes on, and is another's
    if name.capitals and all(read.is_capital(start + place) for place in name.capitals):
        return True
    return sure and bool(
        _UNMISTAKABLE.search(name.written) or possessive or _CLAUSE_END.match(read.text, end)
    )


def _is_followed(text: str, end: int, names: Sequence[_Name]) -> bool:
    """Say whether another source is named right after one."""
    another = _ANOTHER.match(text, end)
    return bool(another and any(_matches(text, another.end(), names)))
