"""When and where a story was published, as a question's words ask it -> filters.

"Que disait Le Monde depuis mars ?" narrows the search by day, "selon ISSMI" by source. A wrong
filter hides the answer, so a doubtful expression is no filter: months and years need a word such
as "en" or "since" before them, names and eras are left alone, and expressions that contradict each
other cancel out. Days are seen from a given today, weeks start on Monday (ISO 8601), and figures
read day first (see ``daterange``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from embeddings.analysis import fold
from embeddings.daterange import EARLIEST, Days, days_of, has_year, is_holiday, third
from embeddings.datewords import BEFORE, JOINED, MOMENT, ONWARDS, YEAR
from embeddings.sourcewords import source_named
from embeddings.types import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

_NEAR = 60
"""How many characters before a moment can say how it is meant."""
_ALONE = {"ago", "past", "back", "days"}
"""Kinds of moment that need no word before them."""
_DAYS = {"day", "figures", "slash"}
_PAIRED = {"day", "figures", "slash", "month", "year", "back", "now"}
_PARTS = {"early": 0, "middle": 1, "mid": 1, "late": 2}
_OF_SOMETHING = re.compile(
    r"(?:\b(?:his|her|its|their|our|my|your|whose|the|very|than|over|least|most) |\bd'|'s )\Z"
)
"""Words that make "last year" or "hier" a part of something else."""
_TRUST = re.compile(r"\b(?:confidence|trust|faith|believe) \Z")
_CLAUSE_END = re.compile(r"\s*(?:[,;:?!.)…]|\Z)")
_SENTENCE_START = re.compile(r"(?:\A|[.?!:«\"(])\W*\Z")
_A_YEAR = re.compile(rf"(?<![\w.,]){YEAR}(?![\w%])(?![.,][0-9])")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question's words narrow the search to.

    Attributes:
        filters: Days of publication and source; empty when nothing was said.
        words: The exact words of the question that said so, in order, to be shown back.
    """

    filters: Filters
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Expression:
    """Words from ``start`` to ``end`` of the folded text, and the days they ask for."""

    start: int
    end: int
    since: date | None
    until: date | None
    of_years: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment and what stands before it.

    Attributes:
        kind: What it is, such as ``month``; its words are ``words``, folded.
        lead: How it is meant, such as ``since``; None when nothing says so.
        said: The words of the lead, folded.
        part: Which third of it is meant, None for all of it.
        start: Where the words begin, lead and part included.
        bare: Where the moment begins, with its part and without its lead.
    """

    kind: str
    language: str
    words: str
    lead: str | None
    said: str
    part: int | None
    start: int
    bare: int
    end: int


def understand(question: str, today: date, sources: Sequence[str]) -> Understood:
    """Return the filters that a question's words ask for, and those words.

    Args:
        question: The question, in French or English.
        today: The day that "last week" is seen from; no filter reaches beyond it.
        sources: The names of the sources that there are.
    """
    text, places = _folded(question)
    named = source_named(question, text, places, sources)
    filters, spans = Filters(), []
    if named is not None:
        filters, spans = Filters(source=named.source), [(named.start, named.end)]
        text = text[: named.start] + "|" * (named.end - named.start) + text[named.end :]
    asked = _Reading(question, text, places, today).expressions() if today.year > EARLIEST else ()
    since = max((e.since for e in asked if e.since), default=None)
    until = min((e.until for e in asked if e.until), default=None)
    if asked and not (since and until and since > until) and not _other_years(text, asked):
        filters = Filters(since=since, until=until, source=filters.source)
        spans += [(e.start, e.end) for e in asked]
    return Understood(filters, tuple(_words(question, places, *span) for span in sorted(spans)))


class _Reading:
    """A folded question, read from left to right for dates."""

    def __init__(self, question: str, text: str, places: Sequence[int], today: date) -> None:
        self.question, self.text, self.places, self.today = question, text, places, today

    def expressions(self) -> tuple[_Expression, ...]:
        """Return what the question asks of the day of publication."""
        return tuple(found for found in self._read() if found.since or found.until)

    def _read(self) -> Iterator[_Expression]:
        moments = [self._moment(match) for match in MOMENT.finditer(self.text)]
        at = 0
        while at < len(moments):
            pair = moments[at : at + 2]
            joined = len(pair) > 1 and self._are_joined(*pair)
            found = self._range(*pair) if joined else self._single(pair[0])
            at += 2 if joined else 1
            if found:
                yield found

    def _moment(self, match: re.Match[str]) -> _Moment:
        """Return a moment with what stands before it, in the language that explains the most."""
        language, kind = str(match.lastgroup).split("_", 1)
        languages = {"xx": ("fr", "en"), "us": ("en",)}.get(language, (language,))
        near = self.text[max(0, match.start() - _NEAR) : match.start()]
        found = {name: BEFORE[name].search(near) for name in languages}
        name = max(languages, key=lambda each: len(_group(found[each])))
        said = {key: value for key, value in _groups(found[name]).items() if value}
        part = next((_PARTS[key] for key in said if key in _PARTS), None)
        lead = next((key for key in said if key not in _PARTS), None)
        start = match.start() - len(_group(found[name]))
        bare = start if lead is None else match.start()
        return _Moment(
            kind,
            name,
            match.group(),
            lead,
            said.get(lead or "", ""),
            part,
            start,
            bare,
            match.end(),
        )

    def _days(self, moment: _Moment, words: str | None = None) -> Days | None:
        """Return the days, or the part of them that is meant."""
        days = days_of(moment.kind, words or moment.words, self.today)
        return third(days, moment.part) if days and moment.part is not None else days

    def _single(self, moment: _Moment) -> _Expression | None:
        """Return what one moment asks, None when it is about something else."""
        onwards = ONWARDS.match(self.text, moment.end) if moment.lead == "from" else None
        lead, end = ("since", onwards.end()) if onwards else (moment.lead, moment.end)
        if not (onwards or self._is_meant(moment)) or self._is_a_name(moment):
            return None
        days = self._days(moment)
        if days is None or (moment.kind in _DAYS and is_holiday(moment.words, days)):
            return None
        floating = moment.kind in {"day", "slash", "month"} and not has_year(moment.words)
        if lead in {"until", "before"} and floating and days.first.year < self.today.year:
            return None  # "avant septembre", said in July, is about the September to come
        since, until = self._clipped(*_bounds(lead, days))
        return _Expression(moment.start, end, since, until, moment.kind == "year")

    def _are_joined(self, one: _Moment, other: _Moment) -> bool:
        """Say whether two moments are the two ends of a range."""
        join = JOINED[one.language].fullmatch(self.text[one.end : other.bare])
        if not join or not {one.kind, other.kind} <= _PAIRED:
            return False
        return (one.lead in {"from", "on"}) if join["to"] else (one.lead in {"between", "at"})

    def _range(self, one: _Moment, other: _Moment) -> _Expression | None:
        """Return what a range asks; its first end takes the year of the other."""
        last = self._days(other)
        first = self._first(one, last) if last else None
        if not first or not last or first.first > last.last:
            return None
        since, until = self._clipped(first.first, last.last)
        return _Expression(one.start, other.end, since, until, other.kind == "year")

    def _first(self, one: _Moment, last: Days) -> Days | None:
        if has_year(one.words) or one.kind not in {"day", "month"}:
            return self._days(one)
        for year in (last.last.year, last.last.year - 1):
            days = self._days(one, f"{one.words} {year}")
            if days and days.first <= last.last:
                return days
        return None

    def _clipped(self, since: date | None, until: date | None) -> tuple[date | None, date | None]:
        """Return bounds that do not reach beyond today; none where nothing is left of them."""
        if since and since > self.today:
            return None, None
        if until and until >= self.today:
            until = self.today if since else None
        return since, until

    def _is_meant(self, moment: _Moment) -> bool:
        """Say whether what stands before a moment makes it one of publication."""
        kind, lead = moment.kind, moment.lead
        if kind == "this":
            return lead == "since"
        if kind == "weekday":
            return lead == "since" or self._last(moment) or moment.said == "on "
        if lead in {None, "from", "on", "between"}:
            return self._stands_alone(moment)
        return not (kind in _DAYS and moment.said in {"in ", "en "} and not has_year(moment.words))

    def _stands_alone(self, moment: _Moment) -> bool:
        """Say whether a moment needs no word such as "since"."""
        kind, before = moment.kind, self.text[max(0, moment.start - _NEAR) : moment.start]
        if moment.lead == "between" and kind != "days":
            return False
        if _OF_SOMETHING.search(before) or moment.said == "d'" or self._is_capital(moment):
            return False
        if kind == "now":
            ends = not re.search(r"\w", self.text[moment.end :])
            return not moment.lead and (ends or not re.search(r"\w", before))
        if kind in _ALONE or moment.part is not None or self._last(moment):
            return True
        if kind not in _DAYS or moment.lead == "from" or moment.words.startswith("the "):
            return moment.lead == "on" and kind in _DAYS
        return moment.lead == "on" or (has_year(moment.words) and not before.endswith(" of "))

    def _last(self, moment: _Moment) -> bool:
        """Say whether it is "mai dernier" or "last Monday"."""
        named = moment.kind in {"month", "weekday"}
        return named and bool(re.search(r"\blast (?!year)|\b(?:derni|passe)", moment.words))

    def _is_capital(self, moment: _Moment) -> bool:
        """Say whether a moment has a capital that no sentence gives it: "USA Today"."""
        place = self.places[moment.start]
        if moment.kind not in {"now", "back"} or not self.question[place].isupper():
            return False
        return not _SENTENCE_START.search(self.text[max(0, moment.start - _NEAR) : moment.start])

    def _is_a_name(self, moment: _Moment) -> bool:
        """Say whether a month is a person, a planet or a verb: "Avril Lavigne", "since May said"."""
        if moment.kind != "month" or has_year(moment.words):
            return False
        name = self.question[self.places[moment.end - len(moment.words)] :]
        after = self.text[moment.end :]
        follows = self.question[self.places[moment.end - 1] + 1 :]
        if name[0].isupper() and follows[:1] == " " and follows[1:2].isupper():
            return True
        if moment.words == "mars":
            return name[0].isupper() and moment.said != "en "
        if moment.words == "may" and _TRUST.search(self.text[: moment.start]):
            return True
        return (
            moment.words in {"may", "march"}
            and moment.said != "in "
            and not _CLAUSE_END.match(after)
        )


def _group(found: re.Match[str] | None) -> str:
    return found.group() if found else ""


def _groups(found: re.Match[str] | None) -> dict[str, str | None]:
    return found.groupdict() if found else {}


def _bounds(lead: str | None, days: Days) -> tuple[date | None, date | None]:
    """Return the first and the last day that a lead asks for."""
    if lead in {"since", "after"}:
        return days.first if lead == "since" else days.last + timedelta(1), None
    if lead in {"until", "before"}:
        return None, days.last if lead == "until" else days.first - timedelta(1)
    return days.first, days.last


def _other_years(text: str, asked: Sequence[_Expression]) -> bool:
    """Say whether a year outside those asked for is named: then years are the subject."""
    if not all(each.of_years for each in asked):
        return False
    since = max((e.since.year for e in asked if e.since), default=0)
    until = min((e.until.year for e in asked if e.until), default=9999)
    spans = [(e.start, e.end) for e in asked]
    years = (m for m in _A_YEAR.finditer(text) if not any(a <= m.start() < b for a, b in spans))
    return any(not since <= int(year.group()) <= until for year in years)


def _folded(question: str) -> tuple[str, Sequence[int]]:
    """Return the folded question, and for each of its characters its place in the question."""
    if question.isascii():
        return question.lower(), range(len(question))
    pairs = [(letter, i) for i, written in enumerate(question) for letter in _letters(written)]
    return "".join(letter for letter, _ in pairs), [i for _, i in pairs]


@lru_cache(maxsize=4096)
def _letters(written: str) -> str:
    """Return what one character folds to: nothing, one letter or several."""
    return fold(written)


def _words(question: str, places: Sequence[int], start: int, end: int) -> str:
    """Return the exact words of the question, from and to places in the folded text."""
    last = places[end - 1] + 1
    while last < len(question) and not _letters(question[last]):
        last += 1  # an accent that is a character of its own belongs to the letter before it
    return question[places[start] : last].strip()
