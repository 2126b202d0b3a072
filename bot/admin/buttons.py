"""Buttons and forms for editors: confirm, correct, cancel, restore, add; files and fields.

The permission and the server are checked at each click, and never read from the button.
"""

import re
from typing import Any

from discord import ui

from bot.admin import additions
from bot.admin.history import show_history
from bot.admin.proposals import TOKEN
from bot.asking.asking import read_days
from bot.context import Interaction, language_of
from bot.delivery import Acknowledge, CardOrForm, defer, defer_update
from bot.errors import BotError
from bot.servers.rules import find_collection, prefers_shared, require_editor
from bot.translate import Language
from bot.ui.components import Card, notice
from bot.ui.handlers import Input, form, handles, write_field
from bot.ui.naming import COLLECTION, DIGEST, make_digest, write_collection
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
Known = Article | ArticleSummary
_NEXT_ADDRESS = re.compile(r"\n|\s(?=https?://)", re.IGNORECASE)
"""What ends an address as it is typed: the line's end, or the next one that is whole."""
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


async def _open_collection(
    interaction: Interaction, data: Input, acknowledge: Acknowledge | None = defer_update
) -> SearchEngine:
    """Check an editor's permission, acknowledge, and return the engine of the collection."""
    if not (shared := data["collection"] == "s"):
        require_editor(interaction)
    if acknowledge:
        await acknowledge(interaction)
    return await find_collection(interaction, shared=shared)


@handles(rf"v:plan:(?P<verb>ok|any|rep|repany):{COLLECTION}:{TOKEN}")
async def confirm(interaction: Interaction, data: Input) -> CardOrForm:
    """Carry out a proposal; with ``any`` or ``repany``, even if golden questions fail."""
    engine = await _open_collection(interaction, data)
    return await additions.confirm(interaction, engine, data["verb"], data["token"])


@handles(rf"v:plan:no:{COLLECTION}:{TOKEN}")
async def drop(interaction: Interaction, data: Input) -> Card:
    """Drop a proposal."""
    await (await _open_collection(interaction, data)).drop(data["token"])
    return notice(language_of(interaction)("proposal-dropped"))


@handles(rf"v:(?P<way>fix|pick):{COLLECTION}:{TOKEN}")
async def correct(interaction: Interaction, data: Input) -> ui.Modal:
    """Open the form for the fields of the proposed article, or of the one picked from several."""
    engine, token = await _open_collection(interaction, data, None), data["token"]
    ref = make_digest(data.chosen) if data["way"] == "pick" else None
    article = choose_proposed(await engine.proposal(token), ref)
    name = f"v:fixed:{data['collection']}:{token}:{make_digest(article.id)}"
    return edit_form(article, name, language_of(interaction))


@handles(rf"v:(?P<way>reindex|index):{COLLECTION}:(?P<full>[01])")
async def reindex(interaction: Interaction, data: Input) -> None:
    """Retry a reindex; ``index`` publishes it even if golden questions fail."""
    engine, full = await _open_collection(interaction, data), data["full"] == "1"
    await additions.reindex(interaction, engine, full=full, anyway=data["way"] == "index")


@handles(rf"v:hist:{COLLECTION}:(?P<page>\d{{1,5}}):(?P<name>[a-z0-9-]{{0,80}})")
async def turn_page(interaction: Interaction, data: Input) -> Card:
    """Show another page of the history."""
    engine = await _open_collection(interaction, data)
    return await show_history(interaction, engine, data["name"], int(data["page"]))


@handles(rf"v:back:{COLLECTION}:\d:(?P<number>\d{{1,6}}):{ARTICLE}")
async def restore(interaction: Interaction, data: Input) -> Card:
    """Propose an earlier version of an article."""
    engine, number = await _open_collection(interaction, data), int(data["number"])
    proposal = await engine.propose_version(data["article"], number)
    return await additions.show_proposal(interaction, engine, proposal)


@handles(r"v:stories")
async def open_form(interaction: Interaction, _: Input) -> ui.Modal:
    """Open the form for files and links, from a card that says there are no articles yet."""
    if not (shared := await prefers_shared(interaction)):
        require_editor(interaction)
    return add_form(language_of(interaction), shared=shared)


def add_form(language: Language, *, shared: bool) -> ui.Modal:
    """Return the form for files and links."""
    files: ui.FileUpload[Any] = ui.FileUpload(
        custom_id="files", required=False, min_values=0, max_values=MOST_FILES
    )
    links = write_field("links", most=_MOST, is_long=True)
    fields = ((language("add-files"), files), (language("add-links"), links))
    return form(language("button-add"), f"v:add:{write_collection(shared=shared)}", *fields)


@handles(rf"v:add:{COLLECTION}")
async def add(interaction: Interaction, data: Input) -> Card:
    """Propose to add the form's files and links."""
    links = [*filter(None, map(str.strip, _NEXT_ADDRESS.split(data.read("links"))))]
    return await additions.propose(interaction, data.files, links, shared=data["collection"] == "s")


def edit_form(article: Known, custom_id: str, language: Language) -> ui.Modal:
    """Return the form for an article's fields, filled in with their values."""
    fields = []
    for name, longest in _LONGEST.items():
        value = _format_value(article, name)
        label = language("edit-date" if name == "date" else f"field-{name}")
        most, is_needed = max(longest, len(value)), name == "title"
        fields.append((label, write_field(name, most=most, is_needed=is_needed, value=value)))
    return form(language("edit-title"), custom_id, *fields)


@handles(rf"v:edit:{COLLECTION}:{ARTICLE}")
async def edit(interaction: Interaction, data: Input) -> Card:
    """Propose the changes of an article's fields."""
    engine = await _open_collection(interaction, data, defer)
    article = await engine.article(data["article"])
    proposal = await engine.propose_edit(article.id, read_changes(data, article))
    return await additions.show_proposal(interaction, engine, proposal)


@handles(rf"v:fixed:{COLLECTION}:{TOKEN}:(?P<article>{DIGEST})")
async def fix(interaction: Interaction, data: Input) -> Card:
    """Correct a proposal, and show it instead of the old one."""
    engine, token = await _open_collection(interaction, data), data["token"]
    article = choose_proposed(await engine.proposal(token), data["article"])
    proposal = await engine.correct(token, article.id, read_changes(data, article))
    return await additions.show_proposal(interaction, engine, proposal)


def text_form(article: Article, collection: str, language: Language) -> ui.Modal:
    """Return the form for an article's text, split between paragraphs into up to five fields.

    Raises:
        BotError: The text is too long for the form, or a paragraph for a field.
    """
    parts = [""]
    for paragraph in article.text.strip().split("\n\n"):
        joined = f"{parts[-1]}\n\n{paragraph}".strip()
        parts = [*parts[:-1], joined] if len(joined) <= _MOST else [*parts, paragraph]
    if len(parts) > _FIELDS_IN_FORM or max(map(len, parts)) > _MOST:
        raise BotError("text-too-long", most=_FIELDS_IN_FORM * _MOST)
    fields = []
    for n, part in enumerate(parts, 1):
        field = write_field(f"text{n}", most=_MOST, is_long=True, value=part)
        fields.append((language("edit-text", part=n, parts=len(parts)), field))
    name = f"v:text:{collection}:{article.digest[:8]}:{article.id}"
    return form(language("edit-title"), name, *fields)


@handles(rf"v:text:{COLLECTION}:(?P<digest>[0-9a-f]{{8}}):{ARTICLE}")
async def rewrite(interaction: Interaction, data: Input) -> Card:
    """Propose the changes of an article's text."""
    engine = await _open_collection(interaction, data, defer)
    old = await engine.article(data["article"])
    if not old.digest.startswith(data["digest"]):
        raise BotError("text-moved")
    parts = (data.read(f"text{n + 1}") for n in range(_FIELDS_IN_FORM))
    text = "\n\n".join(filter(None, parts))
    if text == old.text.strip():
        raise BotError("nothing-changed")
    proposal = await engine.propose_edit(old.id, {"text": text})
    return await additions.show_proposal(interaction, engine, proposal)


def _format_value(article: Known, name: str) -> str:
    value = getattr(article, name)
    return "" if value is None else str(value)[:_MOST]


def read_changes(data: Input, article: Known) -> dict[str, str | None]:
    """Return the fields that were changed in a form: name -> new value, None if emptied.

    Raises:
        BotError: No field was changed, or a value is invalid.
    """
    changed = [name for name in _LONGEST if data.read(name) != _format_value(article, name).strip()]
    new = {name: data.read(name) or None for name in changed}
    if not new:
        raise BotError("nothing-changed")
    if (url := new.get("url")) and not _ADDRESS.fullmatch(url):
        raise BotError("bad-url")
    if text := new.get("date"):
        days = read_days(text)
        if days.first != days.last:  # a month is no date of publication
            raise BotError("date", text=text[:40])
        new["date"] = days.first.isoformat()
    return new


def choose_proposed(proposal: Proposal, ref: str | None) -> ArticleSummary:
    """Return the proposal's article with the reference, or its first; raises BotError if none."""
    article = next((a for a in proposal.articles if ref is None or make_digest(a.id) == ref), None)
    if article is None:
        raise BotError("proposal-gone")
    return article
