"""When and where a story was published, as a question's words ask it -> filters.

"Que dit la lettre publiée en juin ?" narrows the search by day, "selon ISSMI" by source. A wrong
filter hides the answer, so a doubtful expression is no filter: months and years need a word such
as "en" or "since" before them, names and eras are left alone, and expressions that contradict each
other cancel out. Days are seen from a given today, weeks start on Monday (ISO 8601), and figures
read day first.

A source is often an ordinary word ("Le Monde", "Nature"), so it is only read after a preposition.
After a doubtful one ("dans", "in") it must be written with its capitals; after one that can only
name a speaker ("selon"), small letters do where nothing else can be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from embeddings.errors import QuestionError
from embeddings.question.askeddays import CLAUSE_END, Phrase, phrases
from embeddings.question.dateforms import STORIES, YEAR
from embeddings.text.analysis import FoldedText, fold, fold_text
from embeddings.types import MAX_QUESTION, Filters, Note

_LEAD = re.compile(
    r"(?<![\w-])(?:(?P<sure>(?:selon |d'apres |a en croire |according to |as reported by "
    r"|(?:publie|paru|ecrit|rapporte)e?s? (?:\w+ ){0,4}?(?P<by>(?:par|dans|sur) )"
    r"|(?:published|reported|written) (?:\w+ ){0,4}?(?P<in>(?:by|in|on) )))"
    r"|(?:qu[e'] ?(?:dit|disent|ecrit|ecrivent|rapporte|raconte|pense) "
    r"|what (?:do|does|did) (?=.{2,60} (?:say|write|report)\b))(?P<say>)"
    rf"|dans |in |(?:{STORIES}) (?:de |d'|(?=du )|from |of |by |in ))"
    r"(?P<the>le |la |les |the |du |l')?"
)
"""What stands before a source's name."""
_ARTICLE = re.compile(r"(?:le |la |les |the |l')")
_AFTER = re.compile(r"(?:'s\b)?(?!['\w-])(?!\.\w)")
_ANOTHER = re.compile(r"(?:,| et| ou| and| or) (?:le |la |les |the |l'|selon |d'apres )?")
_UNMISTAKABLE = re.compile(r"[A-Z]{2}|[0-9.]")
_SHORTEST = 2
_A_YEAR = re.compile(rf"(?<![\w.,]){YEAR}(?![\w%])(?![.,][0-9])")


def check_question(question: str) -> str:
    """Return a question, stripped; QuestionError when empty, too long, or without words."""
    text = " ".join(question.split())
    if not text:
        raise QuestionError("The question is empty; ask it in a few words.", "empty")
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(text)} characters; cut it to {MAX_QUESTION}.", "too_long"
        )
    if not any(character.isalnum() for character in text):
        raise QuestionError("The question has no word in it; ask it in a few words.", "no_words")
    return text


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question's words narrow the search to.

    Attributes:
        filters: Days of publication and source; empty when nothing was said.
        words: The exact words of the question that said so, in order, to be shown back.
        unread: The exact words that ask for days and could not be followed, to be told.
    """

    filters: Filters
    words: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def rest_of(self, question: str) -> str:
        """Take out the words that became a filter: passages need not hold them; never all."""
        rest = question
        for each in self.words:
            rest = rest.replace(each, " ")
        return " ".join(rest.split()) if any(map(str.isalnum, rest)) else question

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader is told of the words that could not be followed."""
        text = '"{}" could not be read as days of publication: nothing was narrowed to it.'
        return tuple(Note("day-unread", text.format(w), {"words": w}) for w in self.unread)

    def within(self, given: Filters) -> tuple[Understood, tuple[Note, ...]]:
        """Return this inside a caller's filters, and what is told of the words.

        Where both cannot hold, the caller's go first, no word is followed, and that is told.
        """
        firsts, lasts = (given.since, self.filters.since), (given.until, self.filters.until)
        since = max(filter(None, firsts), default=None)
        until = min(filter(None, lasts), default=None)
        sources = {fold(each) for each in (given.source, self.filters.source) if each}
        if (since and until and since > until) or len(sources) > 1:
            words = ", ".join(self.words)
            text = f'"{words}" was not followed: it lies outside what the search was narrowed to.'
            return Understood(given), (*self.notes, Note("words-outside", text, {"words": words}))
        both = replace(given, since=since, until=until, source=given.source or self.filters.source)
        return replace(self, filters=both), self.notes


def understand(question: str, today: date, sources: Sequence[str]) -> Understood:
    """Return the filters that a question's words ask for, and those words.

    Args:
        question: The question, in French or English, its words one space apart.
        today: The day that "last week" is seen from; no filter reaches beyond it.
        sources: The names of the sources that there are.
    """
    read = fold_text(question)
    named = source_named(read, sources)
    spans = []
    if named:
        spans.append((named.start, named.end))
        read = read.without(named.start, named.end)
    asked = phrases(read, today)
    dates, unread = _agree(read.text, [each for each in asked if each.since or each.until])
    unread += [each for each in asked if not (each.since or each.until)]
    spans += [(each.start, each.end) for each in dates]
    since, until = _bounds(dates)
    filters = Filters(since=since, until=until, source=named.source if named else None)
    return Understood(
        filters,
        words=tuple(read.words(*span) for span in sorted(spans)),
        unread=tuple(read.words(*span) for span in sorted((p.start, p.end) for p in unread)),
    )


def _bounds(asked: Sequence[Phrase]) -> tuple[date | None, date | None]:
    """Return the latest first day and the earliest last one."""
    since = max((each.since for each in asked if each.since), default=None)
    return since, min((each.until for each in asked if each.until), default=None)


def _agree(text: str, asked: list[Phrase]) -> tuple[list[Phrase], list[Phrase]]:
    """Return the phrases that can all hold at once, and those that cannot and must be told.

    "En 2017 et pas en 2018" is about years, and so is "en 2018" in a question that names another
    year as well: they are neither.
    """
    since, until = _bounds(asked)
    years = all(each.is_year for each in asked)
    if since and until and since > until:
        return [], [] if years else asked
    inside = [(each.start, each.end) for each in asked]
    others = [
        int(year.group())
        for year in _A_YEAR.finditer(text)
        if not any(start <= year.start() < end for start, end in inside)
    ]
    first, last = since.year if since else 0, until.year if until else 9999
    fits = not years or all(first <= year <= last for year in others)
    return (asked if fits else []), []


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
        Named(name.source, max(lead.start(), *map(lead.start, ("by", "in", "say"))), end)
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
        _UNMISTAKABLE.search(name.written) or possessive or CLAUSE_END.match(read.text, end)
    )


def _is_followed(text: str, end: int, names: Sequence[_Name]) -> bool:
    """Say whether another source is named right after one."""
    another = _ANOTHER.match(text, end)
    return bool(another and any(_matches(text, another.end(), names)))
