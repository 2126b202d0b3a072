"""What an addition or an edit would do, shown before it counts; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.admin.eta import say_duration
from bot.ui.components import (
    ANSWERED,
    REFUSED,
    Card,
    button,
    cut,
    document,
    list_under,
    option,
    row,
    say_more,
    select,
    text,
)
from bot.ui.markup import clean, fit
from bot.ui.naming import NAME, TITLE, label, summary_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.translate import Language
    from bot.ui.components import Attached, Piece
    from embeddings.reports import Proposal, Proposed
    from embeddings.types import ArticleSummary, Rejected

TOKEN = r"(?P<token>[a-z0-9]{8,16})"  # noqa: S105 - the pattern of a proposal's name
"""The pattern of a proposal in a custom id."""
FIELDS = {
    "title": "field-title",
    "source": "field-source",
    "author": "field-author",
    "date": "field-date",
    "url": "field-url",
    "language": "field-language",
}
"""What is told of an article -> the key of its name."""
SHOWN, ARTICLES, LISTS, LINES = 5, 2100, 600, 6
"""The most articles, the characters they take, and the characters and lines of each list."""
OPENING, VALUE, REASON = 180, 120, 240
_SPOKEN = {"fr": "language-fr", "en": "language-en"}


def proposal_card(
    proposal: Proposal,
    now: Mapping[str, ArticleSummary],
    language: Language,
    *,
    where: str,
    seconds: float,
) -> Card:
    """Return what would be added and changed, what it costs, and the buttons that decide.

    Args:
        proposal: What would be done.
        now: Id -> article as it is, for those that would change.
        language: The reader's.
        where: The collection, as the buttons name it.
        seconds: How long the model will take, about.
    """
    entries = [*(_show_added(p, language) for p in proposal.added)]
    entries += [_show_changed(p, now.get(p.article.id), language) for p in proposal.changed]
    shown = cut(entries, ARTICLES, SHOWN)
    lists = _lists(proposal, language)
    return Card(
        text(_head(proposal, language)),
        ui.Separator() if shown else None,
        *(text(entry) for entry in shown),
        *(text(line) for line in say_more(len(entries) - len(shown), language)),
        ui.Separator() if lists else None,
        *lists,
        text(_cost(proposal, seconds, language)) if entries else None,
        _whole(proposal, language) if _is_long(proposal, shown) else None,
        *_decisions(proposal, where, language),
        accent=ANSWERED if entries else REFUSED,
    )


def list_proposed(proposal: Proposal) -> tuple[Proposed, ...]:
    """Return the articles that would be stored."""
    return (*proposal.added, *proposal.changed)


def _head(proposal: Proposal, language: Language) -> str:
    key = "proposal-title" if list_proposed(proposal) else "proposal-nothing"
    counts = language(
        "proposal-counts",
        added=len(proposal.added),
        changed=len(proposal.changed),
        unchanged=len(proposal.unchanged),
        rejected=len(proposal.rejected),
    )
    return f"### {language(key)}\n-# {counts}"


def _show_added(new: Proposed, language: Language) -> str:
    """Return what was understood of a new article, with what was guessed."""
    said = f"{language('proposal-new')} **{fit(new.article.title, TITLE)}**"
    return "\n".join([said, *_show_understood(new, language)])


def _show_changed(new: Proposed, old: ArticleSummary | None, language: Language) -> str:
    """Return what would change of an article, field by field."""
    said = f"{language('proposal-change')} **{fit((old or new.article).title, TITLE)}**"
    lines = [
        language("proposal-before-after", field=name, before=fit(a, VALUE), after=fit(b, VALUE))
        for name, a, b in differences(new.article, old, language)
    ]
    lines = lines or [language("proposal-text")]
    return "\n".join([said, *(f"- {line}" for line in lines), *_show_understood(new, language)])


def _show_understood(new: Proposed, language: Language) -> Iterator[str]:
    spoken = name_language(new.article.language, language)
    yield f"-# {summary_line(new.article, language)} · {spoken}"
    if guessed := [language(FIELDS[name]) for name in new.inferred if name in FIELDS]:
        yield f"-# {language('proposal-guessed', fields=', '.join(guessed))}"
    yield f"> {fit(new.opening, OPENING)}"


def name_language(code: str, language: Language) -> str:
    """Return a language's name, or its code."""
    return language(_SPOKEN[code]) if code in _SPOKEN else fit(code, NAME)


def differences(
    new: ArticleSummary, old: ArticleSummary | None, language: Language
) -> list[tuple[str, str, str]]:
    """Return the name of each field that differs, with its values before and after."""
    if old is None:
        return []
    found = [(key, getattr(old, name), getattr(new, name)) for name, key in FIELDS.items()]
    found += [("field-passages", old.passages, new.passages)]
    return [(language(k), _value(a), _value(b)) for k, a, b in found if a != b]


def _value(value: object) -> str:
    return "—" if value is None else str(value)


def _lists(proposal: Proposal, language: Language) -> list[ui.Item[Any]]:
    """Return what is there already, and what is not taken, file by file."""
    same = [fit(article.title, VALUE) for article in proposal.unchanged]
    found = (
        list_under(language("proposal-unchanged"), same, language, room=LISTS // 2, most=3),
        rejections(proposal.rejected, language),
    )
    return [block for block in found if block is not None]


def rejections(rejected: Sequence[Rejected], language: Language) -> ui.TextDisplay[Any] | None:
    """Return what is not taken, and why, one by one; None when all is."""
    lines = [fit(_say_why(each), REASON) for each in rejected]
    return list_under(language("proposal-rejected"), lines, language, room=2 * LISTS, most=LINES)


def _say_why(rejected: Rejected) -> str:
    """Return why something is not taken; with its name, unless the sentence has it."""
    has_name = rejected.input in rejected.reason
    return rejected.reason if has_name else f"{rejected.input}: {rejected.reason}"


def _cost(proposal: Proposal, seconds: float, language: Language) -> str:
    if not proposal.to_encode:
        return f"-# {language('proposal-free')}"
    time = say_duration(seconds, language)
    return f"-# {language('proposal-cost', count=proposal.to_encode, time=time)}"


def _is_long(proposal: Proposal, shown: Sequence[str]) -> bool:
    """Say whether the card leaves something out."""
    reasons = proposal.rejected
    is_cut = len(shown) < len(list_proposed(proposal)) or len(reasons) > LINES
    return (
        is_cut
        or any(len(_say_why(each)) > REASON for each in reasons)
        or len(proposal.unchanged) > 1
    )


def _whole(proposal: Proposal, language: Language) -> Attached:
    """Return all of it as a text file."""
    changed = [_line(p.article, p.inferred, language) for p in proposal.changed]
    parts = [
        (language("list-added"), [_line(p.article, p.inferred, language) for p in proposal.added]),
        (language("list-changed"), changed),
        (language("proposal-unchanged"), [clean(a.title) for a in proposal.unchanged]),
        (language("proposal-rejected"), reasons(proposal.rejected)),
    ]
    return document("proposal.txt", parts)


def reasons(rejected: Iterable[Rejected]) -> list[str]:
    """Return what is not taken, and why, as lines of a text file."""
    return [clean(_say_why(each)) for each in rejected]


def _line(article: ArticleSummary, guessed: Iterable[str], language: Language) -> str:
    """Return an article as a line of a text file."""
    given = (article.title, article.source, article.author, article.date, article.url)
    parts = [clean(str(part)) for part in given if part]
    names = ", ".join(language(FIELDS[name]) for name in guessed if name in FIELDS)
    marks = [language("proposal-guessed", fields=names)] if names else []
    return " · ".join([*parts, language("passages", count=article.passages), *marks])


def _decisions(proposal: Proposal, where: str, language: Language) -> list[Piece]:
    """Return Confirm, Correct and Cancel; the article to correct is chosen when there are many."""
    articles = [each.article for each in list_proposed(proposal)]
    if not articles:
        return []
    name = f"{where}:{proposal.token}"
    alone = len(articles) == 1
    buttons = row(
        button(language("button-confirm"), f"v:plan:ok:{name}", style=ButtonStyle.success),
        button(language("button-correct"), f"v:fix:{name}") if alone else None,
        button(language("button-cancel"), f"v:plan:no:{name}"),
    )
    choices = [
        option(label(article, articles), article.id, clean(article.source or ""))
        for article in articles
    ]
    pick = None if alone else select(f"v:pick:{name}", language("proposal-pick"), choices)
    return [pick, buttons]
