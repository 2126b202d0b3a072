"""Which words of a question ask for days of publication, and for which days.

A moment ("juin 2018") is read together with what stands before it ("depuis", "fin"); two moments
may be the ends of a range. "En mai" asks when; "Theresa May", "mai 68", "le 14 juillet" and "her
last year" are what a story is about and no filter, and so is what is doubtful. What asks for days
that there are not ("le 31 avril") is returned without days, so that it can be said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from embeddings.question import dateforms as forms
from embeddings.question.days import Days, days_of, has_year, moment_of, third

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.text.analysis import FoldedText

EARLIEST = 1990
"""The first year read as one of publication: before it, a year is what a story is about."""
_WRITTEN = frozenset({"day", "figures", "slash"})
"""Kinds of moment that are one written day."""
_ENDS = _WRITTEN | {"month", "year", "back", "now", "quarter", "season"}
"""Kinds of moment that can be an end of a range."""
_ALONE = frozenset({"ago", "past", "back", "days", "week"})
"""Kinds of moment that need no word before them."""
_FLOATING = frozenset({"day", "slash", "month"})
"""Kinds of moment whose year may be left to the reader."""
_BOUNDS = frozenset({"since", "after", "until", "before"})
_HOLIDAYS = {(1, 1), (2, 14), (5, 1), (5, 8), (7, 4), (7, 14), (9, 11), (11, 11), (12, 25)}
"""(month, day) of days that name an event; without a year they are what a story is about."""
_MOST = 8
"""More moments than this are a calendar and not a question."""
_LAST = re.compile(r"\blast (?!year)|\b(?:dern|pass)(?!\w* an)")
CLAUSE_END = re.compile(r"\s{0,9}(?:[,;:?!.)…]|\Z)")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What ``text[start:end]`` of a folded question asks: days from ``since`` to ``until``.

    Attributes:
        start: Its first character.
        end: One past its last character.
        since: The first day, included; None when it is open.
        until: The last day, included; None when it is open, and with ``since`` when the words
            ask for days that there are not.
        is_year: It names a year and nothing smaller.
    """

    start: int
    end: int
    since: date | None = None
    until: date | None = None
    is_year: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment of a kind, such as ``month``, and what stands before it.

    ``said`` is the word before it, folded, that makes its ``lead``, such as ``since``; ``part`` is
    the third of it that is meant. It goes from ``start``, with all that stands before it, or from
    ``bare``, with its part alone, to ``end``.
    """

    kind: str
    words: str
    said: str
    lead: str | None
    part: int | None
    start: int
    bare: int
    end: int

    @property
    def is_last(self) -> bool:
        """Whether it is "mai dernier" or "last Monday"."""
        return self.kind in {"month", "weekday"} and bool(_LAST.search(self.words))

    def days(self, today: date, year: int | None = None) -> Days | None:
        """Return the days, or the part of them that is meant; in a year where one is given."""
        days = days_of(self.kind, f"{self.words} {year}" if year else self.words, today)
        return third(days, self.part) if days and self.part is not None else days


def phrases(read: FoldedText, today: date) -> tuple[Phrase, ...]:
    """Return what a question asks of the days of publication, in order.

    Args:
        read: The question.
        today: The day that it is asked on; nothing reaches beyond it.
    """
    found = [_moment(read.text, match) for match in forms.MOMENT.finditer(read.text)]
    found = [each for each in found if each.kind != "weekday" or not forms.tells_habit(read)]
    if today.year <= EARLIEST or len(found) > _MOST:
        return ()
    asked = list(_read(read, found, today))
    seen = [(each.start, each.end) for each in asked]
    seen += [(each.start, each.end) for each in found if each.kind != "year"]  # "32 mars 2018"
    unread = [
        Phrase(*match.span())
        for match in forms.LOOKS_DATED.finditer(read.text)
        if all(match.end() <= start or end <= match.start() for start, end in seen)
        and (not match["yearly"] or forms.tells_past(read))
    ]
    return tuple(sorted((*asked, *unread), key=lambda each: each.start))


def _moment(text: str, match: re.Match[str]) -> _Moment:
    """Return a moment with what stands before it."""
    before = forms.BEFORE.search(text[max(0, match.start() - forms.NEAR) : match.start()])
    said = {key: value for key, value in before.groupdict().items() if value} if before else {}
    lead = next((key for key in said if key not in forms.PARTS), None)
    start = match.start() - (len(before.group()) if before else 0)
    part = next((forms.PARTS[key] for key in said if key in forms.PARTS), None)
    bare = match.start() if lead else start
    told = said[lead] if lead else ""
    return _Moment(*moment_of(match), told, lead, part, start, bare, match.end())


def _read(read: FoldedText, found: list[_Moment], today: date) -> Iterator[Phrase]:
    """Read moments from left to right, two at a time where they are a range."""
    at = 0
    while at < len(found):
        one, other = found[at], found[at + 1] if at + 1 < len(found) else None
        asked = None
        if other and _are_joined(read.text, one, other):
            asked = _range(one, other, today)
            at += 1
        elif other and _are_listed(read.text, one, other):
            while at + 1 < len(found) and _are_listed(read.text, found[at], found[at + 1]):
                at += 1
            asked = _read_list(read, one, found[at])
        else:
            asked = _single(read, one, today)
        if asked:
            yield asked
        at += 1


def _single(read: FoldedText, moment: _Moment, today: date) -> Phrase | None:
    """Return what one moment asks, None when it is about something else."""
    onwards = forms.ONWARDS.match(read.text, moment.end) if moment.lead == "from" else None
    lead = "since" if onwards else moment.lead
    if not (onwards or _is_meant(read, moment)) or _is_a_name(read, moment):
        return None
    blank = Phrase(moment.start, onwards.end() if onwards else moment.end)
    days = moment.days(today)
    may_come = moment.kind == "weekday" and lead != "since" and not moment.is_last
    if days is None or (may_come and not forms.is_over(read, moment.said, moment.words)):
        return blank
    floating = moment.kind in _FLOATING and not (
        has_year(moment.words) or _LAST.search(moment.words)
    )
    is_holiday = (days.first.month, days.first.day) in _HOLIDAYS
    is_event = floating and moment.kind in _WRITTEN and is_holiday
    if days.first.year < EARLIEST or (is_event and lead not in _BOUNDS):
        return None
    if floating and lead in {"until", "before"} and days.first.year < today.year:
        return blank  # "avant septembre", said in July, is about the September to come
    since, until = _clip(*_bounds(lead, days), today)
    if not since and not until and lead not in _BOUNDS:
        return None if moment.kind == "year" else blank
    return Phrase(blank.start, blank.end, since, until, moment.kind == "year")


def _read_list(read: FoldedText, one: _Moment, last: _Moment) -> Phrase | None:
    """Return the words of a list, which is not followed; years in one are what is compared."""
    is_asked = one.kind != "year" and _is_meant(read, one) and not _is_a_name(read, one)
    return Phrase(one.start, last.end) if is_asked else None


def _bounds(lead: str | None, days: Days) -> tuple[date | None, date | None]:
    """Return the first and the last day that a lead asks for."""
    if lead in {"since", "after"}:
        return days.first if lead == "since" else days.last + timedelta(1), None
    if lead in {"until", "before"}:
        return None, days.last if lead == "until" else days.first - timedelta(1)
    return days.first, days.last


def _clip(since: date | None, until: date | None, today: date) -> tuple[date | None, date | None]:
    """Return bounds that do not reach beyond today; none where nothing is left of them."""
    if since and since > today:
        return None, None
    if until and until >= today:
        until = today if since else None
    return since, until


def _are_joined(text: str, one: _Moment, other: _Moment) -> bool:
    """Say whether two moments are the two ends of a range."""
    join = forms.JOINED.fullmatch(text[one.end : other.bare])
    if not join or not {one.kind, other.kind} <= _ENDS:
        return False
    if join["to"]:
        return one.lead in {"from", "on"} or one.said.endswith((" de ", " du ", " from "))
    return one.lead in {"between", "at"}


def _are_listed(text: str, one: _Moment, other: _Moment) -> bool:
    """Say whether two moments stand in a list, which no one stretch of days can be."""
    between = text[one.end : other.bare]
    return one.kind == other.kind and not other.lead and bool(forms.LISTED.fullmatch(between))


def _range(one: _Moment, other: _Moment, today: date) -> Phrase | None:
    """Return what a range asks; its first end takes the year of the other."""
    last = other.days(today)
    first = _first(one, last, today) if last else None
    if not first or not last or first.first > last.last:
        return Phrase(one.start, other.end)
    if first.first.year < EARLIEST:
        return None
    since, until = _clip(first.first, last.last, today)
    return Phrase(one.start, other.end, since, until, other.kind == "year")


def _first(one: _Moment, last: Days, today: date) -> Days | None:
    """Return the first end of a range: without a year, the latest that is not after the other."""
    if has_year(one.words) or one.kind not in {"day", "month", "quarter"}:
        return one.days(today)
    possible = (one.days(today, last.last.year - ago) for ago in (0, 1))
    return next((days for days in possible if days and days.first <= last.last), None)


def _is_meant(read: FoldedText, moment: _Moment) -> bool:
    """Say whether what stands before a moment makes it one of publication."""
    kind, lead = moment.kind, moment.lead
    if kind == "this":
        return lead == "since"
    if kind == "weekday":
        followed = lead == "since" or moment.said == "on " or moment.is_last
        return followed or forms.is_one_day(read, moment.end - len(moment.words), moment.end)
    if lead in {None, "from", "on", "between"}:
        return _stands_alone(read, moment)
    return not (
        kind in _WRITTEN and moment.said in {"in ", "en ", "au "} and not has_year(moment.words)
    )


def _stands_alone(read: FoldedText, moment: _Moment) -> bool:
    """Say whether a moment is one of publication without a word such as "since"."""
    kind, before = moment.kind, read.text[max(0, moment.start - forms.NEAR) : moment.start]
    between = moment.lead == "between" and kind != "days"
    of_something = moment.said == "d'" or forms.OF_SOMETHING.search(before)
    if between or of_something or _is_title(read, moment, before):
        return False
    if kind == "now":
        first, last = not _WORD.search(before), not _WORD.search(read.text[moment.end :])
        return moment.lead is None and (first or last)
    if kind in _ALONE or moment.part is not None or moment.is_last:
        return True
    if moment.lead == "on" or kind not in _WRITTEN | {"month", "quarter"}:
        return kind in _WRITTEN
    if moment.words.split()[0] in forms.WEEKDAYS:  # "lundi 2 juillet"
        return True
    of_another = before.endswith(" of ") or moment.words.startswith("the ")
    return moment.lead is None and has_year(moment.words) and not of_another


def _is_title(read: FoldedText, moment: _Moment, before: str) -> bool:
    """Say whether a moment has a capital that no sentence gives it: "USA Today"."""
    in_capitals = moment.kind in {"now", "back"} and read.is_capital(moment.start)
    return in_capitals and not forms.SENTENCE_START.search(before)


def _is_a_name(read: FoldedText, moment: _Moment) -> bool:
    """Say whether a month is a person, a planet or a verb: "Avril Lavigne", "since May won"."""
    if moment.kind != "month" or has_year(moment.words):
        return False
    capital = read.is_capital(moment.end - len(moment.words))
    if capital and read.text[moment.end :][:1] == " " and read.is_capital(moment.end + 1):
        return True
    if moment.words == "mars":
        return capital and moment.said != "en "
    if moment.words == "may" and forms.TRUST.search(read.text[: moment.start]):
        return True
    ends = CLAUSE_END.match(read.text, moment.end)
    return moment.words in {"may", "march"} and moment.said != "in " and not ends
