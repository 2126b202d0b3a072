"""Days as people write them where a day is asked for: options, forms, front matter."""

from __future__ import annotations

import re
from datetime import date

from embeddings.question.datewords import MOMENT, PART
from embeddings.question.days import PARTS, Days, days_of, has_year, third, whole
from embeddings.text.analysis import fold

_PART = re.compile(PART)
_STARTS = re.compile(r"\A(?:(?:le|la|les|l'|the|on|in|en|du|de|depuis|since|from|until) ?){0,4}\b")
_FIGURES = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?|([0-9]{1,2})[-/.]([0-9]{4})"
)
"""Figures that only stand for a day where a day is asked for: "2018", "2018-06", "06/2018"."""


def read_days(text: str, today: date | None = None) -> Days | None:
    """Return the days that a text names, when it names nothing else.

    Args:
        text: Such as "22 juin 2018", "juin 2018", "2018-06-22", "last week".
        today: The day that it is seen from; None: only what tells its year is read.
    """
    words = " ".join(fold(text).split())
    found = _FIGURES.fullmatch(words)
    if found:
        year, month, day = (found[1] or found[5], found[2] or found[4], found[3])
        try:
            exact = date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            return None
        return whole("day" if day else "month" if month else "year", exact)
    start = _STARTS.match(words)
    for rest in (words[start.end() :] if start else words, words):
        part = _PART.match(rest)
        moment = MOMENT.fullmatch(rest, part.end() if part else 0)
        if moment and (today or has_year(moment.group(), absolute=True)):
            days = days_of(str(moment.lastgroup), moment.group(), today or date.max)
            said = part.groupdict() if part else {}
            which = next((PARTS[name] for name in said if said[name]), None)
            return third(days, which) if days and which is not None else days
    return None
