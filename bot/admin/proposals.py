"""What an addition, an edit, a return or a removal would do, shown before it counts; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.translate import Language, translate
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
from bot.ui.markup import clean, fit, tell_differences
from bot.ui.naming import NAME, TITLE, label, say_duration, say_value, summary_line
from embeddings.types import FIELDS, ArticleSummary, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.ui.components import Attached, Piece
    from embeddings.reports import ChangeReport, Proposal, Proposed, Room

    Before = Mapping[str, tuple[ArticleSummary, str]]
    """Id -> an article as it is, and its text."""

TOKEN = r"(?P<token>[a-z0-9]{8,16})"  # noqa: S105 - the pattern of a proposal's name
"""The pattern of a proposal in a custom id."""
SHOWN, ARTICLES, LISTS, LINES = 5, 1500, 400, 6
"""The most articles, the characters they take, and the characters and lines of each list."""
OPENING, VALUE, REASON, WORDS, CHANGES = 180, 120, 240, 600, 900


def proposal_card(
    proposal: Proposal,
    now: Before,
    language: Language,
    *,
    where: str,
    seconds: float,
    room: Sequence[Room] = (),
) -> Card:
    """Return what would be done, what it costs, and the buttons that decide.

    ``seconds`` is how long the model will take, about; ``where`` the collection as buttons name it.
    """
    entries = [*_list_entries(proposal, now, language)]
    shown = cut(entries, ARTICLES, SHOWN)
    lists = _lists(proposal, language)
    return Card(
        text(_head(proposal, language)),
        ui.Separator() if shown else None,
        *(text(entry) for entry in shown),
        *(text(line) for line in say_more(len(entries) - len(shown), language)),
        ui.Separator() if lists else None,
        *lists,
        text(*_cost(proposal, seconds, room, language)) if entries else None,
        whole(proposal, "file-proposal", language) if _is_long(proposal, shown) else None,
        *_decisions(proposal, where, language),
        accent=ANSWERED if entries else REFUSED,
    )


def _list_entries(proposal: Proposal, now: Before, language: Language) -> Iterator[str]:
    """Yield what would become of each article."""
    for gone, _ in (now[name] for name in proposal.removed if name in now):
        yield f"**{fit(gone.title, TITLE)}**\n-# {summary_line(gone, language)}"
    for new in proposal.added:
        if correction := proposal.instead.get(new.id):
            yield _show_changed("proposal-corrects", correction, now, language)
        else:
            said = f"{language('proposal-new')} **{fit(new.title, TITLE)}**"
            yield "\n".join([said, *_show_understood(new, language)])
    for changed in proposal.changed:
        yield _show_changed("proposal-change", changed, now, language)


def _head(proposal: Proposal, language: Language) -> str:
    if proposal.removed:
        return f"### {language('remove-ask')}"
    key = "proposal-title" if proposal.articles else "proposal-nothing"
    counts = {
        "proposal-count-added": len(proposal.added),
        "proposal-count-changed": len(proposal.changed),
        "proposal-count-unchanged": len(proposal.unchanged),
        "proposal-count-rejected": len(proposal.rejected),
    }
    said = (language(name, count=count) for name, count in counts.items() if count)
    return "\n-# ".join(filter(None, (f"### {language(key)}", ", ".join(said))))


def _show_changed(key: str, new: Proposed, now: Before, language: Language) -> str:
    """Return what would change of an article: its fields, and its words."""
    old, old_text = now.get(new.id, (None, ""))
    said = f"{language(key)} {fit((old or new).title, TITLE)}"
    lines = [
        language("proposal-before-after", field=name, before=fit(a, VALUE), after=fit(b, VALUE))
        for name, a, b in differences(new, old, language)
    ]
    words = tell_differences(old_text, new.text, WORDS) if old_text and new.text else ""
    lines = [words, *lines] if words else lines or [language("proposal-text")]
    shown = cut(lines, CHANGES, len(lines), start="- ")
    return "\n".join([said, *shown, _credit(new, language)])


def _credit(new: Proposed, language: Language) -> str:
    code = new.language
    key = f"language-{code}"
    spoken = language(key) if key in language.keys else fit(code, NAME)
    return f"-# {summary_line(new, language)} · {spoken}"


def _show_understood(new: Proposed, language: Language) -> Iterator[str]:
    yield _credit(new, language)
    if new.inferred:
        yield f"-# {language('proposal-guessed', fields=name_fields(new.inferred, language))}"
    yield f"> {fit(new.opening, OPENING)}"


def name_fields(names: Iterable[str], language: Language) -> str:
    """Return the names of an article's fields, those that have one."""
    return ", ".join(language(f"field-{n}") for n in names if f"field-{n}" in language.keys)


def differences(
    new: ArticleSummary, old: ArticleSummary | None, language: Language
) -> list[tuple[str, str, str]]:
    """Return the name of each field that differs, with its values before and after."""
    if old is None:
        return []
    found = [(name, getattr(old, name), getattr(new, name)) for name in (*FIELDS, "passages")]
    return [
        (language(f"field-{name}"), say_value(before, language), say_value(after, language))
        for name, before, after in found
        if before != after
    ]


def _lists(proposal: Proposal, language: Language) -> list[ui.Item[Any]]:
    """Return what is there already, what is not taken, and what is left out, file by file."""
    same = [fit(article.title, VALUE) for article in proposal.unchanged]
    omitted = [fit(line, REASON) for line in _say_left_out(proposal, language)]
    found = (
        list_under(language("proposal-unchanged"), same, language, room=LISTS // 2, most=3),
        rejections(proposal.rejected, language),
        _show_left(proposal, language),
        list_under(language("proposal-left-out"), omitted, language, room=LISTS, most=3),
    )
    return [block for block in found if block is not None]


def _show_left(proposal: Proposal, language: Language) -> ui.Item[Any] | None:
    """Return how many articles there is no room for, and why."""
    reasons = dict.fromkeys(translate(each.reason, language.code) for each in proposal.left)
    told = [f"-# {fit(reason, REASON)}" for reason in [*reasons][:2]]
    return text(language("proposal-left", count=len(proposal.left)), *told) if told else None


def _say_left_out(proposal: ChangeReport, language: Language) -> list[str]:
    """Return what the reader left out on purpose, and why, each once."""
    said = (
        (each.input, translate(each.what, language.code), translate(each.why, language.code))
        for each in proposal.left_out
    )
    return [
        language("proposal-omitted", name=clean(name), what=what, why=why)
        for name, what, why in dict.fromkeys(said)
    ]


def rejections(rejected: Sequence[Rejected], language: Language) -> ui.TextDisplay[Any] | None:
    """Return what is not taken, and why, one by one; None when all is."""
    lines = [fit(line, REASON) for line in say_reasons(rejected, language)]
    return list_under(language("proposal-rejected"), lines, language, room=2 * LISTS, most=LINES)


def say_reasons(rejected: Iterable[Rejected], language: Language) -> list[str]:
    """Return why things are not taken; each with its name, unless the sentence has it."""
    return [
        reason if each.input in reason else f"{each.input}: {reason}"
        for each in rejected
        for reason in [clean(translate(each.reason, language.code))]
    ]


def _cost(
    proposal: Proposal, seconds: float, room: Sequence[Room], language: Language
) -> Iterator[str]:
    if proposal.to_encode:
        time = say_duration(seconds, language)
        yield f"-# {language('proposal-cost', count=proposal.to_encode, time=time)}"
    else:
        yield f"-# {language('proposal-free')}"
    if room:
        yield f"-# {say_room(room, language)}"


def say_room(room: Sequence[Room], language: Language) -> str:
    """Say how much a collection holds and took today, of how much it may."""
    told = (language(f"room-{each.what}", used=each.used, most=each.most) for each in room)
    return language("room", told=" · ".join(told))


def _is_long(proposal: Proposal, shown: Sequence[str]) -> bool:
    """Say whether the card leaves something out."""
    return (
        len(shown) < len(proposal.articles)
        or len(proposal.rejected) > LINES
        or any(len(each.input) + len(each.reason) > REASON for each in proposal.rejected)
        or len(proposal.unchanged) > 1
        or bool(proposal.left)
    )


def whole(proposal: ChangeReport, key: str, language: Language) -> Attached:
    """Return all of it as a text file, whose name is the text of a key."""
    parts = [
        (language("list-added"), [_line(p, language) for p in proposal.added]),
        (language("list-changed"), [_line(p, language) for p in proposal.changed]),
        (language("proposal-unchanged"), [clean(a.title) for a in proposal.unchanged]),
        (language("list-removed"), [clean(title) for title in proposal.removed]),
        (language("proposal-rejected"), say_reasons(proposal.rejected, language)),
        (language("list-left"), say_reasons(proposal.left, language)),
        (language("proposal-left-out"), _say_left_out(proposal, language)),
    ]
    return document(language(key), parts)


def _line(article: Proposed, language: Language) -> str:
    """Return an article as a line of a text file."""
    names = name_fields(article.inferred, language)
    given = (article.title, article.source, article.author, article.date, article.url)
    parts = [clean(str(part)) for part in given if part]
    marks = [language("proposal-guessed", fields=names)] if names else []
    return " · ".join([*parts, language("passages", count=article.passages), *marks])


def _decisions(proposal: Proposal, where: str, language: Language) -> list[Piece]:
    """Return the buttons; the article to correct is chosen when there are many."""
    articles = proposal.articles
    if not (articles or proposal.removed):
        return []
    name = f"{where}:{proposal.token}"
    choices = [option(label(a, articles), a.id, clean(a.source or "")) for a in articles]
    pick = correct = None
    if len(articles) == 1:
        correct = button(language("button-correct"), f"v:fix:{name}")
    elif articles:
        pick = select(f"v:pick:{name}", language("proposal-pick"), choices)
    cancel = button(language("button-cancel"), f"v:plan:no:{name}")
    return [pick, row(*confirm_buttons(proposal, name, language), correct, cancel)]


def confirm_buttons(
    proposal: Proposal, name: str, language: Language
) -> Iterator[ui.Button[Any] | None]:
    """Yield the buttons that do it: what seems to correct an article replaces it first."""
    if proposal.removed:
        yield button(language("remove-confirm"), f"v:plan:ok:{name}", style=ButtonStyle.danger)
    elif proposal.instead:
        yield button(language("button-replace"), f"v:plan:rep:{name}", style=ButtonStyle.success)
        yield button(language("button-another"), f"v:plan:ok:{name}")
    else:
        yield button(language("button-confirm"), f"v:plan:ok:{name}", style=ButtonStyle.success)
