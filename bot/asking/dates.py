"""What a person writes for a day, a month or a year -> the first or the last day of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.errors import BotError
from embeddings.question.days import read_days as days_named


def read_day(text: str | None, *, last: bool = False) -> date | None:
    """Return the day that a text names; of a month or a year the first, or the last.

    Raises:
        BotError: It cannot be read as a date.
    """
    if text is None or not text.strip():
        return None
    found = days_named(text, datetime.now(UTC).date())
    if found is None:
        raise BotError("date", text=text[:40])
    return found.last if last else found.first


def read_days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Return the first and the last day.

    Raises:
        BotError: One of them cannot be read, or the first comes after the last.
    """
    first, last = read_day(since), read_day(until, last=True)
    if first and last and first > last:
        raise BotError("dates-crossed")
    return first, last
