"""Days as people write them in French and English -> dates; a day that does not exist is none."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    "janvier janv january jan",
    "février fevrier févr fevr fév february feb",
    "mars march mar",
    "avril avr april apr",
    "mai may",
    "juin june jun",
    "juillet juil july jul",
    "août aout august aug",
    "septembre sept september sep",
    "octobre october oct",
    "novembre november nov",
    "décembre decembre déc december dec",
)
_NUMBERS = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAME = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_WEEKDAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+)?"
)

DATE = (
    _WEEKDAY + r"(?:"
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"
    r"|(?P<day2>\d{1,2})[-/.](?P<month2>\d{1,2})[-/.](?P<year2>\d{4})(?!\d)"
    rf"|(?P<day3>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<name3>{_NAME})\.?,?\s+(?P<year3>\d{{4}})(?!\d)"
    rf"|(?P<name4>{_NAME})\.?\s+(?P<day4>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year4>\d{{4}})(?!\d)"
    r")"
)
"""A day with its year, as a pattern to be used once in another, with ``re.IGNORECASE``."""

_WHOLE = re.compile(r"\A" + DATE + r"(?:[T ,à]+\d{1,2}[:h]\d{0,2}.{0,20})?", re.IGNORECASE)
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")


def read_date(text: str) -> date | None:
    """Return the day that a text says, and nothing else but a time of day; None when it is none."""
    found = _WHOLE.fullmatch(text.strip())
    return matched_date(found) if found else None


def matched_date(found: re.Match[str]) -> date | None:
    """Return the day of a match of ``DATE``; 03/04/2018 is read day first, as in French."""
    groups = {key.rstrip("234"): value for key, value in found.groupdict().items() if value}
    month = groups.get("month") or _NUMBERS[groups["name"].casefold()]
    return _day(groups["year"], month, groups["day"])


def is_ambiguous(found: re.Match[str]) -> bool:
    """Say whether a match of ``DATE`` is one like 03/04/2018, which English reads in two ways."""
    numbers = (found["day2"], found["month2"])
    return all(n is not None and int(n) <= len(_MONTHS) for n in numbers)


def date_in_name(stem: str) -> date | None:
    """Return the day in a file's name, such as ``2018-06-22-amazon`` or ``20180622``."""
    found = _IN_NAME.search(stem)
    return _day(found[1], found[2], found[3]) if found else None


def without_date(stem: str) -> str:
    """Return a file's name without the day in it."""
    return _IN_NAME.sub(" ", stem) if date_in_name(stem) else stem


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
