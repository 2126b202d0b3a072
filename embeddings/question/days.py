"""Turns dates and periods that people write in French and English into days of the calendar.

Weeks start on Monday (ISO 8601). Dates in digits are read day first, and month first only where no
other reading is possible, in English too: the corpora are mostly French. A date without a year is
the latest that has begun. "Il y a six jours" is that day, "il y a dix jours" the week around it.
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
"""Years in which each day of the calendar occurs, even 29 February around 1900 or 2100."""
_EXACT_DAYS = 7  # from so many days ago on, a week is meant
_PARTS, _YEAR_FIGURES = 3, 4  # parts of a whole date, digits of a year
_OVER = re.compile(r"\b(?:last|dern|pass)")  # "last", "dernier", "passée"
_OTHER_YEAR = re.compile(r"\b(?:(?P<last>l'an\w* (?:dern|pass)|last year)|cette annee|this year)")
_PART = re.compile(PART)
_STARTS = re.compile(r"\A(?:(?:le|la|les|l'|the|on|in|en|du|de|depuis|since|from|until) ?){0,4}\b")
_TIME = re.compile(r"(?<=[0-9])[t ,a]{1,4}[0-9]{1,2} ?[:h][0-9]{0,2}.{0,20}\Z")  # "t10:00"


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included; ``first <= last``."""

    first: date
    last: date


def read_days(text: str, today: date, *, dated: bool = False) -> Days | None:
    """Return the days that a text names; None if it holds more than days and a time of day.

    Args:
        text: A date or period: "22 juin 2018", "juin 2018", "2018-06-22T10:00", "last week".
        today: The day that relative periods count from.
        dated: Whether to read only dates with their year in digits.
    """
    words = _TIME.sub("", " ".join(fold(text).split()))
    start = _STARTS.match(words)
    for rest in (words[start.end() :] if start else words, words):
        part = _PART.match(rest)
        moment = MOMENT.fullmatch(rest, part.end() if part else 0)
        kind, moment_words = parse_moment(moment) if moment else ("", "")
        if moment and (not dated or has_year(moment_words, dated=True)):
            days = find_days(kind, moment_words, today)
            groups = part.groupdict() if part else {}
            which = next((PARTS[name] for name in groups if groups[name]), None)
            return take_third(days, which) if days and which is not None else days
    return None


def parse_moment(match: re.Match[str]) -> tuple[str, str]:
    """Return the kind and the words of a match of ``MOMENT``; "22 juin 18" becomes "22/6/18"."""
    kind, words = str(match.lastgroup), match.group()
    if kind != "short":
        return kind, words
    tokens = re.findall("[a-z]+|[0-9]+", words)
    return "figures", "/".join(str(MONTHS.get(t, t)) for t in tokens if t.isdigit() or t in MONTHS)


def find_days(kind: str, words: str, today: date) -> Days | None:
    """Return the days that a moment covers; None if there are no such days ("31 avril").

    Args:
        kind: The name of its group in ``dateforms.MOMENT``, such as ``day``.
        words: The folded words of the moment.
        today: The day that relative periods count from.
    """
    moment = _Moment(words, tuple(re.findall("[a-z]+|[0-9]+", words)), today)
    try:
        days = _READERS[kind](moment)
    except (ValueError, OverflowError):  # no such day, or a day before the year 1
        return None
    return days if days.first <= days.last else None


def has_year(words: str, *, dated: bool = False) -> bool:
    """Say whether a moment's words tell its year; ``dated``: only in digits."""
    numbers = re.findall("[0-9]+", words)
    if len(numbers) == _PARTS or any(len(number) == _YEAR_FIGURES for number in numbers):
        return True
    return not dated and bool(re.search(r"\b(?:year|an|annee)\b", words))


def take_third(days: Days, which: int) -> Days | None:
    """Return the first, middle or last third (0, 1, 2) of a month, year or decade; else None."""
    first, last = days.first, days.last
    if last.year == first.year + 9:
        return Days(date(first.year + 3 * which, 1, 1), date(first.year + 3 * which + 3, 12, 31))
    if days == widen("year", first):
        return _months(first.year, 1 + 4 * which, 4)
    if days != widen("month", first):
        return None
    ends = (0, 10, 20, last.day)
    return Days(first.replace(day=ends[which] + 1), first.replace(day=ends[which + 1]))


def widen(unit: str, day: date) -> Days:
    """Return the whole week, month or year around a day; the day alone for any other unit."""
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return Days(monday, monday + timedelta(6))
    if unit == "month":
        return Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    if unit == "year":
        return Days(date(day.year, 1, 1), date(day.year, 12, 31))
    return Days(day, day)


def _months(year: int, month: int, count: int) -> Days:
    """Return ``count`` months from ``month`` on, which may lie outside 1 to 12: 0 is December."""
    starts = (divmod(year * 12 + month - 1 + after, 12) for after in (0, count - 1))
    first, last = (date(year, month + 1, 1) for year, month in starts)
    return Days(first, widen("month", last).last)


def _go_back(unit: str, count: int, today: date) -> date:
    """Return the day ``count`` units before today, or the first of its month for larger units."""
    if unit in {"day", "week"}:
        return today - timedelta(count * (7 if unit == "week" else 1))
    return _months(today.year, today.month - count * (12 if unit == "year" else 1), 1).first


@dataclass(frozen=True, slots=True)
class _Moment:
    """The folded words of a moment, split into ``tokens``, and the day they were written on.

    A method that returns days raises ValueError if the words name days that do not exist.
    """

    words: str
    tokens: tuple[str, ...]
    today: date

    def find(self, table: Mapping[str, int]) -> list[int]:
        """Return a table's values for the tokens that it has, in their order."""
        return [table[token] for token in self.tokens if token in table]

    @property
    def years(self) -> list[int]:
        """The years in the words, "last year" and "this year" included."""
        in_digits = [int(t) for t in self.tokens if t.isdigit() and len(t) >= _YEAR_FIGURES]
        other = _OTHER_YEAR.search(self.words)
        return [*in_digits, self.today.year - bool(other["last"])] if other else in_digits

    @property
    def numbers(self) -> list[int]:
        """All other numbers, those in letters first; "le premier" is the 1 of a month."""
        in_digits = [int(t) for t in self.tokens if t.isdigit() and len(t) < _YEAR_FIGURES]
        spelt = [NUMBERS[t] for t in self.tokens if NUMBERS.get(t, 0) > 1 and t not in MONTHS]
        return [1] * ("premier" in self.tokens or "first" in self.tokens) + spelt + in_digits

    @property
    def is_over(self) -> bool:
        """Whether the words mean a period that is over ("mai dernier")."""
        return bool(_OVER.search(self.words))

    @property
    def unit(self) -> str:
        """The last unit of time in the words; empty if there is none."""
        named = [UNITS.get(token) or UNITS.get(token.removesuffix("s")) for token in self.tokens]
        return next(filter(None, reversed(named)), "")

    def choose(self, make: Callable[[int], Days]) -> Days:
        """Return the days in the year of the words; without a year, those of ``find_latest``."""
        if self.years:
            return make(self.years[-1])
        years = range(self.today.year + 1, self.today.year - _LEAP_CYCLE, -1)
        return self.find_latest(make, years)

    def find_latest(self, make: Callable[[int], Days], numbers: Iterable[int]) -> Days:
        """Return the first of the numbers' days that have begun or, if ``is_over``, have ended."""
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
            return self.choose(lambda each: widen("day", date(each, month, day)))
        full = self.today.year // 100 * 100 + year[0]
        return widen("day", date(full - 100 * (full > self.today.year + 1), month, day))

    def month(self) -> Days:
        """Read "juin 2018", "mai dernier"."""
        (month,) = self.find(MONTHS)
        return self.choose(lambda year: _months(year, month, 1))

    def quarter(self) -> Days:
        """Read "premier trimestre 2019", "Q1 2019", "second semestre", "last quarter"."""
        months = 6 if re.search(r"semestre|moitie|half|\b[sh][12]\b", self.words) else 3
        numbered = map(int, re.findall(r"(?<![0-9])[1-4](?![0-9])", self.words))
        nth = next(iter([*self.find(NTHS), *numbered]), 0)
        if not self.years and (self.is_over or not nth):
            ends = range(self.today.year * 12 + 13, 0, -months)
            return self.find_latest(lambda end: _months(0, end - months, months), ends)
        start = 1 + months * (min(nth, 12 // months) - 1)
        return self.choose(lambda year: _months(year, start, months))

    def season(self) -> Days:
        """Read "été 2018", "l'été dernier"; a winter's year is that of its January."""
        (month,) = self.find(SEASONS)
        return self.choose(lambda year: _months(year - (month == MONTHS["december"]), month, 3))

    def back(self) -> Days:
        """Read "hier", "cette semaine", "last month", "le week-end dernier", "this quarter"."""
        if named := self.find(NAMED):
            return widen("day", _go_back("day", named[0] + ("before" in self.tokens), self.today))
        if "end" in self.tokens or "weekend" in self.tokens:
            monday = widen("week", self.today).first
            return self.find_latest(
                lambda ago: Days(*(monday + timedelta(day - ago) for day in (5, 6))), (0, 7, 14)
            )
        if self.find(SEASONS):
            return self.season()
        if not self.unit:
            return self.quarter()
        return widen(self.unit, _go_back(self.unit, int(self.is_over), self.today))

    @property
    def count(self) -> int:
        """The number in the words; 1 when there is none."""
        tokens = self.tokens[3:] if self.words.startswith("il y a ") else self.tokens
        numbers = (int(t) if t.isdigit() else NUMBERS.get(t, 0) for t in tokens)
        return next(filter(None, numbers), 1)

    def ago(self) -> Days:
        """Read "il y a trois jours": the day, or the whole week, month or year at that distance."""
        day = _go_back(self.unit, self.count, self.today)
        return widen("week" if self.unit == "day" and self.count >= _EXACT_DAYS else self.unit, day)

    def past(self) -> Days:
        """Read "ces trois derniers jours": all days from that day until today."""
        first = _go_back(self.unit, self.count, self.today)
        if self.unit in {"month", "year"}:
            first = first.replace(day=min(self.today.day, widen("month", first).last.day))
        return Days(first, self.today)

    def weekday(self) -> Days:
        """Read "lundi" or "last Monday": the last before today; "ce lundi" may be today."""
        (weekday,) = self.find(WEEKDAYS)
        least = int(self.tokens[0] not in {"ce", "this"})
        days_ago = (self.today.weekday() - weekday - least) % 7 + least
        return widen("day", self.today - timedelta(days_ago))


_READERS: dict[str, Callable[[_Moment], Days]] = {
    "figures": _Moment.figures, "slash": _Moment.figures, "day": _Moment.day, "days": _Moment.day,
    "week": lambda moment: widen("week", moment.day().first), "month": _Moment.month,
    "quarter": _Moment.quarter, "season": _Moment.season,
    "decade": lambda moment: _months(moment.years[0], 1, 120),
    "numbered": lambda moment: _months(moment.years[0], moment.numbers[0], 1),
    "year": lambda moment: widen("year", date(moment.years[0], 1, 1)),
    "now": _Moment.back, "back": _Moment.back, "this": _Moment.back, "ago": _Moment.ago,
    "past": _Moment.past, "weekday": _Moment.weekday,
}  # fmt: skip
