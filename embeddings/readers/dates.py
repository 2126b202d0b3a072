"""Parses dates as people write them in French and English; one that does not exist is None."""

import re
from datetime import UTC, date, datetime

from embeddings.question.dateforms import MONTHS, WEEKDAYS
from embeddings.question.days import Days, read_days

FIRST_YEAR = 1600
"""The first year of newspapers; an empty date of a template, such as 0001-01-01, is earlier."""
_ACCENTS = {ord("e"): "[eé]", ord("u"): "[uû]"}
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True)).translate(_ACCENTS)
_WEEKDAY = rf"(?:(?:{'|'.join(WEEKDAYS)}),?\s+)?"
DATE = (
    _WEEKDAY + r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](?:\d\d)?\d\d(?!\d)"
    rf"|\d{{1,2}}(?:\s?er|st|nd|rd|th)?[\s-]+(?:of\s+)?(?:{_NAME})\.?,?[\s-]+\d{{4}}(?!\d)"
    rf"|(?:{_NAME})\.?[\s-]+\d{{1,2}}(?:st|nd|rd|th)?,?[\s-]+\d{{4}}(?!\d))"
)
"""Pattern of a date with its year, to embed in others, with ``re.IGNORECASE``."""
OF_UPDATE = re.compile(
    rf"\W{{0,3}}(?:last )?(?:mise? à|modif|updat)[^\d\n]{{0,30}}?{DATE}\W{{0,3}}", re.IGNORECASE
)
"""Pattern of the date of an update, as in "Mis à jour le 5 mars 2024"."""
_STAMP = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?!\d)")
_EPOCH = re.compile(r"(1[0-8]\d{8})(?:\d{3})?(?:\.\d*)?")  # in seconds or milliseconds, since 2001
_WRITTEN = re.compile(DATE, re.IGNORECASE)
_LONGEST = 200
_MARK = re.compile(r"(?<=[^\W\d_])[.,]|(?<=\d)(?:st|nd|rd|th)\b|(?<=\d)\s(?=er\b)")
"""What may be left out of a date: "Oct. 22nd, 2018", "1 er juin"."""
_HYPHEN = re.compile(r"-(?=[^\W\d_])|(?<=[^\W\d_])-")  # as in "3-Mar-2024"
_EITHER_WAY = re.compile(
    r"(?<!\d)0?([1-9]|1[0-2])[-/]0?(?!\1\b)(?:[1-9]|1[0-2])[-/](?:\d\d)?\d\d(?!\d)"
)
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./]?(\d\d)[-_./]?(\d\d)(?!\d)")


def read_date(text: str) -> date | None:
    """Parse a text that is a date, perhaps with a time; None for any other text.

    The first day of a period counts. The year must be stated; that of 22/06/18 is this century's.
    """
    if iso := _STAMP.fullmatch(text.strip()):
        return _date(iso[1], iso[3], iso[4])
    days = _read_period(text)
    return days.first if days else None


def find_guessed(written: object) -> tuple[str, ...]:
    """Return ``("date",)`` if a written date leaves its day open, such as "juin 2018"."""
    days = _read_period(str(written))
    return ("date",) if days and days.first < days.last else ()


def _read_period(text: str) -> Days | None:
    plain = _HYPHEN.sub(" ", _MARK.sub("", text))
    return read_days(plain, datetime.now(UTC).date(), dated=True)


def first_date(*texts: str | None) -> date | None:
    """Return the first date that a text holds, from ``FIRST_YEAR`` on; None without any.

    It may be written out, or a timestamp: of ISO 8601, of a mail's header (RFC 5322) or of Unix.
    """
    return next((day for day in map(_date_in, texts) if day and day.year >= FIRST_YEAR), None)


def _date_in(text: str | None) -> date | None:
    start = (text or "").strip()[:_LONGEST]
    if stamp := _STAMP.match(start):
        return _date(stamp[1], stamp[3], stamp[4])
    if epoch := _EPOCH.fullmatch(start):
        return datetime.fromtimestamp(int(epoch[1]), UTC).date()
    written = _WRITTEN.search(OF_UPDATE.sub("", start)) or _WRITTEN.search(start)
    return read_date(written[0]) if written and not is_ambiguous(written[0]) else None


def is_ambiguous(text: str) -> bool:
    """Say whether a date is written like 03/04/2018, which may be March or April in English."""
    return _EITHER_WAY.search(text) is not None


def date_in_name(stem: str) -> date | None:
    """Return the date in a name or a URL, such as ``2018-06-22-amazon`` or ``2018/06/22/``."""
    match = _IN_NAME.search(stem)
    return _date(match[1], match[2], match[3]) if match else None


def without_date(stem: str) -> str:
    """Return a file's name without the date in it."""
    return _IN_NAME.sub(" ", stem) if date_in_name(stem) else stem


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
