"""Days as people write them in French and English -> dates: the one reader of them.

Weeks start on Monday (ISO 8601). Figures read day first, month first only where nothing else is
possible, in English too: the corpora are mostly French. What has no year is the latest that has
begun. Days are counted one by one up to six; "il y a dix jours" is the week of that day.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from embeddings.question.dateforms import (
    MOMENT,
    MONTHS,
    NAMED,
    NTHS,
    NUMBERS,
    PART,
    PARTS,
    SEASONS,
    UNITS,
    WEEKDAYS,
)
from embeddings.text.analysis import fold

_LEAP_CYCLE = 9
"""Years in which every day of the calendar comes round, 29 February over 1900 or 2100 apart."""
_EXACT_DAYS = 7
_PARTS, _YEAR_FIGURES = 3, 4
_OVER = re.compile(r"\b(?:last|dern|pass)")
_OTHER_YEAR = re.compile(r"\b(?:(?P<last>l'an\w* (?:dern|pass)|last year)|cette annee|this year)")
_PART = re.compile(PART)
_STARTS = re.compile(r"\A(?:(?:le|la|les|l'|the|on|in|en|du|de|depuis|since|from|until) ?){0,4}\b")
_TIME = re.compile(r"(?<=[0-9])[t ,a]{1,4}[0-9]{1,2} ?[:h][0-9]{0,2}.{0,20}\Z")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included; ``first <= last``."""

    first: date
    last: date


def read_days(text: str, today: date, *, dated: bool = False) -> Days | None:
    """Return the days that a text names, when it names nothing else but a time of day.

    Args:
        text: Such as "22 juin 2018", "juin 2018", "2018-06-22T10:00", "last week".
        today: The day that it is seen from.
        dated: Read only what tells its year by itself.
    """
    words = _TIME.sub("", " ".join(fold(text).split()))
    start = _STARTS.match(words)
    for rest in (words[start.end() :] if start else words, words):
        part = _PART.match(rest)
        moment = MOMENT.fullmatch(rest, part.end() if part else 0)
        kind, told = moment_of(moment) if moment else ("", "")
        if moment and (not dated or has_year(told, dated=True)):
            days = days_of(kind, told, today)
            said = part.groupdict() if part else {}
            which = next((PARTS[name] for name in said if said[name]), None)
            return third(days, which) if days and which is not None else days
    return None


def moment_of(found: re.Match[str]) -> tuple[str, str]:
    """Return the kind and the words of a match of ``MOMENT``; "22 juin 18" becomes figures."""
    kind, words = str(found.lastgroup), found.group()
    if kind != "short":
        return kind, words
    tokens = re.findall("[a-z]+|[0-9]+", words)
    return "figures", "/".join(str(MONTHS.get(t, t)) for t in tokens if t.isdigit() or t in MONTHS)


def days_of(kind: str, words: str, today: date) -> Days | None:
    """Return the days that a moment covers, None when there are none.

    Args:
        kind: What ``dateforms.MOMENT`` says it is, such as ``day``.
        words: The moment, folded.
        today: The day that it is seen from.
    """
    moment = _Moment(words, tuple(re.findall("[a-z]+|[0-9]+", words)), today)
    try:
        days = _READERS[kind](moment)
    except (ValueError, OverflowError):  # no such day, or one before the year 1
        return None
    return days if days.first <= days.last else None


def has_year(words: str, *, dated: bool = False) -> bool:
    """Say whether a moment's words tell its year; ``dated``: in figures."""
    figures = re.findall("[0-9]+", words)
    if len(figures) == _PARTS or any(len(figure) == _YEAR_FIGURES for figure in figures):
        return True
    return not dated and bool(re.search(r"\b(?:year|an|annee)\b", words))


def third(days: Days, which: int) -> Days | None:
    """Return the first, middle or last third (0, 1, 2) of a month, year or decade, else None."""
    first, last = days.first, days.last
    if last.year == first.year + 9:
        return Days(date(first.year + 3 * which, 1, 1), date(first.year + 3 * which + 3, 12, 31))
    if days == whole("year", first):
        return _months(first.year, 1 + 4 * which, 4)
    if days != whole("month", first):
        return None
    ends = (0, 10, 20, last.day)
    return Days(first.replace(day=ends[which] + 1), first.replace(day=ends[which + 1]))


def whole(unit: str, day: date) -> Days:
    """Return the whole day, week, month or year that a day lies in."""
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return Days(monday, monday + timedelta(6))
    if unit == "month":
        return Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    if unit == "year":
        return Days(date(day.year, 1, 1), date(day.year, 12, 31))
    return Days(day, day)


def _months(year: int, month: int, count: int) -> Days:
    """Return so many whole months; a month beyond the year's is in another year."""
    starts = (divmod(year * 12 + month - 1 + after, 12) for after in (0, count - 1))
    first, last = (date(year, month + 1, 1) for year, month in starts)
    return Days(first, whole("month", last).last)


def _go_back(unit: str, count: int, today: date) -> date:
    """Return the day, or the first day of the month, so many units before today."""
    if unit in {"day", "week"}:
        return today - timedelta(count * (7 if unit == "week" else 1))
    return _months(today.year, today.month - count * (12 if unit == "year" else 1), 1).first


@dataclass(frozen=True, slots=True)
class _Moment:
    """The folded words of a moment, each of its words and numbers, and the day it is seen from.

    What its methods return are the days of the moment; each may raise ValueError for none.
    """

    words: str
    tokens: tuple[str, ...]
    today: date

    def find(self, table: Mapping[str, int]) -> list[int]:
        """Return what a table has for the words, in order."""
        return [table[token] for token in self.tokens if token in table]

    @property
    def years(self) -> list[int]:
        """The years that are told."""
        told = [int(t) for t in self.tokens if t.isdigit() and len(t) >= _YEAR_FIGURES]
        other = _OTHER_YEAR.search(self.words)
        return [*told, self.today.year - bool(other["last"])] if other else told

    @property
    def numbers(self) -> list[int]:
        """The other numbers, those in letters first; "le premier" of a month is 1."""
        told = [int(t) for t in self.tokens if t.isdigit() and len(t) < _YEAR_FIGURES]
        spelt = [NUMBERS[t] for t in self.tokens if NUMBERS.get(t, 0) > 1 and t not in MONTHS]
        return [1] * ("premier" in self.tokens or "first" in self.tokens) + spelt + told

    @property
    def is_over(self) -> bool:
        """Whether it is the last one that is over ("mai dernier")."""
        return bool(_OVER.search(self.words))

    @property
    def unit(self) -> str:
        """The last unit of time that is named."""
        named = [UNITS.get(token) or UNITS.get(token.removesuffix("s")) for token in self.tokens]
        return next(filter(None, reversed(named)), "")

    def choose(self, make: Callable[[int], Days]) -> Days:
        """Return the days in the year that is told, else the latest that have begun or are over."""
        if self.years:
            return make(self.years[-1])
        years = range(self.today.year + 1, self.today.year - _LEAP_CYCLE, -1)
        return self.latest(make, years)

    def latest(self, make: Callable[[int], Days], numbers: Iterable[int]) -> Days:
        """Return the first of some days, latest first, that have begun or, if so said, are over."""
        for number in numbers:
            try:
                days = make(number)
            except ValueError:  # 29 February
                continue
            if days.last < self.today if self.is_over else days.first <= self.today:
                return days
        raise ValueError(self.words)

    def day(self) -> Days:
        """Read "22 juin 2018", "22/06/18", "3 au 12 mars"."""
        numbers, months = self.numbers, self.find(MONTHS)
        if not months:
            return self.figures()
        return self.choose(
            lambda year: Days(*(date(year, months[-1], numbers[place]) for place in (0, -1)))
        )

    def figures(self) -> Days:
        """Read "2018-06-22", "22/06/2018", "06/22/2018", "22/06/18", "22/06"."""
        day, month, *year = self.numbers
        if len(self.tokens[0]) == _YEAR_FIGURES or month > MONTHS["december"] >= day:
            day, month = month, day
        if not year:
            return self.choose(lambda each: whole("day", date(each, month, day)))
        full = self.today.year // 100 * 100 + year[0]
        return whole("day", date(full - 100 * (full > self.today.year + 1), month, day))

    def month(self) -> Days:
        """Read "juin 2018", "mai dernier"."""
        (month,) = self.find(MONTHS)
        return self.choose(lambda year: _months(year, month, 1))

    def quarter(self) -> Days:
        """Read "premier trimestre 2019", "Q1 2019", "second semestre", "last quarter"."""
        length = 6 if re.search(r"semestre|moitie|half|\b[sh][12]\b", self.words) else 3
        numbered = map(int, re.findall(r"(?<![0-9])[1-4](?![0-9])", self.words))
        nth = next(iter([*self.find(NTHS), *numbered]), 0)
        if not self.years and (self.is_over or not nth):
            ends = range(self.today.year * 12 + 13, 0, -length)
            return self.latest(lambda end: _months(0, end - length, length), ends)
        start = 1 + length * (min(nth, 12 // length) - 1)
        return self.choose(lambda year: _months(year, start, length))

    def season(self) -> Days:
        """Read "été 2018", "l'été dernier"; a winter has the name of its January."""
        (month,) = self.find(SEASONS)
        return self.choose(lambda year: _months(year - (month == MONTHS["december"]), month, 3))

    def back(self) -> Days:
        """Read "hier", "cette semaine", "last month", "le week-end dernier", "this quarter"."""
        if named := self.find(NAMED):
            return whole("day", _go_back("day", named[0] + ("before" in self.tokens), self.today))
        if "end" in self.tokens or "weekend" in self.tokens:
            monday = whole("week", self.today).first
            return self.latest(
                lambda ago: Days(*(monday + timedelta(day - ago) for day in (5, 6))), (0, 7, 14)
            )
        if self.find(SEASONS):
            return self.season()
        if not self.unit:
            return self.quarter()
        return whole(self.unit, _go_back(self.unit, int(self.is_over), self.today))

    @property
    def count(self) -> int:
        """The number in the words; 1 when there is none."""
        tokens = self.tokens[3:] if self.words.startswith("il y a ") else self.tokens
        told = [int(t) if t.isdigit() else NUMBERS.get(t, 0) for t in tokens]
        return next(filter(None, told), 1)

    def ago(self) -> Days:
        """Read "il y a trois jours"."""
        day = _go_back(self.unit, self.count, self.today)
        return whole("week" if self.unit == "day" and self.count >= _EXACT_DAYS else self.unit, day)

    def past(self) -> Days:
        """Read "ces trois derniers jours": from so long ago until today."""
        first = _go_back(self.unit, self.count, self.today)
        if self.unit in {"month", "year"}:
            first = first.replace(day=min(self.today.day, whole("month", first).last.day))
        return Days(first, self.today)

    def weekday(self) -> Days:
        """Read "lundi" or "last Monday": the last one before today; "ce lundi" may be today."""
        (wanted,) = self.find(WEEKDAYS)
        least = int(self.tokens[0] not in {"ce", "this"})
        ago = (self.today.weekday() - wanted - least) % 7 + least
        return whole("day", self.today - timedelta(ago))


_READERS: dict[str, Callable[[_Moment], Days]] = {
    "figures": _Moment.figures, "slash": _Moment.figures, "day": _Moment.day, "days": _Moment.day,
    "week": lambda moment: whole("week", moment.day().first), "month": _Moment.month,
    "quarter": _Moment.quarter, "season": _Moment.season,
    "decade": lambda moment: _months(moment.years[0], 1, 120),
    "numbered": lambda moment: _months(moment.years[0], moment.numbers[0], 1),
    "year": lambda moment: whole("year", date(moment.years[0], 1, 1)),
    "now": _Moment.back, "back": _Moment.back, "this": _Moment.back, "ago": _Moment.ago,
    "past": _Moment.past, "weekday": _Moment.weekday,
}  # fmt: skip
