"""Which words of a question ask for days of publication, and for which days.

A moment ("juin 2018") is read together with what stands before it ("depuis", "fin"); two moments
may be the ends of a range. What is about something else than publication is dropped here: a
holiday, a month that is a name, "his last year".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from embeddings.question.datemoments import DAYS, Moment, is_a_name, is_meant, moments
from embeddings.question.daterange import EARLIEST, Days, days_of, is_holiday, third
from embeddings.question.datewords import JOINED, ONWARDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from embeddings.question.foldedtext import FoldedText

_ENDS = DAYS | {"month", "year", "back", "now"}
"""Kinds of moment that can be an end of a range."""
_MOST = 8
"""More moments than this are a calendar and not a question; each may cost milliseconds to read."""
_LISTED = re.compile(r"(?:,| ou| or| et| and|, et|, and) ")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What ``text[start:end]`` of a folded question asks: days from ``since`` to ``until``.

    Attributes:
        start: Its first character.
        end: One past its last character.
        since: The first day, included; None when it is open.
        until: The last day, included; None when it is open.
        is_year: It names a year and nothing smaller.
    """

    start: int
    end: int
    since: date | None
    until: date | None
    is_year: bool = False


def phrases(read: FoldedText, today: date) -> tuple[Phrase, ...]:
    """Return what a question asks of the days of publication, in order.

    Args:
        read: The question.
        today: The day that it is asked on; nothing reaches beyond it.
    """
    if today.year <= EARLIEST:
        return ()
    found = moments(read.text)
    if len(found) > _MOST:
        return ()
    return tuple(each for each in _read(read, found, today) if each.since or each.until)


def _read(read: FoldedText, found: list[Moment], today: date) -> Iterator[Phrase]:
    """Read moments from left to right, two at a time where they are a range."""
    at = 0
    while at < len(found):
        one, other = found[at], found[at + 1] if at + 1 < len(found) else None
        asked = None
        if other and _are_joined(read.text, one, other):
            asked = _range(one, other, today)
            at += 1
        elif not (other and _are_listed(read.text, one, other)):
            asked = _single(read, one, today)
        if asked:
            yield asked
        at += 1


def _days(moment: Moment, words: str, today: date) -> Days | None:
    """Return the days of a moment, or of the part of them that is meant."""
    days = days_of(moment.kind, words, today)
    return third(days, moment.part) if days and moment.part is not None else days


def _single(read: FoldedText, moment: Moment, today: date) -> Phrase | None:
    """Return what one moment asks, None when it is about something else."""
    onwards = ONWARDS.match(read.text, moment.end) if moment.lead == "from" else None
    lead = "since" if onwards else moment.lead
    if not (onwards or is_meant(read, moment)) or is_a_name(read, moment):
        return None
    days = _days(moment, moment.words, today)
    if days is None or (moment.kind in DAYS and not moment.has_year and is_holiday(days)):
        return None
    floating = moment.kind in {"day", "slash", "month"} and not moment.has_year
    if floating and lead in {"until", "before"} and days.first.year < today.year:
        return None  # "avant septembre", said in July, is about the September to come
    since, until = _clipped(*_bounds(lead, days), today)
    end = onwards.end() if onwards else moment.end
    return Phrase(moment.start, end, since, until, moment.kind == "year")


def _bounds(lead: str | None, days: Days) -> tuple[date | None, date | None]:
    """Return the first and the last day that a lead asks for."""
    if lead in {"since", "after"}:
        return days.first if lead == "since" else days.last + timedelta(1), None
    if lead in {"until", "before"}:
        return None, days.last if lead == "until" else days.first - timedelta(1)
    return days.first, days.last


def _clipped(
    since: date | None, until: date | None, today: date
) -> tuple[date | None, date | None]:
    """Return bounds that do not reach beyond today; none where nothing is left of them."""
    if since and since > today:
        return None, None
    if until and until >= today:
        until = today if since else None
    return since, until


def _are_joined(text: str, one: Moment, other: Moment) -> bool:
    """Say whether two moments are the two ends of a range."""
    join = JOINED[one.language].fullmatch(text[one.end : other.bare])
    if not join or not {one.kind, other.kind} <= _ENDS:
        return False
    return one.lead in ({"from", "on"} if join["to"] else {"between", "at"})


def _are_listed(text: str, one: Moment, other: Moment) -> bool:
    """Say whether two moments stand in a list, which no one stretch of days can be."""
    between = text[one.end : other.bare]
    return one.kind == other.kind and not other.lead and bool(_LISTED.fullmatch(between))


def _range(one: Moment, other: Moment, today: date) -> Phrase | None:
    """Return what a range asks; its first end takes the year of the other."""
    last = _days(other, other.words, today)
    first = _first(one, last, today) if last else None
    if not first or not last or first.first > last.last:
        return None
    since, until = _clipped(first.first, last.last, today)
    return Phrase(one.start, other.end, since, until, other.kind == "year")


def _first(one: Moment, last: Days, today: date) -> Days | None:
    """Return the first end of a range: without a year, the latest that is not after the other."""
    if one.has_year or one.kind not in {"day", "month"}:
        return _days(one, one.words, today)
    for year in (last.last.year, last.last.year - 1):
        days = _days(one, f"{one.words} {year}", today)
        if days and days.first <= last.last:
            return days
    return None
