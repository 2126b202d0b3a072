"""How an article is named on a card: its title, its source, its day, and the list to choose it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.ui.components import MAX_OPTION, option, select
from bot.ui.markup import clean, fit
from bot.ui.refs import ref

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from discord import ui

    from bot.translate import Language
    from embeddings.types import Article, ArticleSummary

_MINUTE = 60
TITLE, NAME = 160, 70
"""The most characters of a title, and of a source's or an author's name."""


def credit_line(article: Article | ArticleSummary) -> str:
    """Return an article's source, author and date, those that it has."""
    given = [fit(part, NAME) for part in (article.source, article.author) if part]
    return " · ".join([*given, day(article.date)] if article.date else given)


def summary_line(article: ArticleSummary, language: Language) -> str:
    """Return where an article comes from, and how many passages it has."""
    passages = language("passages", count=article.passages)
    return " · ".join(filter(None, [credit_line(article), passages]))


def corrected_line(at: datetime | None, language: Language) -> str:
    """Say on which day an article's text was last changed; empty when it never was.

    Args:
        at: ``corrected`` of an article or of a hit.
        language: The reader's.
    """
    return language("corrected-on", day=day(at.date())) if at else ""


def heading(article: Article, corrected: datetime | None, language: Language) -> str:
    """Return an article's title, where it comes from, and when it was corrected."""
    line = " · ".join(filter(None, [credit_line(article), corrected_line(corrected, language)]))
    return f"### {fit(article.title, TITLE)}" + (f"\n-# {line}" if line else "")


def day(value: date) -> str:
    """Return a day as Discord shows it in each reader's own way.

    At 11:00 UTC it is the same day from UTC-11 to UTC+12.
    """
    moment = datetime(value.year, value.month, value.day, 11, tzinfo=UTC)
    return f"<t:{int(moment.timestamp())}:D>"


def write_day(value: date, language: Language) -> str:
    """Return a day in words."""
    month = language(f"month-{value.month}")
    return language("day", day=value.day, month=month, year=str(value.year))


def say_duration(seconds: float, language: Language) -> str:
    """Say how long something takes, in seconds or in minutes."""
    if seconds >= _MINUTE:
        return language("lasting-minutes", count=math.ceil(seconds / _MINUTE))
    return language("lasting-seconds", count=max(1, math.ceil(seconds)))


def label(article: ArticleSummary, alike: Sequence[ArticleSummary] = ()) -> str:
    """Return an article's title as one line of a list: another one than those of its like.

    Args:
        article: The article.
        alike: The articles of the list; one with the same beginning has its day or source named.
    """
    title = clean(article.title).strip() or article.id
    shown = title[:MAX_OPTION].strip()
    if sum(clean(each.title).strip()[:MAX_OPTION].strip() == shown for each in alike) <= 1:
        return shown
    told = str(article.date or clean(article.source or "") or article.id)[: MAX_OPTION // 2]
    return f"{title[: MAX_OPTION - len(told) - 5].strip()}… ({told})"


def open_select(articles: Sequence[ArticleSummary], placeholder: str) -> ui.ActionRow[Any]:
    """Return the list that opens an article; at least one, and none twice."""
    return select("v:open", placeholder, [_option(article, articles) for article in articles])


def _option(article: ArticleSummary, alike: Sequence[ArticleSummary]) -> Any:
    details = [clean(part) for part in (article.source, str(article.date or "")) if part]
    return option(label(article, alike), ref(article), " · ".join(details))
