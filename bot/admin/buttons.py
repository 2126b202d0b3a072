"""What editors click and fill in: confirm, correct, cancel, restore, add; files and fields.

Whether somebody may is asked at each click, and on which server they click, never read from the
button.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from discord import ui

from bot import delivery
from bot.admin import additions
from bot.admin.history import show_history
from bot.admin.intake import Upload
from bot.admin.proposals import TOKEN
from bot.admin.target import WHERE, choose, find_article, is_shared, target, where
from bot.asking.conversation import read_day
from bot.delivery import answer, hold_update, language_of
from bot.errors import BotError
from bot.servers.rules import require_editor
from bot.ui.actions import Click, Filled, Form, write_field
from bot.ui.components import notice
from bot.ui.naming import SHORT, short

if TYPE_CHECKING:
    from bot.context import Interaction
    from bot.translate import Language
    from embeddings.engine import SearchEngine
    from embeddings.reports import Proposal
    from embeddings.types import Article, ArticleSummary

ARTICLE = r"(?P<article>[a-z0-9-]{1,80})"
"""The pattern of an article's id."""
MOST_FILES = 10
"""The most files that Discord takes in one form."""
_LONGEST = {"title": 500, "source": 200, "author": 200, "date": 20, "url": 1000}
_MOST, _FIELDS_IN_FORM = 4000, 5
"""The longest text of a field, and the most fields of a form."""
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


async def _take(interaction: Interaction, click: Click) -> SearchEngine:
    """Acknowledge an editor's click, and return the collection that it changes."""
    if not (shared := is_shared(click.fields)):
        require_editor(interaction)
    await hold_update(interaction)
    return await target(interaction, shared=shared)


class Decide(Click, template=rf"v:plan:(?P<verb>ok|any|rep|repany|no):{WHERE}:{TOKEN}"):
    """Do what was proposed, in spite of the gate if need be, or drop it."""

    async def _act(self, interaction: Interaction) -> None:
        engine = await _take(interaction, self)
        verb, token = self.fields["verb"], self.fields["token"]
        if verb == "no":
            await engine.drop(token)
            await answer(interaction, notice(language_of(interaction)("proposal-dropped")))
            return
        await additions.confirm(interaction, engine, verb, token)


class Correct(Click, template=rf"v:(?P<way>fix|pick):{WHERE}:{TOKEN}"):
    """A form for what is known of the article that is proposed, or was chosen of several."""

    async def _act(self, interaction: Interaction) -> None:
        where, token = self.fields["where"], self.fields["token"]
        ref = short(self.item.values[0]) if self.fields["way"] == "pick" else None
        engine = await target(interaction, shared=is_shared(self.fields))
        article = choose_proposed(await engine.proposal(token), ref)
        name = f"v:fixed:{where}:{token}:{short(article.id)}"
        form = Fix.about(article, name, language_of(interaction))
        await interaction.response.send_modal(form)


class Index(Click, template=rf"v:index:{WHERE}:(?P<full>[01])"):
    """Publish a new index in spite of the gate."""

    async def _act(self, interaction: Interaction) -> None:
        engine, full = await _take(interaction, self), self.fields["full"] == "1"
        await additions.reindex(interaction, engine, full=full, anyway=True)


class Page(Click, template=rf"v:hist:{WHERE}:(?P<page>\d{{1,5}}):(?P<name>[a-z0-9-]{{0,80}})"):
    """Show another part of the history."""

    async def _act(self, interaction: Interaction) -> None:
        engine, page = await _take(interaction, self), int(self.fields["page"])
        await show_history(interaction, engine, self.fields["name"], page)


class Restore(Click, template=rf"v:back:{WHERE}:\d:(?P<number>\d{{1,6}}):{ARTICLE}"):
    """Propose an earlier version of an article."""

    async def _act(self, interaction: Interaction) -> None:
        engine, number = await _take(interaction, self), int(self.fields["number"])
        proposal = await engine.propose_version(self.fields["article"], number)
        await additions.show(interaction, engine, proposal)


class Stories(Click, template=r"v:stories"):
    """The form for files and links, where there is no article yet."""

    async def _act(self, interaction: Interaction) -> None:
        if not (shared := await choose(interaction, shared=None)):
            require_editor(interaction)
        form = Add.to(where(shared=shared), language_of(interaction))
        await interaction.response.send_modal(form)


class Add(Form, template=rf"v:add:{WHERE}"):
    """Files and links, for those who give none with the command."""

    @classmethod
    def to(cls, where: str, language: Language) -> Add:
        """Return the form."""
        files: ui.FileUpload[Any] = ui.FileUpload(
            custom_id="files", required=False, min_values=0, max_values=MOST_FILES
        )
        links = write_field("links", most=_MOST, is_long=True)
        fields = ((language("add-files"), files), (language("add-links"), links))
        return cls(language("button-add"), f"v:add:{where}", *fields)

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Show what they would add."""
        uploads = [Upload.in_form(each, interaction.client) for each in filled.files]
        shared = is_shared(filled.fields)
        await additions.propose(interaction, uploads, filled["links"].split(), shared=shared)


class _Fields(Form, template=r"v:fields"):
    """What is known of an article, to be corrected."""

    @classmethod
    def about(cls, article: ArticleSummary, custom_id: str, language: Language) -> Form:
        """Return the form, filled in with what is known."""
        fields = []
        for name, longest in _LONGEST.items():
            value = _write(article, name)
            label = language("edit-date" if name == "date" else f"field-{name}")
            field = write_field(
                name, most=max(longest, len(value)), is_needed=name == "title", value=value
            )
            fields.append((label, field))
        return cls(language("edit-title"), custom_id, *fields)


class Rewrite(Form, template=rf"v:text:{WHERE}:(?P<digest>[0-9a-f]{{8}}):{ARTICLE}"):
    """The text of an article, in as many fields as it takes."""

    @classmethod
    def of(cls, article: Article, where: str, language: Language) -> Form:
        """Return the form; raises BotError when the text is too long for it."""
        parts = cut_text(article.text)
        if len(parts) > _FIELDS_IN_FORM:
            raise BotError("text-too-long", most=_FIELDS_IN_FORM * _MOST)
        fields = []
        for n, part in enumerate(parts, 1):
            field = write_field(f"text{n}", most=_MOST, is_long=True, value=part)
            fields.append((language("edit-text", part=n, parts=len(parts)), field))
        name = f"v:text:{where}:{article.digest[:8]}:{article.id}"
        return cls(language("edit-title"), name, *fields)

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Show what the correction would change."""
        engine, found = await _enter(interaction, filled)
        old = await engine.article(found.id)
        if not old.digest.startswith(filled.fields["digest"]):
            raise BotError("text-moved")
        text = "\n\n".join(filter(None, (filled[f"text{n + 1}"] for n in range(_FIELDS_IN_FORM))))
        if text == old.text.strip():
            raise BotError("nothing-changed")
        await _propose(interaction, engine, filled, {"text": text})


async def _enter(interaction: Interaction, filled: Filled) -> tuple[SearchEngine, ArticleSummary]:
    """Acknowledge a form; return the collection and its article, which is there."""
    await delivery.hold(interaction, ephemeral=True)
    engine = await target(interaction, shared=is_shared(filled.fields))
    return engine, find_article(engine, filled.fields["article"])


async def _propose(
    interaction: Interaction, engine: SearchEngine, filled: Filled, new: dict[str, str | None]
) -> None:
    proposal = await engine.propose_edit(filled.fields["article"], new)
    await additions.show(interaction, engine, proposal)


def cut_text(text: str) -> list[str]:
    """Return a text in parts that a field takes, cut between two paragraphs.

    Raises:
        BotError: A paragraph is longer than a field.
    """
    parts = [""]
    for paragraph in text.strip().split("\n\n"):
        if len(paragraph) > _MOST:
            raise BotError("text-too-long", most=_FIELDS_IN_FORM * _MOST)
        joined = f"{parts[-1]}\n\n{paragraph}".strip()
        parts = [*parts[:-1], joined] if len(joined) <= _MOST else [*parts, paragraph]
    return parts


class Edit(_Fields, template=rf"v:edit:{WHERE}:{ARTICLE}"):
    """The same for an article that is there."""

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Show what the correction would change."""
        engine, found = await _enter(interaction, filled)
        await _propose(interaction, engine, filled, read_changes(filled, found))


class Fix(_Fields, template=rf"v:fixed:{WHERE}:{TOKEN}:(?P<article>{SHORT})"):
    """The same for an article that is proposed."""

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Show the corrected proposal in place of the one before."""
        await delivery.hold_update(interaction)
        token = filled.fields["token"]
        engine = await target(interaction, shared=is_shared(filled.fields))
        article = choose_proposed(await engine.proposal(token), filled.fields["article"])
        new = read_changes(filled, article)
        proposal = await engine.correct(token, article.id, new)
        await additions.show(interaction, engine, proposal)


def _write(article: ArticleSummary, name: str) -> str:
    value = getattr(article, name)
    return "" if value is None else str(value)[:_MOST]


def read_changes(filled: Filled, article: ArticleSummary) -> dict[str, str | None]:
    """Return the fields that somebody changed in a form, with what they wrote; None where empty.

    Raises:
        BotError: Nothing was changed, or a value cannot be stored.
    """
    differing = [name for name in _LONGEST if filled[name] != _write(article, name).strip()]
    new = {name: filled[name] or None for name in differing}
    if not new:
        raise BotError("nothing-changed")
    if "title" in new and not new["title"]:
        raise BotError("title-empty")
    if (url := new.get("url")) and not _ADDRESS.fullmatch(url):
        raise BotError("bad-url")
    if text := new.get("date"):
        new["date"] = _read_day(text)
    return new


def _read_day(text: str) -> str:
    """Return a whole day; a month or a year alone is not when something was published."""
    first, last = read_day(text), read_day(text, last=True)
    if first is None or first != last:
        raise BotError("date", text=text[:40])
    return first.isoformat()


def choose_proposed(proposal: Proposal, ref: str | None = None) -> ArticleSummary:
    """Return a proposal's article that a digest names, or its only one; raises BotError without."""
    found = next((a for a in proposal.articles if ref is None or short(a.id) == ref), None)
    if found is None:
        raise BotError("proposal-gone")
    return found


ALL = (Decide, Correct, Index, Page, Restore, Stories)
