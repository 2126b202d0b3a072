"""Days as people write them in French and English -> dates; a day that does not exist is none."""

import re
from datetime import UTC, date, datetime

from embeddings.question.dateforms import MONTHS, WEEKDAYS
from embeddings.question.days import read_days

FIRST_YEAR = 1600
"""The first year of newspapers; a template's empty day lies before it."""
_ACCENTS = {ord("e"): "[eé]", ord("u"): "[uû]"}
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True)).translate(_ACCENTS)
_WEEKDAY = rf"(?:(?:{'|'.join(WEEKDAYS)}),?\s+)?"
DATE = (
    _WEEKDAY + r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](?:\d\d)?\d\d(?!\d)"
    rf"|\d{{1,2}}(?:er|st|nd|rd|th)?\s+(?:{_NAME})\.?,?\s+\d{{4}}(?!\d)"
    rf"|(?:{_NAME})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d))"
)
"""A day with its year, as a pattern to be used in another, with ``re.IGNORECASE``."""
_STAMP = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?!\d)")
_EPOCH = re.compile(r"(1[0-8]\d{8})(?:\d{3})?(?:\.\d*)?")  # in seconds or milliseconds, since 2001
_SHOWN = re.compile(DATE, re.IGNORECASE)
_LONGEST = 200
_POINT = re.compile(r"(?<=[^\W\d_])\.")  # of a month that is shortened: "May. 22, 2018"
_EITHER_WAY = re.compile(r"(?<!\d)(?:(?:0?[1-9]|1[0-2])[-/.]){2}(?:\d\d)?\d\d(?!\d)")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")


def read_date(text: str) -> date | None:
    """Return the first of the days that a text says, and nothing else but a time of day.

    A text that does not tell its year says none; the century of 22/06/18 is today's.
    """
    if iso := _STAMP.fullmatch(text.strip()):
        return _day(iso[1], iso[3], iso[4])
    days = read_days(_POINT.sub("", text), datetime.now(UTC).date(), dated=True)
    return days.first if days else None


def first_date(*texts: str | None) -> date | None:
    """Return the first day that one of some texts states, as a stamp or in words, None without any.

    A stamp is one of ISO 8601 or of a mail's head (RFC 5322).
    """
    return next((day for day in map(_read_stated, texts) if day and day.year >= FIRST_YEAR), None)


def _read_stated(text: str | None) -> date | None:
    shown = (text or "").strip()[:_LONGEST]
    if stamp := _STAMP.match(shown):
        return _day(stamp[1], stamp[3], stamp[4])
    if epoch := _EPOCH.fullmatch(shown):
        return datetime.fromtimestamp(int(epoch[1]), UTC).date()
    written = _SHOWN.search(shown)
    return read_date(written[0]) if written and not is_ambiguous(written[0]) else None


def is_ambiguous(day: str) -> bool:
    """Say whether a day is written like 03/04/2018, which English reads in two ways."""
    return _EITHER_WAY.search(day) is not None


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
