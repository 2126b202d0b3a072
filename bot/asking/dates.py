"""What a person writes for a day, a month or a year -> the first or the last day of it."""

from __future__ import annotations

import calendar
import re
from datetime import date

from bot.errors import BotError

_FORMS = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})"),
)


def read_day(text: str | None, *, last: bool = False) -> date | None:
    """Return the day that a text names; of a month or a year the first, or the last.

    Raises:
        BotError: It cannot be read as a date.
    """
    if text is None or not text.strip():
        return None
    match = next(filter(None, (form.fullmatch(text.strip()) for form in _FORMS)), None)
    fields = {name: int(value) for name, value in match.groupdict().items()} if match else {}
    try:
        year, month = fields["year"], fields.get("month", 12 if last else 1)
        end = calendar.monthrange(year, month)[1]
        return date(year, month, fields.get("day", end if last else 1))
    except (KeyError, ValueError):
        raise BotError("date", text=text[:40]) from None


def read_days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Return the first and the last day.

    Raises:
        BotError: One of them cannot be read, or the first comes after the last.
    """
    first, last = read_day(since), read_day(until, last=True)
    if first and last and first > last:
        raise BotError("dates-crossed")
    return first, last
