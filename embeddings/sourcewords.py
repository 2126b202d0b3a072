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

from embeddings.analysis import fold
from embeddings.datewords import STORIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LEAD = re.compile(
    r"(?<![\w'-])(?:(?P<sure>selon |d'apres |a en croire |according to |as reported by "
    r"|(?:publie|paru|ecrit|rapporte)e?s? (?:par |dans |sur )"
    r"|(?:published|reported|written) (?:by |in |on ))"
    rf"|dans |in |(?:{STORIES}) (?:de |d'|(?=du )|from |of |by |in ))(?P<the>le |la |les |the |du |l')?"
)
"""What stands before a source's name."""
_ARTICLE = re.compile(r"(?:le |la |les |the |l')")
_AFTER = re.compile(r"(?:'s\b)?(?!['\w-])(?!\.\w)")
_ANOTHER = re.compile(r"(?:,| et| ou| and| or) (?:le |la |les |the |l'|selon |d'apres )?")
_CLAUSE_END = re.compile(r"\s*(?:[,;:?!.)…]|\Z)")
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
    """One spelling of a source's name: whole, or without its article."""

    source: str
    written: str
    folded: str


def source_named(
    question: str, text: str, places: Sequence[int], sources: Sequence[str]
) -> Named | None:
    """Return the one source that a question asks for; None when there is none, or several.

    Args:
        question: The question.
        text: The folded question.
        places: The place in the question of each character of the folded text.
        sources: The names of the sources that there are.
    """
    leads = list(_LEAD.finditer(text))
    if not leads or not sources:
        return None
    spelled = [_spellings(source) for source in sources]
    whole = sorted((names[0] for names in spelled), key=lambda name: -len(name.folded))
    short = sorted((n for names in spelled for n in names[1:]), key=lambda name: -len(name.folded))
    found = [
        named
        for lead in leads
        if (named := _after(lead, whole, short, question=question, text=text, places=places))
    ]
    if len({named.source for named in found}) != 1 or _another(text, found[0].end, whole, short):
        return None
    return found[0]


@lru_cache(maxsize=4096)
def _spellings(source: str) -> tuple[_Name, ...]:
    """Return the spellings of a source: whole, then without its article where it has one."""
    written = source.strip()
    names = [_Name(source, written, fold(written))]
    article = _ARTICLE.match(names[0].folded)
    if article:
        rest = written[article.end() :]
        names.append(_Name(source, rest, fold(rest)))
    return tuple(names)


def _after(
    lead: re.Match[str],
    whole: Sequence[_Name],
    short: Sequence[_Name],
    *,
    question: str,
    text: str,
    places: Sequence[int],
) -> Named | None:
    """Return the longest name that stands after a preposition, with or without an article."""
    starts = [(lead.start("the"), whole), (lead.end(), [*whole, *short])] if lead["the"] else []
    found = [
        Named(name.source, lead.start(), end)
        for start, names in starts or [(lead.end(), whole)]
        for name, end in _matches(text, start, names)
        if _is_meant(name, question[places[start] :], text[end:], sure=bool(lead["sure"]))
    ]
    return max(found, key=lambda named: named.end, default=None)


def _matches(text: str, start: int, names: Sequence[_Name]) -> Iterator[tuple[_Name, int]]:
    """Return the names that stand at a place, each with where it ends."""
    for name in names:
        if len(name.folded) >= _SHORTEST and text.startswith(name.folded, start):
            after = _AFTER.match(text, start + len(name.folded))
            if after:
                yield name, after.end()


def _is_meant(name: _Name, written: str, after: str, *, sure: bool) -> bool:
    """Say whether the words are the name of a source and not ordinary words."""
    follows = written[len(name.written) :]
    if follows[:1] == " " and follows[1:2].isupper():
        return False  # the name goes on, and is another's
    if _has_capitals(written, name.written):
        return True
    return sure and bool(_UNMISTAKABLE.search(name.written) or _CLAUSE_END.match(after))


def _has_capitals(written: str, name: str) -> bool:
    """Say whether words have every capital that begins a word of the name, and there is one."""
    capitals = [m.start() for m in re.finditer(r"\b\w", name) if m.group().isupper()]
    return bool(capitals) and all(written[i : i + 1].isupper() for i in capitals)


def _another(text: str, end: int, whole: Sequence[_Name], short: Sequence[_Name]) -> bool:
    """Say whether a second source is named right after the first."""
    another = _ANOTHER.match(text, end)
    return bool(another and any(_matches(text, another.end(), [*whole, *short])))
