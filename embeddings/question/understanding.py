"""When and where a story was published, as a question's words ask it -> filters.

"Que dit la lettre publiée en juin ?" narrows the search by day, "selon ISSMI" by source. A wrong
filter hides the answer, so a doubtful expression is no filter: months and years need a word such
as "en" or "since" before them, names and eras are left alone, and expressions that contradict each
other cancel out. Days are seen from a given today, weeks start on Monday (ISO 8601), and figures
read day first (see ``daterange``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.question.datephrases import phrases
from embeddings.question.datewords import YEAR
from embeddings.question.foldedtext import folded
from embeddings.question.sources import source_named
from embeddings.types import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from embeddings.question.datephrases import Phrase

_A_YEAR = re.compile(rf"(?<![\w.,]){YEAR}(?![\w%])(?![.,][0-9])")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question's words narrow the search to.

    Attributes:
        filters: Days of publication and source; empty when nothing was said.
        words: The exact words of the question that said so, in order, to be shown back.
    """

    filters: Filters
    words: tuple[str, ...] = ()


def understand(question: str, today: date, sources: Sequence[str]) -> Understood:
    """Return the filters that a question's words ask for, and those words.

    Args:
        question: The question, in French or English, its words one space apart.
        today: The day that "last week" is seen from; no filter reaches beyond it.
        sources: The names of the sources that there are.
    """
    read = folded(question)
    named = source_named(read, sources)
    spans = []
    if named:
        spans.append((named.start, named.end))
        read = read.without(named.start, named.end)
    dates = _agreed(read.text, phrases(read, today))
    spans += [(each.start, each.end) for each in dates]
    filters = Filters(
        since=max((each.since for each in dates if each.since), default=None),
        until=min((each.until for each in dates if each.until), default=None),
        source=named.source if named else None,
    )
    return Understood(filters, tuple(read.words(*span) for span in sorted(spans)))


def _agreed(text: str, asked: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Return the phrases when all can hold at once; none when they contradict each other.

    "En 2017 et pas en 2018" is about years and is no filter; nor is "en 2018" in a question that
    names another year as well.
    """
    since = max((each.since for each in asked if each.since), default=None)
    until = min((each.until for each in asked if each.until), default=None)
    if since and until and since > until:
        return ()
    if not all(each.is_year for each in asked):
        return asked
    inside = [(each.start, each.end) for each in asked]
    others = [
        int(year.group())
        for year in _A_YEAR.finditer(text)
        if not any(start <= year.start() < end for start, end in inside)
    ]
    first, last = since.year if since else 0, until.year if until else 9999
    return asked if all(first <= year <= last for year in others) else ()
