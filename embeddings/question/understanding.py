"""Turns the words of a question that name days of publication or a source into filters.

"Que dit la lettre publiée en juin ?" filters by day, "selon ISSMI" by source. A wrong filter hides
the answer, so doubtful words are no filter: months and years need a word such as "en" or "since"
before them, names and eras are left alone, and phrases that contradict each other cancel out.
Relative days count from a given today, weeks start on Monday (ISO 8601), and dates in digits are
read day first.

The name of a source is often an ordinary word ("Le Monde", "Nature"), so it only counts after a
preposition. After an ambiguous one ("dans", "in") it needs its capitals; after one that only a
speaker follows ("selon"), lower case is enough where no other reading is possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain

from embeddings.errors import QuestionError
from embeddings.question.askeddays import CLAUSE_END, DatePhrase, find_date_phrases
from embeddings.question.dateforms import YEAR, expand
from embeddings.text.analysis import LISTS, FoldedText, fold, fold_text
from embeddings.types import MAX_QUESTION, Filters, Note

_LEAD = re.compile(expand(LISTS["before a source"]))
"""The words before a source's name: "selon le ", "published in ", "articles de "."""
_ARTICLE = re.compile(r"(?:le |la |les |the |l')")
_AFTER = re.compile(r"(?:'s\b)?(?!['\w-])(?!\.\w)")  # the end of a name, its "'s" included
_ANOTHER = re.compile(r"(?:,| et| ou| and| or) (?:le |la |les |the |l'|selon |d'apres )?")
_UNMISTAKABLE = re.compile(r"[A-Z]{2}|[0-9.]")  # "ISSMI", "France24": no ordinary word
_CITED = re.compile(
    r"\b(?:(?:[Ss]elon|[Dd]['’]apr[eè]s|[Aa]ccording to|[Qq]u(?:['’]|e )(?:dit|disent|écrit)) "
    r"(?:le |la |les |the |l['’])?|[Ww]hat (?:do|does|did) (?=.{2,60} (?:say|write|report)\b))"
    r"(?P<name>[A-ZÀ-Þ][\w&-]++(?: [A-ZÀ-Þ][\w&-]++)*+)(?!['’]s\b)"
)
"""What a name after "selon" or "que dit" matches, but in "what did Bezos's staff say"."""
_SHORTEST, _CLEAR = 2, 5  # letters of a source's name, and of no slip and no acronym ("OMS")
_A_YEAR = re.compile(rf"(?<![\w.,]){YEAR}(?![\w%])(?![.,][0-9])")


def check_question(question: str) -> str:
    """Normalise a question's spaces; raises QuestionError if it is empty, too long or wordless."""
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
class Meaning:
    """The filters that a question's words ask for.

    Attributes:
        filters: Days of publication and source; empty if the question names none.
        words: The exact words that became filters, in order; the reader is shown them.
        unread: The exact words that ask for days but became no filter; the reader is told.
    """

    filters: Filters
    words: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def rest_of(self, question: str) -> str:
        """Remove the words that became filters, as passages need not contain them; never all."""
        rest = self.remove_from(question)
        return rest if any(map(str.isalnum, rest)) else question

    def remove_from(self, question: str) -> str:
        """Remove the words that became filters, even if no word is left."""
        for words in self.words:
            question = question.replace(words, " ")
        return " ".join(question.split()).lstrip(" ,")

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes that tell the reader which words ask for days but became no filter."""
        text = '"{}" could not be read as days of publication: nothing was narrowed to it.'
        return tuple(Note("day-unread", text.format(w), {"words": w}) for w in self.unread)

    def within(self, given: Filters) -> tuple[Meaning, tuple[Note, ...]]:
        """Combine the filters with a caller's, and return the notes for the reader.

        If both cannot hold at once, only the caller's filters are used, and a note says so.
        """
        firsts, lasts = (given.since, self.filters.since), (given.until, self.filters.until)
        since = max(filter(None, firsts), default=None)
        until = min(filter(None, lasts), default=None)
        sources = {fold(each) for each in (given.source, self.filters.source) if each}
        if (since and until and since > until) or len(sources) > 1:
            words = ", ".join(self.words)
            text = f'"{words}" was not followed: it lies outside what the search was narrowed to.'
            return Meaning(given), (*self.notes, Note("words-outside", text, {"words": words}))
        both = replace(given, since=since, until=until, source=given.source or self.filters.source)
        return replace(self, filters=both), self.notes


def understand(question: str, today: date, sources: Sequence[str]) -> Meaning:
    """Return the filters that a question's words ask for, and those words.

    Args:
        question: The question, in French or English, with single spaces between words.
        today: The day that "last week" counts from; no filter reaches beyond it.
        sources: The names of all sources.
    """
    folded = fold_text(question)
    spans, mention = [], find_source(folded, sources)
    if mention:
        spans.append((mention.start, mention.end))
        folded = folded.without(mention.start, mention.end)
    phrases = find_date_phrases(folded, today)
    dates, unread = _agree(folded.text, [each for each in phrases if each.since or each.until])
    unread += [each for each in phrases if not (each.since or each.until)]
    spans += [(each.start, each.end) for each in dates]
    since, until = _intersect(dates)
    filters = Filters(since=since, until=until, source=mention.source if mention else None)
    return Meaning(
        filters,
        words=tuple(folded.words(*span) for span in sorted(spans)),
        unread=tuple(folded.words(*span) for span in sorted((p.start, p.end) for p in unread)),
    )


def _intersect(phrases: Sequence[DatePhrase]) -> tuple[date | None, date | None]:
    """Return the latest first day and the earliest last day of some phrases."""
    since = max((each.since for each in phrases if each.since), default=None)
    return since, min((each.until for each in phrases if each.until), default=None)


def _agree(text: str, phrases: list[DatePhrase]) -> tuple[list[DatePhrase], list[DatePhrase]]:
    """Return the phrases to follow, which all hold at once, and those to report as not followed.

    Years are neither where they are compared: in "en 2017 et pas en 2018", and in a question with
    "en 2018" that names another year as well.
    """
    since, until = _intersect(phrases)
    are_years = all(each.is_year for each in phrases)
    if since and until and since > until:
        return [], [] if are_years else phrases
    spans = [(each.start, each.end) for each in phrases]
    others = [
        int(year.group())
        for year in _A_YEAR.finditer(text)
        if not any(start <= year.start() < end for start, end in spans)
    ]
    first, last = since.year if since else 0, until.year if until else 9999
    fits = not are_years or all(first <= year <= last for year in others)
    return (phrases if fits else []), []


@dataclass(frozen=True, slots=True)
class Mention:
    """A source, and the words that name it: ``text[start:end]`` of the folded question."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling of a source's name: whole, or without its article.

    Attributes:
        source: The name that filters use.
        written: The spelling.
        folded: The spelling, folded.
        capitals: Offsets in ``folded`` of the words that begin with a capital.
    """

    source: str
    written: str
    folded: str
    capitals: tuple[int, ...]


def find_source(question: FoldedText, sources: Sequence[str]) -> Mention | None:
    """Return the one source that a question asks for; None if it names none, or several.

    Args:
        question: The question.
        sources: The names of all sources.
    """
    leads = list(_LEAD.finditer(question.text))
    if not leads or not sources:
        return None
    whole, short = map(list, map(chain.from_iterable, zip(*map(_spell_name, sources), strict=True)))
    mentions = [each for lead in leads if (each := _find_name(lead, whole, short, question))]
    if len({mention.source for mention in mentions}) != 1:
        return None
    names = [*whole, *short]
    is_list = any(_is_followed(question.text, mention.end, names) for mention in mentions)
    return None if is_list else mentions[0]


def find_stranger(question: str, sources: Sequence[str]) -> str:
    """Return the name that a question cites if it is no source's; empty if none, or a short one."""
    found = _CITED.search(question)
    name = found["name"] if found and not find_source(fold_text(question), sources) else ""
    return name if len(name) >= _CLEAR else ""


@lru_cache(maxsize=1 << 16)
def _spell_name(source: str) -> tuple[tuple[_Name, ...], tuple[_Name, ...]]:
    """Return a source's spellings ("BBC News", "BBC"), then those without their article."""
    names = dict.fromkeys((source.strip(), re.sub(r"(?i)(?<!\s)\s+news\Z", "", source.strip())))
    whole = tuple(_fold_name(source, name) for name in names)
    articles = ((name, _ARTICLE.match(name.folded)) for name in whole)
    return whole, tuple(_fold_name(source, n.written[a.end() :]) for n, a in articles if a)


def _fold_name(source: str, written: str) -> _Name:
    name = fold_text(written)
    words = re.finditer(r"\b\w", name.text)
    capitals = tuple(word.start() for word in words if name.is_capital(word.start()))
    return _Name(source, written, name.text, capitals)


def _find_name(
    lead: re.Match[str], whole: Sequence[_Name], short: Sequence[_Name], question: FoldedText
) -> Mention | None:
    """Return the longest name after a preposition, with or without its article; None if none."""
    starts = [(lead.end(), whole)]
    if lead["the"]:
        starts = [(lead.start("the"), whole), (lead.end(), [*whole, *short])]
    mentions = [
        Mention(name.source, max(lead.start(), *map(lead.start, ("by", "in", "say"))), end)
        for start, names in starts
        for name, end in _match_names(question.text, start, names)
        if _is_meant(name, question, start, end, sure=bool(lead["sure"]) or _is_full(name, lead))
    ]
    return max(mentions, key=lambda mention: mention.end, default=None)


def _is_full(name: _Name, lead: re.Match[str]) -> bool:
    """Say whether a name after "articles de" needs no capitals: several words ("lucie ferrand")."""
    is_place = lead[0].startswith(("dans ", "in "))
    return " " in name.folded and not is_place and not _ARTICLE.match(name.folded)


def _match_names(text: str, start: int, names: Sequence[_Name]) -> Iterator[tuple[_Name, int]]:
    """Yield the names that begin at ``text[start]``, each with its end."""
    for name in names:
        if len(name.folded) >= _SHORTEST and text.startswith(name.folded, start):
            after = _AFTER.match(text, start + len(name.folded))
            if after:
                yield name, after.end()


def _is_meant(name: _Name, question: FoldedText, start: int, end: int, *, sure: bool) -> bool:
    """Say whether ``text[start:end]`` is a source; ``sure``: no capitals are needed to tell."""
    is_possessive = end > start + len(name.folded)
    if not is_possessive and question.text[end : end + 1] == " " and question.is_capital(end + 1):
        return False  # the start of a longer name, which is not this one
    if name.capitals and all(question.is_capital(start + place) for place in name.capitals):
        return True
    is_clear = is_possessive or _UNMISTAKABLE.search(name.written)
    return sure and bool(is_clear or CLAUSE_END.match(question.text, end))


def _is_followed(text: str, end: int, names: Sequence[_Name]) -> bool:
    """Say whether another source is named right after a name: "Le Monde et Nature"."""
    another = _ANOTHER.match(text, end)
    return bool(another and any(_match_names(text, another.end(), names)))
