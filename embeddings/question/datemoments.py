"""A moment in a question with what stands before it, and whether publication is meant by it.

"En mai" asks when; "Theresa May", "mai 68" and "her last year" do not. What is doubtful is taken
to be about something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.question.daterange import has_year
from embeddings.question.datewords import BEFORE, MOMENT

if TYPE_CHECKING:
    from embeddings.question.foldedtext import FoldedText

DAYS = frozenset({"day", "figures", "slash"})
"""Kinds of moment that are one written day."""
_NEAR = 60
"""How many characters before a moment can say how it is meant."""
_ALONE = {"ago", "past", "back", "days"}
"""Kinds of moment that need no word before them."""
_PARTS = {"early": 0, "middle": 1, "mid": 1, "late": 2}
_OF_SOMETHING = re.compile(
    r"(?:\b(?:his|her|its|their|our|my|your|whose|the|very|than|over|least|most) |\bd'|'s )\Z"
)
"""Words that make "last year" or "hier" a part of something else."""
_SHARED = re.compile(r"\A(?:.* )?(?:sept|oct|nov|dec)\b")
"""Months whose short names are the same in both languages."""
_TRUST = re.compile(r"\b(?:confidence|trust|faith|believe) \Z")
_LAST = re.compile(r"\blast (?!year)|\b(?:dern|pass)(?!\w* an)")
_CLAUSE_END = re.compile(r"\s{0,9}(?:[,;:?!.)…]|\Z)")
_SENTENCE_START = re.compile(r"(?:\A|[.?!:«\"(])\W{0,20}\Z")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Moment:
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
        """Whether the words tell the year."""
        return has_year(self.words)

    @property
    def is_last(self) -> bool:
        """Whether it is "mai dernier" or "last Monday"."""
        return self.kind in {"month", "weekday"} and bool(_LAST.search(self.words))


def moments(text: str) -> list[Moment]:
    """Return the moments of a folded text, in order."""
    return [_moment(text, match) for match in MOMENT.finditer(text)]


def _moment(text: str, match: re.Match[str]) -> Moment:
    """Return a moment with what stands before it, in the language that explains the most."""
    language, kind = str(match.lastgroup).split("_", 1)
    if _SHARED.match(match.group()):
        language = "xx"
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
    return Moment(
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


def is_meant(read: FoldedText, moment: Moment) -> bool:
    """Say whether what stands before a moment makes it one of publication."""
    kind, lead = moment.kind, moment.lead
    if kind == "this":
        return lead == "since"
    if kind == "weekday":
        return lead == "since" or moment.said == "on " or moment.is_last
    if lead in {None, "from", "on", "between"}:
        return _stands_alone(read, moment)
    return not (kind in DAYS and moment.said in {"in ", "en ", "au "} and not moment.has_year)


def _stands_alone(read: FoldedText, moment: Moment) -> bool:
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
    if kind not in DAYS or moment.lead == "on":
        return kind in DAYS
    of_something = before.endswith(" of ") or moment.words.startswith("the ")
    return moment.lead is None and moment.has_year and not of_something


def _is_title(read: FoldedText, moment: Moment) -> bool:
    """Say whether a moment has a capital that no sentence gives it: "USA Today"."""
    if moment.kind not in {"now", "back"} or not read.is_capital(moment.start):
        return False
    return not _SENTENCE_START.search(read.text[max(0, moment.start - _NEAR) : moment.start])


def is_a_name(read: FoldedText, moment: Moment) -> bool:
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
