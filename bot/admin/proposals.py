"""Draws the card of a proposed addition, edit, restoration or removal; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from discord import ButtonStyle, ui

from bot.translate import Language, translate
from bot.ui.components import (
    ANSWERED,
    REFUSED,
    Attached,
    Card,
    Piece,
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
from bot.ui.markup import clean, count_differences, fit, tell_differences
from bot.ui.naming import NAME, TITLE, label, say_duration, say_value, summary_line
from embeddings.reports import ChangeReport, Proposal, Proposed, Quota
from embeddings.types import FIELDS, ArticleSummary, Rejected

Present = Mapping[str, tuple[ArticleSummary, str]]
"""Id -> the present article, and its text."""

TOKEN = r"(?P<token>[a-z0-9]{8,16})"  # noqa: S105 - a pattern, not a secret
"""The pattern of a proposal's token in a custom id."""
SHOWN, ARTICLES, LISTS, LINES = 5, 1500, 400, 6
"""The most articles and characters of articles on a card, and characters and lines of a list."""
OPENING, VALUE, REASON, WORDS, CHANGES = 180, 120, 240, 600, 900
"""The most characters of an opening, a value, a reason, changed words, and an article's changes."""


def proposal_card(
    proposal: Proposal,
    present: Present,
    language: Language,
    *,
    collection: str,
    seconds: float,
    quotas: Sequence[Quota] = (),
) -> Card:
    """Return the card of a proposal: its changes, its cost, and its buttons.

    ``seconds``: the model's estimated time; ``collection``: its letter in custom ids.
    """
    entries = [*_list_entries(proposal, present, language)]
    shown = cut(entries, ARTICLES, SHOWN)
    lists = _draw_lists(proposal, language)
    return Card(
        text(_say_head(proposal, language)),
        ui.Separator() if shown else None,
        *(text(entry) for entry in shown),
        *(text(line) for line in say_more(len(entries) - len(shown), language)),
        ui.Separator() if any(lists) else None,
        *lists,
        text(*_say_cost(proposal, seconds, quotas, language)) if entries else None,
        attach_report(proposal, "file-proposal", language) if _is_long(proposal, shown) else None,
        *_draw_buttons(proposal, collection, language),
        accent=ANSWERED if entries else REFUSED,
    )


def _list_entries(proposal: Proposal, present: Present, language: Language) -> Iterator[str]:
    """Yield the text of each article that would be removed, added, corrected or changed."""
    for gone, _ in (present[name] for name in proposal.removed if name in present):
        yield f"**{fit(gone.title, TITLE)}**\n-# {summary_line(gone, language)}"
    for new in proposal.added:
        if correction := proposal.instead.get(new.id):
            yield _show_changed("proposal-corrects", correction, present, language)
        else:
            head = f"{language('proposal-new')} **{fit(new.title, TITLE)}**"
            yield "\n".join([head, *_show_understood(new, language)])
    for changed in proposal.changed:
        yield _show_changed("proposal-change", changed, present, language)


def _say_head(proposal: Proposal, language: Language) -> str:
    if proposal.removed:
        return f"### {language('remove-ask')}"
    key = "proposal-title" if proposal.articles else "proposal-nothing"
    counts = {
        "proposal-count-added": len(proposal.added),
        "proposal-count-changed": len(proposal.changed),
        "proposal-count-unchanged": len(proposal.unchanged),
        "proposal-count-rejected": len(proposal.rejected),
    }
    parts = (language(name, count=count) for name, count in counts.items() if count)
    return "\n-# ".join(filter(None, (f"### {language(key)}", ", ".join(parts))))


def _show_changed(key: str, new: Proposed, present: Present, language: Language) -> str:
    """Return the text of a changed article: the differences of its fields and its text."""
    old, old_text = present.get(new.id, (None, ""))
    head = f"{language(key)} {fit((old or new).title, TITLE)}"
    lines = list_differences(new, old, language) if old else []
    if old_text and new.text and old_text != new.text:
        lines.insert(0, say_text(old_text, new.text, language, WORDS))
    shown = cut(lines, CHANGES, len(lines), start="- ", end="- …")
    return "\n".join([head, *shown, _say_credit(new, language)])


def _say_credit(new: Proposed, language: Language) -> str:
    code = new.language
    key = f"language-{code}"
    spoken = language(key) if key in language.keys else fit(code, NAME)
    return f"-# {summary_line(new, language)} · {spoken}"


def _show_understood(new: Proposed, language: Language) -> Iterator[str]:
    yield _say_credit(new, language)
    if new.inferred:
        yield f"-# {language('proposal-guessed', fields=name_fields(new.inferred, language))}"
    yield f"> {fit(new.opening, OPENING)}"


def name_fields(names: Iterable[str], language: Language) -> str:
    """Return the names of an article's fields in a language, without fields that have none."""
    return ", ".join(language(f"field-{n}") for n in names if f"field-{n}" in language.keys)


def list_differences(new: ArticleSummary, old: ArticleSummary, language: Language) -> list[str]:
    """Return a line for each field that differs, with its values before and after."""
    values = [(name, getattr(old, name), getattr(new, name)) for name in (*FIELDS, "passages")]
    return [say_field(*each, language, VALUE) for each in values if each[1] != each[2]]


def say_text(before: str, after: str, language: Language, limit: int) -> str:
    """Say how a text was changed: word by word or, beyond ``limit``, in how many paragraphs."""
    words = tell_differences(before, after, limit)
    return words or language("proposal-text", **count_differences(before, after))


def say_field(name: str, before: object, after: object, language: Language, limit: int) -> str:
    """Say how a field was changed, its values cut to ``limit`` characters each."""
    old, new = (fit(say_value(value, language), limit) for value in (before, after))
    label = language(f"field-{name}")
    return language("proposal-before-after", field=label, before=old, after=new)


def _draw_lists(proposal: Proposal, language: Language) -> tuple[Piece, ...]:
    """Return the lists of unchanged articles, rejected inputs, full quotas and left-out parts."""
    unchanged = [fit(article.title, VALUE) for article in proposal.unchanged]
    omitted = [fit(line, REASON) for line in _say_left_out(proposal, language)]
    return (
        list_under(language("proposal-unchanged"), unchanged, language, room=LISTS // 2, most=3),
        list_rejected(proposal.rejected, language),
        _show_left(proposal, language),
        list_under(language("proposal-left-out"), omitted, language, room=LISTS, most=3),
    )


def _show_left(proposal: Proposal, language: Language) -> ui.Item[Any] | None:
    """Return the number of articles that exceed a quota, and the reasons; None if none do."""
    reasons = dict.fromkeys(translate(each.reason, language.code) for each in proposal.left)
    lines = [f"-# {fit(reason, REASON)}" for reason in [*reasons][:2]]
    return text(language("proposal-left", count=len(proposal.left)), *lines) if lines else None


def _say_left_out(proposal: ChangeReport, language: Language) -> list[str]:
    """Return a line for each part that a reader left out on purpose, without duplicates."""
    parts = (
        (part.input, translate(part.what, language.code), translate(part.why, language.code))
        for part in proposal.left_out
    )
    return [
        language("proposal-omitted", name=clean(name), what=what, why=why)
        for name, what, why in dict.fromkeys(parts)
    ]


def list_rejected(rejected: Sequence[Rejected], language: Language) -> ui.TextDisplay[Any] | None:
    """Return the list of rejected inputs with reasons; None if there are none."""
    lines = [fit(line, REASON) for line in say_reasons(rejected, language)]
    return list_under(language("proposal-rejected"), lines, language, room=2 * LISTS, most=LINES)


def say_reasons(rejected: Iterable[Rejected], language: Language) -> list[str]:
    """Return the reason of each rejection, after the input's name unless the reason has it."""
    return [
        reason if item.input in reason else f"{item.input}: {reason}"
        for item in rejected
        for reason in [clean(translate(item.reason, language.code))]
    ]


def _say_cost(
    proposal: Proposal, seconds: float, quotas: Sequence[Quota], language: Language
) -> Iterator[str]:
    time = say_duration(seconds, language)
    yield f"-# {language('proposal-cost', count=proposal.to_encode, time=time)}"
    if quotas:
        yield f"-# {say_quotas(quotas, language)}"


def say_quotas(quotas: Sequence[Quota], language: Language) -> str:
    """Say how much of each quota of a collection is used, such as articles in all and today."""
    parts = (language(f"room-{q.what}", used=q.used, most=q.most) for q in quotas)
    return language("room", told=" · ".join(parts))


def _is_long(proposal: Proposal, shown: Sequence[str]) -> bool:
    """Return whether the card leaves something out."""
    return (
        len(shown) < len(proposal.articles)
        or len(proposal.rejected) > LINES
        or any(len(each.input) + len(each.reason) > REASON for each in proposal.rejected)
        or len(proposal.unchanged) > 1
        or bool(proposal.left)
    )


def attach_report(proposal: ChangeReport, key: str, language: Language) -> Attached:
    """Return the whole change as a text file; ``key``: of the text that names the file."""
    parts = [
        (language("list-added"), [_format_article(p, language) for p in proposal.added]),
        (language("list-changed"), [_format_article(p, language) for p in proposal.changed]),
        (language("proposal-unchanged"), [clean(a.title) for a in proposal.unchanged]),
        (language("list-removed"), [clean(title) for title in proposal.removed]),
        (language("proposal-rejected"), say_reasons(proposal.rejected, language)),
        (language("list-left"), say_reasons(proposal.left, language)),
        (language("proposal-left-out"), _say_left_out(proposal, language)),
    ]
    return document(language(key), parts)


def _format_article(article: Proposed, language: Language) -> str:
    """Return an article as a line of the text file."""
    names = name_fields(article.inferred, language)
    fields = (article.title, article.source, article.author, article.date, article.url)
    parts = [clean(str(part)) for part in fields if part]
    marks = [language("proposal-guessed", fields=names)] if names else []
    return " · ".join([*parts, language("passages", count=article.passages), *marks])


def _draw_buttons(proposal: Proposal, collection: str, language: Language) -> list[Piece]:
    """Return the buttons, with a menu to pick the article to correct if there are several."""
    articles = proposal.articles
    if not (articles or proposal.removed):
        return []
    name = f"{collection}:{proposal.token}"
    choices = [option(label(a, articles), a.id, clean(a.source or "")) for a in articles]
    pick = correct = None
    if len(articles) == 1:
        correct = button(language("button-correct"), f"v:fix:{name}")
    elif articles:
        pick = select(f"v:pick:{name}", language("proposal-pick"), choices)
    cancel = button(language("button-cancel"), f"v:plan:no:{name}")
    key = "remove-confirm" if proposal.removed else "button-confirm"
    color = ButtonStyle.danger if proposal.removed else ButtonStyle.success
    confirm, replace = button(language(key), f"v:plan:ok:{name}", style=color), None
    if proposal.instead:  # articles that seem to be corrected, so that to replace them comes first
        replace = button(language("button-replace"), f"v:plan:rep:{name}", style=color)
        confirm = button(language("button-another"), f"v:plan:ok:{name}")
    return [pick, row(replace, confirm, correct, cancel)]
