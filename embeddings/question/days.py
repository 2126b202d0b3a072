"""A moment in words ("22 juin 2018", "last week") -> the days it covers, seen from a given day.

Weeks start on Monday (ISO 8601). Figures read day first, month first only where nothing else is
possible, in English too: the corpora are mostly French. What has no year is the latest that is not
after today. Days are counted one by one up to six; "il y a dix jours" is the week of that day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from embeddings.question.datewords import (
    MONTHS,
    NTHS,
    NUMBERS,
    SEASONS,
    UNITS,
    WEEKDAYS,
    YEAR,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = {"early": 0, "middle": 1, "mid": 1, "late": 2}
"""What says which part of something is meant -> which third."""
_LEAP_CYCLE = 9
"""Years in which every day of the calendar comes round, 29 February over 1900 or 2100 apart."""
_EXACT_DAYS = 7
_YEAR_OF_TWO = 100
_FIRST_THIRD, _SECOND_THIRD = 10, 20
_HOLIDAYS = {(1, 1), (2, 14), (5, 1), (5, 8), (7, 4), (7, 14), (9, 11), (11, 11), (12, 25)}
"""(month, day) of days that name an event; without a year they are what a story is about."""
_YEAR = re.compile(rf"(?<![0-9]){YEAR}(?![0-9])")
_THE_YEAR_BEFORE = re.compile(r"(?:(?:de |of )?(?:l'an\w* (?:dern|pass)\w+|last year))\Z")
_THIS_YEAR = re.compile(r"(?:(?:de |of )?(?:cette annee|this year))\Z")
_OVER = re.compile(r"\b(?:last|dern|pass)")
_NTH = re.compile(rf"\b(?:{'|'.join(NTHS)})\b|(?<![0-9])[1-4](?![0-9])")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included; ``first <= last``."""

    first: date
    last: date


def days_of(kind: str, words: str, today: date) -> Days | None:
    """Return the days that a moment covers, None when there are none.

    Args:
        kind: What ``datewords.MOMENT`` says it is, such as ``day``.
        words: The moment, folded.
        today: The day that it is seen from.
    """
    if kind in {"day", "month", "quarter"}:
        words = _THE_YEAR_BEFORE.sub(f" {today.year - 1}", words)
        words = _THIS_YEAR.sub(f" {today.year}", words)
    try:
        return _READERS[kind](words, today)
    except (ValueError, OverflowError):  # no such day, or one before the year 1
        return None


def has_year(words: str, *, absolute: bool = False) -> bool:
    """Say whether a moment's words tell its year; ``absolute``: in four figures."""
    if _YEAR.search(words):
        return True
    short = len(re.findall(r"[0-9]+", words)) == 3  # noqa: PLR2004 - 22/06/18
    return not absolute and (short or bool(re.search(r"\b(?:year|an|annee)\b", words)))


def is_holiday(days: Days) -> bool:
    """Say whether a day names an event, so that without a year it is what a story is about."""
    return (days.first.month, days.first.day) in _HOLIDAYS


def third(days: Days, which: int) -> Days | None:
    """Return the first, middle or last third (0, 1, 2) of a month, year or decade, else None."""
    first, last = days.first, days.last
    if last.year - first.year == 9:  # noqa: PLR2004 - a decade
        return Days(date(first.year + 3 * which, 1, 1), date(first.year + 3 * which + 3, 12, 31))
    if days == whole("year", first):
        return _months(first.year, 1 + 4 * which, 4)
    if days != whole("month", first):
        return None
    ends = (first.replace(day=_FIRST_THIRD), first.replace(day=_SECOND_THIRD), last)
    return Days(first if which == 0 else ends[which - 1] + timedelta(1), ends[which])


def _months(year: int, month: int, count: int) -> Days:
    """Return so many whole months; a month beyond December is in the next year."""
    start = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    end = date(year + (month + count - 2) // 12, (month + count - 2) % 12 + 1, 1)
    return Days(start, whole("month", end).last)


def _back(unit: str, count: int, today: date) -> date:
    """Return the day, or the first day of the month or year, so many units before today."""
    if unit in {"day", "week"}:
        return today - timedelta(count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    return date(max(months // 12, 1), months % 12 + 1, 1)


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


def _latest(candidates: list[Days], today: date, *, over: bool) -> Days:
    """Return the latest that has begun by today, or that is over before it."""
    return max(
        (days for days in candidates if (days.last < today if over else days.first <= today)),
        key=lambda days: days.first,
    )


def _read_day(words: str, today: date, nth: int = 0) -> date:
    """Return a written day, the ``nth`` of those before its month, or the first of a month.

    Raises:
        ValueError: There is no such day.
    """
    figures = re.findall(r"[0-9]+", words)
    letters = re.findall(r"[a-z]+", words)
    years = [int(figure) for figure in figures if len(figure) == 4]  # noqa: PLR2004 - digits
    small = [int(figure) for figure in figures if len(figure) < 4]  # noqa: PLR2004 - digits
    small = [1] * any(word in {"premier", "first"} for word in letters) + small
    month = next((MONTHS[word] for word in letters if word in MONTHS), None)
    if month is None:
        years += [_full(year, today) for year in small[2:]]  # 22/06/18
        day, month = (small[1], small[0]) if len(figures[0]) == 4 else small[:2]  # noqa: PLR2004
        day, month = (month, day) if month > 12 >= day else (day, month)  # noqa: PLR2004
    else:
        day = small[nth] if small else 1
    for year in years or range(today.year, today.year - _LEAP_CYCLE, -1):
        if years or day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if years or found <= today:
                return found
    raise ValueError(words)


def _full(year: int, today: date) -> int:
    """Return the year of two figures, the latest that is not beyond the next one."""
    century = today.year // _YEAR_OF_TWO * _YEAR_OF_TWO
    return century + year - _YEAR_OF_TWO * (century + year > today.year + 1)


def _several(words: str, today: date) -> Days | None:
    """Read "3 au 12 mars 2018" or "march 3 to 12, 2018"."""
    first, last = _read_day(words, today), _read_day(words, today, nth=1)
    first = first.replace(year=last.year)
    return Days(first, last) if first <= last else None


def _month(words: str, today: date) -> Days:
    found = _read_day(words, today)
    if _OVER.search(words) and whole("month", found).last >= today:
        found = found.replace(year=found.year - 1)
    return whole("month", found)


def _quarter(words: str, today: date) -> Days:
    """Read "premier trimestre 2019", "Q1 2019", "second semestre", "last quarter"."""
    year = _YEAR.search(words)
    length = 6 if re.search(r"semestre|half|[sh][12]\b", words) else 3
    starts = range(1, 13, length)
    nth = next(NTHS.get(word) or int(word) for word in _NTH.findall(words))
    if year:
        return _months(int(year.group()), starts[min(nth, len(starts)) - 1], length)
    years = (today.year, today.year - 1)
    if _OVER.search(words):
        return _latest([_months(y, m, length) for y in years for m in starts], today, over=True)
    return _latest([_months(y, starts[nth - 1], length) for y in years], today, over=False)


def _decade(words: str, _today: date) -> Days:
    first = int(re.findall(r"[0-9]{4}", words)[0])
    return Days(date(first, 1, 1), date(first + 9, 12, 31))


def _read_named(words: str, today: date) -> Days:
    """Read "hier", "cette semaine", "last month", "le week-end dernier", "l'été dernier"."""
    over = bool(_OVER.search(words))
    if "hier" in words or "yesterday" in words:
        before = 2 if re.match(r"avant|(?:the )?day before", words) else 1
        return whole("day", _back("day", before, today))
    if words in {"ce matin", "this morning"}:
        return Days(today, today)
    if "week" in words and "end" in words:
        saturdays = [whole("week", today).first + timedelta(5 - 7 * weeks) for weeks in (0, 1, 2)]
        return _latest([Days(day, day + timedelta(1)) for day in saturdays], today, over=over)
    if season := _season_in(words):
        years = range(today.year - 2, today.year + 1)
        return _latest([_months(year, season, 3) for year in years], today, over=over)
    unit = _unit_of(words)
    return whole(unit, _back(unit, int(over), today))


def _ago(words: str, today: date) -> Days:
    unit, count = _unit_of(words), _count(words)
    day = _back(unit, count, today)
    return whole("week" if unit == "day" and count >= _EXACT_DAYS else unit, day)


def _past(words: str, today: date) -> Days:
    """Read "ces trois derniers jours": from so long ago until today."""
    unit, count = _unit_of(words), _count(words)
    first = _back(unit, count, today)
    if unit in {"month", "year"}:
        first = first.replace(day=min(today.day, whole("month", first).last.day))
    return Days(first, today)


def _weekday(words: str, today: date) -> Days:
    """Read "lundi" or "last Monday": the last one before today."""
    wanted = next(WEEKDAYS[word] for word in words.split() if word in WEEKDAYS)
    return whole("day", today - timedelta((today.weekday() - wanted - 1) % 7 + 1))


def _season_in(words: str) -> int | None:
    return next((SEASONS[word] for word in re.findall(r"\w+", words) if word in SEASONS), None)


def _season(words: str, _today: date) -> Days:
    """Read "été 2018"; a winter has the name of its January, or of both its years."""
    years = [int(year) for year in re.findall(YEAR, words)]
    month = _season_in(words) or 1
    return _months(years[0] - (month == 12 and len(years) == 1), month, 3)  # noqa: PLR2004


def _unit_of(words: str) -> str:
    """Return the last unit of time that is named."""
    named = [
        word.removesuffix("s") if word != "mois" else word for word in re.findall(r"\w+", words)
    ]
    return next(UNITS[word] for word in reversed(named) if word in UNITS)


def _count(words: str) -> int:
    """Return the number in the words; 1 when there is none."""
    found = re.findall(r"[0-9]+|[a-z]+", words.removeprefix("il y a "))
    numbers = (int(word) if word.isdigit() else NUMBERS.get(word, 0) for word in found)
    return next((number for number in numbers if number), 1)


_READERS: dict[str, Callable[[str, date], Days | None]] = {
    "figures": lambda words, today: whole("day", _read_day(words, today)),
    "days": _several,
    "month": _month,
    "quarter": _quarter,
    "year": lambda words, _: whole("year", date(int(words), 1, 1)),
    "decade": _decade,
    "now": lambda _, today: Days(today, today),
    "back": _read_named,
    "ago": _ago,
    "past": _past,
    "weekday": _weekday,
    "season": _season,
    "this": lambda words, today: whole(_unit_of(words), today),
}
_READERS |= {"slash": _READERS["figures"], "day": _READERS["figures"]}
