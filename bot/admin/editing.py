"""The forms in which admins give files and links, and correct what is known of an article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import delivery
from bot.admin import additions as proposing
from bot.admin.proposals import FIELDS, TOKEN, proposed
from bot.admin.target import WHERE, by, is_shared, named, target
from bot.asking.dates import read_day
from bot.asking.forms import MAX_TITLE
from bot.errors import BotError
from bot.ui.refs import SHORT, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.client import Interaction
    from bot.translate import Language
    from embeddings.types import ArticleSummary, Proposal

ARTICLE = r"(?P<article>[a-z0-9-]{1,80})"
"""The pattern of an article's id."""
ADD = re.compile(rf"v:add:{WHERE}")
EDIT = re.compile(rf"v:edit:{WHERE}:{ARTICLE}")
FIX = re.compile(rf"v:fixed:{WHERE}:{TOKEN}:(?P<article>{SHORT})")
MOST_FILES = 10
"""The most files that Discord takes in one form."""
_LONGEST = {"title": 500, "source": 200, "author": 200, "date": 20, "url": 1000}
_MOST = 4000
"""The longest text that a form may hold."""
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def add_form(language: Language, *, where: str) -> ui.Modal:
    """Return the form for files and links, for those who give none with the command."""
    files: ui.FileUpload[Any] = ui.FileUpload(
        custom_id="files", required=False, min_values=0, max_values=MOST_FILES
    )
    pages: ui.TextInput[Any] = ui.TextInput(
        custom_id="links",
        style=discord.TextStyle.paragraph,
        required=False,
        max_length=_MOST,
    )
    modal = ui.Modal(title=language("add-title")[:MAX_TITLE], custom_id=f"v:add:{where}")
    modal.add_item(ui.Label(text=language("add-files")[:MAX_TITLE], component=files))
    modal.add_item(ui.Label(text=language("add-links")[:MAX_TITLE], component=pages))
    modal.stop()  # as below
    return modal


def edit_form(language: Language, article: ArticleSummary, *, where: str) -> ui.Modal:
    """Return the form for an article that is there."""
    return _form(language, article, f"v:edit:{where}:{article.id}")


def fix_form(language: Language, article: ArticleSummary, token: str, *, where: str) -> ui.Modal:
    """Return the form for an article that is proposed."""
    return _form(language, article, f"v:fixed:{where}:{token}:{short(article.id)}")


def _form(language: Language, article: ArticleSummary, custom_id: str) -> ui.Modal:
    modal = ui.Modal(title=language("edit-title")[:MAX_TITLE], custom_id=custom_id)
    for name, longest in _LONGEST.items():
        value = _written(article, name)[:_MOST]
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.short,
            default=value or None,
            required=name == "title",
            max_length=max(longest, len(value)),
        )
        label = language("edit-date") if name == "date" else language(FIELDS[name])
        modal.add_item(ui.Label(text=label[:MAX_TITLE], component=field))
    modal.stop()  # found again by its custom id, not by discord.py's memory
    return modal


def _written(article: ArticleSummary, name: str) -> str:
    value = getattr(article, name)
    return "" if value is None else str(value)


def corrected(filled: Mapping[str, str], article: ArticleSummary) -> dict[str, str | None]:
    """Return the fields that somebody changed in a form, with what they wrote; None where empty.

    Raises:
        BotError: Nothing was changed, or a value cannot be stored.
    """
    given = {name: filled.get(name, "").strip() for name in _LONGEST}
    changed = {
        name: value or None
        for name, value in given.items()
        if value != _written(article, name)[:_MOST].strip()
    }
    if not changed:
        raise BotError("nothing-changed")
    if "title" in changed and not changed["title"]:
        raise BotError("title-empty")
    if (url := changed.get("url")) and not _ADDRESS.fullmatch(url):
        raise BotError("bad-url")
    if text := changed.get("date"):
        changed["date"] = _day(text)
    return changed


def _day(text: str) -> str:
    """Return a whole day; a month or a year alone is not when something was published."""
    first, last = read_day(text), read_day(text, last=True)
    if first is None or first != last:
        raise BotError("date", text=text[:40])
    return first.isoformat()


async def on_form(interaction: Interaction, custom_id: str, filled: Mapping[str, str]) -> bool:
    """Take a form of these; say whether it was one.

    Raises:
        BotError: What was written cannot be stored, or what it is about is gone.
    """
    if match := ADD.fullmatch(custom_id):
        shared, links = is_shared(match.groupdict()), filled.get("links", "").split()
        await proposing.propose(interaction, _uploads(interaction), links, shared=shared)
    elif match := EDIT.fullmatch(custom_id):
        await _on_edit(interaction, match.groupdict(), filled)
    elif match := FIX.fullmatch(custom_id):
        await _on_fix(interaction, match.groupdict(), filled)
    return match is not None


def _uploads(interaction: Interaction) -> list[discord.Attachment]:
    """Return the files that were given in a form."""
    data: Any = interaction.data or {}
    given = data.get("resolved", {}).get("attachments", {}).values()
    state = interaction._state  # noqa: SLF001 - what discord.py makes them with, for its own forms
    return [discord.Attachment(data=each, state=state) for each in given]


async def _on_edit(
    interaction: Interaction, fields: dict[str, str], filled: Mapping[str, str]
) -> None:
    await delivery.hold(interaction, ephemeral=True)
    shared = is_shared(fields)
    engine = await target(interaction, shared=shared)
    changed = corrected(filled, named(engine, fields["article"]))
    proposal = await engine.propose_edit(fields["article"], changed, by=by(interaction))
    await proposing.show(interaction, engine, proposal, shared=shared)


async def _on_fix(
    interaction: Interaction, fields: dict[str, str], filled: Mapping[str, str]
) -> None:
    await delivery.hold_update(interaction)
    shared, token = is_shared(fields), fields["token"]
    engine = await target(interaction, shared=shared)
    article = chosen(await engine.proposal(token), fields["article"])
    fixed = await engine.correct(token, article.id, corrected(filled, article), by=by(interaction))
    await proposing.show(interaction, engine, fixed, shared=shared)


def chosen(proposal: Proposal, ref: str | None = None) -> ArticleSummary:
    """Return the article of a proposal that a digest names, or the only one.

    Raises:
        BotError: It is not there.
    """
    articles = [each.article for each in proposed(proposal)]
    found = next((a for a in articles if ref is None or short(a.id) == ref), None)
    if found is None:
        raise BotError("proposal-gone")
    return found
