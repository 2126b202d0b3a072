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

from embeddings.daterange import EARLIEST, Days, days_of, has_year, is_holiday, third
from embeddings.datewords import BEFORE, JOINED, MOMENT, ONWARDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from embeddings.foldedtext import FoldedText

_NEAR = 60
"""How many characters before a moment can say how it is meant."""
_ALONE = {"ago", "past", "back", "days"}
"""Kinds of moment that need no word before them."""
_DAYS = {"day", "figures", "slash"}
_ENDS = _DAYS | {"month", "year", "back", "now"}
"""Kinds of moment that can be an end of a range."""
_PARTS = {"early": 0, "middle": 1, "mid": 1, "late": 2}
_OF_SOMETHING = re.compile(
    r"(?:\b(?:his|her|its|their|our|my|your|whose|the|very|than|over|least|most) |\bd'|'s )\Z"
)
"""Words that make "last year" or "hier" a part of something else."""
_TRUST = re.compile(r"\b(?:confidence|trust|faith|believe) \Z")
_LAST = re.compile(r"\blast (?!year)|\b(?:dern|pass)(?!\w* an)")
_CLAUSE_END = re.compile(r"\s*(?:[,;:?!.)…]|\Z)")
_SENTENCE_START = re.compile(r"(?:\A|[.?!:«\"(])\W*\Z")
_WORD = re.compile(r"\w")


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


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment and what stands before it.

    Attributes:
        kind: What it is, such as ``month``.
        language: The language that what stands before it is in.
        words: The moment, folded.
        said: The word before it that says how it is meant, folded; empty when there is none.
        lead: How it is meant, such as ``since``; None when nothing says so.
        part: Which third of it is meant, None for all of it.
        start: Where it begins with all that stands before it.
        bare: Where it begins with its part alone.
        end: Where it ends.
    """

    kind: str
    language: str
    words: str
    said: str
    lead: str | None
    part: int | None
    start: int
    bare: int
    end: int

    @property
    def has_year(self) -> bool:
        return has_year(self.words)

    @property
    def is_last(self) -> bool:
        """Whether it is "mai dernier" or "last Monday"."""
        return self.kind in {"month", "weekday"} and bool(_LAST.search(self.words))


def phrases(read: FoldedText, today: date) -> tuple[Phrase, ...]:
    """Return what a question asks of the days of publication, in order.

    Args:
        read: The question.
        today: The day that it is asked on; nothing reaches beyond it.
    """
    if today.year <= EARLIEST:
        return ()
    moments = [_moment(read.text, match) for match in MOMENT.finditer(read.text)]
    return tuple(each for each in _read(read, moments, today) if each.since or each.until)


def _read(read: FoldedText, moments: list[_Moment], today: date) -> Iterator[Phrase]:
    """Read moments from left to right, two at a time where they are a range."""
    at = 0
    while at < len(moments):
        pair = moments[at : at + 2]
        joined = len(pair) > 1 and _are_joined(read.text, *pair)
        found = _range(*pair, today) if joined else _single(read, pair[0], today)
        at += 2 if joined else 1
        if found:
            yield found


def _moment(text: str, match: re.Match[str]) -> _Moment:
    """Return a moment with what stands before it, in the language that explains the most."""
    language, kind = str(match.lastgroup).split("_", 1)
    near = text[max(0, match.start() - _NEAR) : match.start()]
    found = {
        name: before
        for name in {"xx": ("fr", "en"), "us": ("en",)}.get(language, (language,))
        if (before := BEFORE[name].search(near))
    }
    name = max(found, key=lambda each: len(found[each].group()))
    said = {key: value for key, value in found[name].groupdict().items() if value}
    lead = next((key for key in said if key not in _PARTS), None)
    start = match.start() - len(found[name].group())
    return _Moment(
        kind=kind,
        language=name,
        words=match.group(),
        said=said[lead] if lead else "",
        lead=lead,
        part=next((_PARTS[key] for key in said if key in _PARTS), None),
        start=start,
        bare=match.start() if lead else start,
        end=match.end(),
    )


def _days(moment: _Moment, words: str, today: date) -> Days | None:
    """Return the days of a moment, or of the part of them that is meant."""
    days = days_of(moment.kind, words, today)
    return third(days, moment.part) if days and moment.part is not None else days


def _single(read: FoldedText, moment: _Moment, today: date) -> Phrase | None:
    """Return what one moment asks, None when it is about something else."""
    onwards = ONWARDS.match(read.text, moment.end) if moment.lead == "from" else None
    lead = "since" if onwards else moment.lead
    if not (onwards or _is_meant(read, moment)) or _is_a_name(read, moment):
        return None
    days = _days(moment, moment.words, today)
    if days is None or (moment.kind in _DAYS and not moment.has_year and is_holiday(days)):
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


def _are_joined(text: str, one: _Moment, other: _Moment) -> bool:
    """Say whether two moments are the two ends of a range."""
    join = JOINED[one.language].fullmatch(text[one.end : other.bare])
    if not join or not {one.kind, other.kind} <= _ENDS:
        return False
    return one.lead in ({"from", "on"} if join["to"] else {"between", "at"})


def _range(one: _Moment, other: _Moment, today: date) -> Phrase | None:
    """Return what a range asks; its first end takes the year of the other."""
    last = _days(other, other.words, today)
    first = _first(one, last, today) if last else None
    if not first or not last or first.first > last.last:
        return None
    since, until = _clipped(first.first, last.last, today)
    return Phrase(one.start, other.end, since, until, other.kind == "year")


def _first(one: _Moment, last: Days, today: date) -> Days | None:
    """Return the first end of a range: without a year, the latest that is not after the other."""
    if one.has_year or one.kind not in {"day", "month"}:
        return _days(one, one.words, today)
    for year in (last.last.year, last.last.year - 1):
        days = _days(one, f"{one.words} {year}", today)
        if days and days.first <= last.last:
            return days
    return None


def _is_meant(read: FoldedText, moment: _Moment) -> bool:
    """Say whether what stands before a moment makes it one of publication."""
    kind, lead = moment.kind, moment.lead
    if kind == "this":
        return lead == "since"
    if kind == "weekday":
        return lead == "since" or moment.said == "on " or moment.is_last
    if lead in {None, "from", "on", "between"}:
        return _stands_alone(read, moment)
    return not (kind in _DAYS and moment.said in {"in ", "en "} and not moment.has_year)


def _stands_alone(read: FoldedText, moment: _Moment) -> bool:
    """Say whether a moment is one of publication without a word such as "since"."""
    kind, before = moment.kind, read.text[max(0, moment.start - _NEAR) : moment.start]
    if moment.lead == "between" and kind != "days":
        return False
    if _OF_SOMETHING.search(before) or moment.said == "d'" or _is_title(read, moment):
        return False
    if kind == "now":
        first, last = not _WORD.search(before), not _WORD.search(read.text[moment.end :])
        return moment.lead is None and (first or last)
    if kind in _ALONE or moment.part is not None or moment.is_last:
        return True
    if kind not in _DAYS or moment.lead == "on":
        return kind in _DAYS
    of_something = before.endswith(" of ") or moment.words.startswith("the ")
    return moment.lead is None and moment.has_year and not of_something


def _is_title(read: FoldedText, moment: _Moment) -> bool:
    """Say whether a moment has a capital that no sentence gives it: "USA Today"."""
    if moment.kind not in {"now", "back"} or not read.is_capital(moment.start):
        return False
    return not _SENTENCE_START.search(read.text[max(0, moment.start - _NEAR) : moment.start])


def _is_a_name(read: FoldedText, moment: _Moment) -> bool:
    """Say whether a month is a person, a planet or a verb: "Avril Lavigne", "since May won"."""
    if moment.kind != "month" or moment.has_year:
        return False
    capital = read.is_capital(moment.end - len(moment.words))
    if capital and read.text[moment.end :][:1] == " " and read.is_capital(moment.end + 1):
        return True
    if moment.words == "mars":
        return capital and moment.said != "en "
    if moment.words == "may" and _TRUST.search(read.text[: moment.start]):
        return True
    ends = _CLAUSE_END.match(read.text, moment.end)
    return moment.words in {"may", "march"} and moment.said != "in " and not ends
