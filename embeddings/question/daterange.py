"""A moment in words ("22 juin 2018", "last week") -> the days it covers, seen from a given day.

Weeks start on Monday (ISO 8601). Figures read day first, month first only where nothing else is
possible, in English too: the corpora are mostly French. What has no year is the latest that is not
after today. Days are counted one by one up to six; "il y a dix jours" is the week of that day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from embeddings.question.datewords import MONTHS, NUMBERS, SEASONS, UNITS, WEEKDAYS, YEAR

EARLIEST = 1990
"""The first year read as one of publication: before it, a year is what a story is about."""
_LEAP_CYCLE = 9
"""Years in which every day of the calendar comes round, 29 February over 1900 or 2100 apart."""
_EXACT_DAYS = 7
_LAST_MONTH = 12
_FIRST_THIRD, _SECOND_THIRD = 10, 20
_HOLIDAYS = {(1, 1), (2, 14), (5, 1), (5, 8), (7, 4), (7, 14), (9, 11), (11, 11), (12, 25)}
"""(month, day) of days that name an event; without a year they are what a story is about."""

_WEEKDAY = re.compile(rf"\b(?:{WEEKDAYS['fr']}|{WEEKDAYS['en']})\b,?")
_MONTH = re.compile(rf"{MONTHS['fr']}|{MONTHS['en']}")
_YEAR = re.compile(rf"(?<![0-9]){YEAR}(?![0-9])")
_THE_YEAR_BEFORE = re.compile(r"(?:(?:de |of )?(?:l'an\w* (?:dern|pass)\w+|last year))\Z")
_THIS_YEAR = re.compile(r"(?:(?:de |of )?(?:cette annee|this year))\Z")
_NOT_WRITTEN = re.compile(r"\b(?:last|dernier|the|of|de)\b")
_DAY_AND_DAY = re.compile(r"([0-9]{1,2})[a-z]{0,2}(?: ?- ?| [a-z]+ (?:le |the )?)(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included; ``first <= last``."""

    first: date
    last: date


def days_of(kind: str, words: str, today: date) -> Days | None:
    """Return the days that a moment covers, None when there are none.

    Args:
        kind: What ``datewords.MOMENT`` says it is, without the language, such as ``day``.
        words: The moment, folded.
        today: The day that it is seen from.
    """
    if kind in {"day", "month"}:
        words = _THE_YEAR_BEFORE.sub(str(today.year - 1), words)
        words = _THIS_YEAR.sub(str(today.year), words)
    covered = _READERS[kind](words, today)
    return covered if covered and covered.first.year >= EARLIEST else None


def has_year(words: str) -> bool:
    """Say whether a moment's words tell its year."""
    return bool(_YEAR.search(words) or re.search(r"\b(?:year|an|annee)\b", words))


def is_holiday(days: Days) -> bool:
    """Say whether a day names an event, so that without a year it is what a story is about."""
    return (days.first.month, days.first.day) in _HOLIDAYS


def third(days: Days, which: int) -> Days | None:
    """Return the first, middle or last third (0, 1, 2) of a month or a year, else None."""
    first, last = days.first, days.last
    if days == _unit("year", first):
        start = first.replace(month=1 + 4 * which)
        return Days(start, _unit("month", start.replace(month=start.month + 3)).last)
    if days != _unit("month", first):
        return None
    ends = (first.replace(day=_FIRST_THIRD), first.replace(day=_SECOND_THIRD), last)
    return Days(first if which == 0 else ends[which - 1] + timedelta(1), ends[which])


def _back(unit: str, count: int, today: date) -> date:
    """Return the day, or the first day of the month or year, so many units before today."""
    if unit in {"day", "week"}:
        return today - timedelta(count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    return date(max(months // 12, 1), months % 12 + 1, 1)


def _unit(unit: str, day: date) -> Days:
    """Return the whole day, week, month or year that a day lies in."""
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return Days(monday, monday + timedelta(6))
    if unit == "month":
        return Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    if unit == "year":
        return Days(date(day.year, 1, 1), date(day.year, 12, 31))
    return Days(day, day)


def _parsed(written: str, today: date) -> date | None:
    """Read a written day with dateparser, which is imported at the first need: it is slow."""
    import dateparser  # half a second, and most questions name no date

    found = dateparser.parse(
        written,
        languages=["fr", "en"],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001 - a day
            "TIMEZONE": "UTC",
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": "past",
            "PREFER_DAY_OF_MONTH": "first",
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    return found.date() if found else None


def _dated(written: str, today: date) -> date | None:
    """Read a day or the first of a month; without a year, the latest that is not after today."""
    plain = " ".join(_NOT_WRITTEN.sub(" ", _WEEKDAY.sub(" ", written)).split())
    if year := _YEAR.search(plain):
        found = _parsed(plain, today)
        return found if found and found.year == int(year.group()) else None
    mark = "/" if "/" in plain else " "
    for number in range(today.year, today.year - _LEAP_CYCLE, -1):
        found = _parsed(f"{plain}{mark}{number}", today)
        if found and found <= today:
            return found
    return None


def _day(words: str, today: date) -> Days | None:
    found = _dated(words, today)
    return Days(found, found) if found else None


def _several(words: str, today: date) -> Days | None:
    """Read "3 au 12 mars 2018" or "march 3 to 12, 2018": the last day, then the first."""
    start = _DAY_AND_DAY.search(words)
    last = _dated(words[: start.start()] + words[start.end() :], today) if start else None
    if not start or not last or not 0 < int(start[1]) <= last.day:
        return None
    return Days(last.replace(day=int(start[1])), last)


def _month(words: str, today: date) -> Days | None:
    found = _dated(words, today)
    if not found:
        return None
    if re.search(r"\b(?:last|dernier)\b", words) and _unit("month", found).last >= today:
        found = found.replace(year=found.year - 1)
    return _unit("month", found)


def _year(words: str, _today: date) -> Days | None:
    return _unit("year", date(int(words), 1, 1))


def _now(_words: str, today: date) -> Days | None:
    return Days(today, today)


def _named(words: str, today: date) -> Days | None:
    """Read "hier", "cette semaine", "last month"."""
    if "hier" in words or "yesterday" in words:
        before = 2 if re.match(r"avant|(?:the )?day before", words) else 1
        return _unit("day", _back("day", before, today))
    if words in {"ce matin", "this morning"}:
        return Days(today, today)
    count = 1 if re.search(r"dern|pass|last", words) else 0
    unit = _unit_of(words)
    return _unit(unit, _back(unit, count, today))


def _ago(words: str, today: date) -> Days | None:
    unit, count = _unit_of(words), _count(words)
    day = _back(unit, count, today)
    return _unit("week" if unit == "day" and count >= _EXACT_DAYS else unit, day)


def _past(words: str, today: date) -> Days | None:
    """Read "ces trois derniers jours": from so long ago until today."""
    unit, count = _unit_of(words), _count(words)
    first = _back(unit, count, today)
    if unit in {"month", "year"}:
        first = first.replace(day=min(today.day, _unit("month", first).last.day))
    return Days(first, today)


def _weekday(words: str, today: date) -> Days | None:
    """Read "lundi" or "last Monday": the last one before today."""
    name = _WEEKDAY.search(words)
    found = _parsed(name.group(), today) if name else None
    return Days(found, found) if found else None


def _season(words: str, _today: date) -> Days | None:
    name = next(word for word in words.split() if word in SEASONS)
    start = date(int(words[-4:]), SEASONS[name], 1)
    return Days(start, _unit("month", start.replace(month=start.month + 2)).last)


def _this(words: str, today: date) -> Days | None:
    """Read "le début de l'année", which is only asked after "depuis"."""
    return _unit(_unit_of(words), today)


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


_READERS = {
    "figures": _day, "slash": _day, "day": _day, "days": _several, "month": _month, "year": _year,
    "now": _now, "back": _named, "ago": _ago, "past": _past, "weekday": _weekday,
    "season": _season, "this": _this,
}  # fmt: skip
