"""Finds the words of a question that ask for days of publication, and those days.

A moment ("juin 2018") is read with the words before it ("depuis", "fin"), and two moments may be
the ends of a range. "En mai" asks for a month, but "Theresa May", "mai 68", "le 14 juillet", "her
last year" and anything doubtful are topics and no filter. A phrase for days that do not exist ("le
31 avril") is returned without days, so that the reader can be told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from embeddings.question import dateforms as forms
from embeddings.question.days import Days, find_days, has_year, parse_moment, take_third
from embeddings.text.analysis import FoldedText

EARLIEST = 1990
"""The first year that may be one of publication; an earlier year is a topic."""
_WRITTEN = frozenset({"day", "figures", "slash"})
"""Kinds of moments that are a date, with its day and month."""
_ENDS = _WRITTEN | {"month", "year", "back", "now", "quarter", "season"}
"""Kinds of moments that can be an end of a range."""
_ALONE = frozenset({"ago", "past", "back", "days", "week"})
"""Kinds of moments that need no word before them."""
_FLOATING = frozenset({"day", "slash", "month"})
"""Kinds of moments that may have no year."""
_BOUNDS = frozenset({"since", "after", "until", "before"})
_HOLIDAYS = {(1, 1), (2, 14), (5, 1), (5, 8), (7, 4), (7, 14), (9, 11), (11, 11), (12, 25)}
"""(month, day) of dates that name an event; without a year they are a topic."""
_MOST = 8
"""Most moments in a question; a text with more is a calendar, of which nothing is read."""
_LAST = re.compile(r"\blast (?!year)|\b(?:dern|pass)(?!\w* an)")  # "last may", "mai dernier"
CLAUSE_END = re.compile(r"\s{0,9}(?:[,;:?!.)…]|\Z)")  # punctuation, or the end of the question
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """Words of a folded question, ``text[start:end]``, that ask for days of publication.

    Attributes:
        start: The first character of the words.
        end: One past their last character.
        since: The first day, included; None: no lower bound.
        until: The last day, included; None: no upper bound. Both are None if no days can be read
            from the words, or if there are no such days.
        is_year: Whether the words name a year and nothing smaller.
    """

    start: int
    end: int
    since: date | None = None
    until: date | None = None
    is_year: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment of a kind, such as ``month``, with the words before it: ``text[start:end]``.

    ``lead`` is the group of ``BEFORE`` ("since") that matched ``lead_words`` ("depuis "), ``part``
    the third that is meant; either may be None. Without its lead, the moment starts at ``bare``.
    """

    kind: str
    words: str
    lead_words: str
    lead: str | None
    part: int | None
    start: int
    bare: int
    end: int

    @property
    def is_last(self) -> bool:
        """Whether the moment is a "mai dernier" or a "last Monday"."""
        return self.kind in {"month", "weekday"} and bool(_LAST.search(self.words))

    def days(self, today: date, year: int | None = None) -> Days | None:
        """Return the days of the moment or of its part; ``year``: for one without a year."""
        days = find_days(self.kind, f"{self.words} {year}" if year else self.words, today)
        return take_third(days, self.part) if days and self.part is not None else days


def find_date_phrases(folded: FoldedText, today: date) -> tuple[DatePhrase, ...]:
    """Return the phrases of a question that ask for days of publication, in order.

    Args:
        folded: The question.
        today: The day on which it is asked; no phrase reaches beyond it.
    """
    moments = [_take_moment(folded.text, match) for match in forms.MOMENT.finditer(folded.text)]
    moments = [each for each in moments if each.kind != "weekday" or not forms.tells_habit(folded)]
    if today.year <= EARLIEST or len(moments) > _MOST:
        return ()
    phrases = list(_read_moments(folded, moments, today))
    seen = [(each.start, each.end) for each in phrases]
    seen += [(each.start, each.end) for each in moments if each.kind != "year"]  # "32 mars 2018"
    unread = [
        DatePhrase(*match.span())
        for match in forms.LOOKS_DATED.finditer(folded.text)
        if all(match.end() <= start or end <= match.start() for start, end in seen)
        and (not match["yearly"] or forms.tells_past(folded))
    ]
    return tuple(sorted((*phrases, *unread), key=lambda each: each.start))


def _take_moment(text: str, match: re.Match[str]) -> _Moment:
    """Return a moment of a text with the words before it."""
    before = forms.BEFORE.search(text[max(0, match.start() - forms.NEAR) : match.start()])
    groups = {key: value for key, value in before.groupdict().items() if value} if before else {}
    lead = next((key for key in groups if key not in forms.PARTS), None)
    start = match.start() - (len(before.group()) if before else 0)
    part = next((forms.PARTS[key] for key in groups if key in forms.PARTS), None)
    bare = match.start() if lead else start
    lead_words = groups[lead] if lead else ""
    return _Moment(*parse_moment(match), lead_words, lead, part, start, bare, match.end())


def _read_moments(folded: FoldedText, moments: list[_Moment], today: date) -> Iterator[DatePhrase]:
    """Read moments from left to right; those of a range or a list are one phrase."""
    at = 0
    while at < len(moments):
        one, other = moments[at], moments[at + 1] if at + 1 < len(moments) else None
        if other and _are_joined(folded.text, one, other):
            phrase = _read_range(one, other, today)
            at += 1
        elif other and _are_listed(folded.text, one, other):
            while at + 1 < len(moments) and _are_listed(folded.text, *moments[at : at + 2]):
                at += 1
            days = one.days(today)
            is_topic = not _is_meant(folded, one) or (days and days.first.year < EARLIEST)
            phrase = None if is_topic else DatePhrase(one.start, moments[at].end)
        else:
            phrase = _read_one(folded, one, today)
        if phrase:
            yield phrase
        at += 1


def _read_one(folded: FoldedText, moment: _Moment, today: date) -> DatePhrase | None:
    """Return the phrase of one moment; None if it is a topic and no day of publication."""
    onwards = forms.ONWARDS.match(folded.text, moment.end) if moment.lead == "from" else None
    lead = "since" if onwards else moment.lead
    if not (onwards or _is_meant(folded, moment)) or _is_a_name(folded, moment):
        return None
    blank = DatePhrase(moment.start, onwards.end() if onwards else moment.end)
    days = moment.days(today)
    may_come = moment.kind == "weekday" and lead != "since" and not moment.is_last
    if days is None or (may_come and not forms.is_over(folded, moment.lead_words, moment.words)):
        return blank
    has_own_year = has_year(moment.words) or _LAST.search(moment.words)
    is_floating = moment.kind in _FLOATING and not has_own_year
    is_holiday = (days.first.month, days.first.day) in _HOLIDAYS
    is_event = is_floating and moment.kind in _WRITTEN and is_holiday
    if days.first.year < EARLIEST or (is_event and lead not in _BOUNDS):
        return None
    if is_floating and lead in {"until", "before"} and days.first.year < today.year:
        return blank  # in July, "avant septembre" means the coming September
    since, until = _clip(*_find_bounds(lead, days), today)
    if not since and not until and lead not in _BOUNDS:
        return None if moment.kind == "year" else blank
    return DatePhrase(blank.start, blank.end, since, until, moment.kind == "year")


def _find_bounds(lead: str | None, days: Days) -> tuple[date | None, date | None]:
    """Return the first and last day that a lead asks for; None: no bound."""
    if lead in {"since", "after"}:
        return days.first if lead == "since" else days.last + timedelta(1), None
    if lead in {"until", "before"}:
        return None, days.last if lead == "until" else days.first - timedelta(1)
    return days.first, days.last


def _clip(since: date | None, until: date | None, today: date) -> tuple[date | None, date | None]:
    """Cut bounds at today: drop a lone end at or after it, and both if they begin after it."""
    if since and since > today:
        return None, None
    if until and until >= today:
        until = today if since else None
    return since, until


def _are_joined(text: str, one: _Moment, other: _Moment) -> bool:
    """Say whether two moments are the two ends of a range."""
    joint = forms.JOINED.fullmatch(text[one.end : other.bare])
    if not joint or not {one.kind, other.kind} <= _ENDS:
        return False
    if joint["to"]:
        return one.lead in {"from", "on"} or one.lead_words.endswith((" de ", " du ", " from "))
    return one.lead in {"between", "at"}


def _are_listed(text: str, one: _Moment, other: _Moment) -> bool:
    """Say whether two moments are items of a list, which no single range of days can express."""
    between = text[one.end : other.bare]
    return one.kind == other.kind and not other.lead and bool(forms.LISTED.fullmatch(between))


def _read_range(one: _Moment, other: _Moment, today: date) -> DatePhrase | None:
    """Return the phrase of a range; its first moment may take its year from the second."""
    last = other.days(today)
    first = _find_first(one, last, today) if last else None
    if not first or not last or first.first > last.last:
        return DatePhrase(one.start, other.end)
    if first.first.year < EARLIEST:
        return None
    since, until = _clip(first.first, last.last, today)
    return DatePhrase(one.start, other.end, since, until, other.kind == "year")


def _find_first(one: _Moment, last: Days, today: date) -> Days | None:
    """Return the first days of a range: without a year, the latest that begin before its end."""
    if has_year(one.words) or one.kind not in {"day", "month", "quarter"}:
        return one.days(today)
    possible = (one.days(today, last.last.year - ago) for ago in (0, 1))
    return next((days for days in possible if days and days.first <= last.last), None)


def _is_meant(folded: FoldedText, moment: _Moment) -> bool:
    """Say whether a moment, by the words around it, is a day of publication."""
    kind, lead = moment.kind, moment.lead
    if kind == "this":
        return lead == "since"
    if kind == "weekday":
        is_day = lead == "since" or moment.lead_words == "on " or moment.is_last
        return is_day or forms.is_one_day(folded, moment.end - len(moment.words), moment.end)
    if lead in {None, "from", "on", "between"}:
        return _stands_alone(folded, moment)
    is_weak = kind in _WRITTEN and moment.lead_words in {"in ", "en ", "au "}
    return not is_weak or has_year(moment.words)


def _stands_alone(folded: FoldedText, moment: _Moment) -> bool:
    """Say whether a moment is a day of publication without a word such as "since" before it."""
    kind, before = moment.kind, folded.text[max(0, moment.start - forms.NEAR) : moment.start]
    is_between = moment.lead == "between" and kind != "days"
    is_of_something = moment.lead_words == "d'" or forms.OF_SOMETHING.search(before)
    if is_between or is_of_something or _is_title(folded, moment, before):
        return False
    if kind == "now":
        is_first = not _WORD.search(before)
        return moment.lead is None and (is_first or not _WORD.search(folded.text[moment.end :]))
    if kind in _ALONE or moment.part is not None or moment.is_last:
        return True
    if moment.lead == "on" or kind not in _WRITTEN | {"month", "quarter"}:
        return kind in _WRITTEN
    if moment.words.split()[0] in forms.WEEKDAYS:  # "lundi 2 juillet"
        return True
    is_of_another = before.endswith(" of ") or moment.words.startswith("the ")
    return moment.lead is None and has_year(moment.words) and not is_of_another


def _is_title(folded: FoldedText, moment: _Moment, before: str) -> bool:
    """Say whether a moment is capitalised though it begins no sentence: "USA Today"."""
    in_capitals = moment.kind in {"now", "back"} and folded.is_capital(moment.start)
    return in_capitals and not forms.SENTENCE_START.search(before)


def _is_a_name(folded: FoldedText, moment: _Moment) -> bool:
    """Say whether a month is a person, a planet or a verb: "Avril Lavigne", "since May won"."""
    if moment.kind != "month" or has_year(moment.words):
        return False
    is_capital = folded.is_capital(moment.end - len(moment.words))
    if is_capital and folded.text[moment.end :][:1] == " " and folded.is_capital(moment.end + 1):
        return True
    if moment.words == "mars":
        return is_capital and moment.lead_words != "en "
    if moment.words == "may" and forms.TRUST.search(folded.text[: moment.start]):
        return True
    is_end = CLAUSE_END.match(folded.text, moment.end)
    return moment.words in {"may", "march"} and moment.lead_words != "in " and not is_end
