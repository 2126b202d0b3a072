"""Proposes additions of files and pages from Discord, and publishes confirmed proposals.

Typed text is turned into a web address before the engine sees it, so that it never names a file
of this machine.
"""

from __future__ import annotations

import asyncio
import logging
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from discord import Attachment

from bot.admin.history import list_titles
from bot.admin.progress import Reporter, carry_out, expect_seconds, learn_speed
from bot.admin.proposals import SHOWN, proposal_card
from bot.admin.reports import change_card, name_author, reindex_card, say_entry
from bot.context import Interaction, language_of
from bot.delivery import LOST, defer, retry
from bot.errors import BotError
from bot.servers.rules import find_collection
from bot.translate import Language
from bot.ui.components import WRONG, Card, notice
from bot.ui.markup import clean
from bot.ui.naming import write_collection
from embeddings.errors import Overtaken, StorageError
from embeddings.readers import is_supported, list_endings
from embeddings.readers.addresses import is_web_address
from embeddings.reports import Proposal, ReindexReport
from embeddings.types import Rejected

if TYPE_CHECKING:
    from embeddings.engine import SearchEngine

SECONDS = 60.0
"""Seconds that the download of one attachment may take."""
MEGABYTE = 1_000_000
MAX_LINKS = 10
"""The most links that are taken from one message."""
_STEM = 60
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,9}$")
_EDGES = "-. "
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\0]+')
_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_AFTER = ".,;:!?…»”’'\"*_~`"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_log = logging.getLogger(__name__)


async def propose(
    interaction: Interaction, uploads: Sequence[Attachment], links: Sequence[str], *, shared: bool
) -> Card:
    """Acknowledge the interaction, and return a card of what files and pages would add.

    Raises:
        BotError: There are no files or pages, or the person may not add them.
    """
    if not uploads and not links:
        raise BotError("nothing-to-add")
    await defer(interaction)
    engine = await find_collection(interaction, shared=shared)
    async with interaction.client.reading_slots:
        proposal = await _read(interaction, engine, uploads, links)
    return await show_proposal(interaction, engine, proposal)


async def _read(
    interaction: Interaction,
    engine: SearchEngine,
    uploads: Sequence[Attachment],
    links: Iterable[str],
) -> Proposal:
    """Read files and pages, and propose to add them; raises StorageError when the disk fails."""
    most = interaction.client.settings.discord.attachment_megabytes
    language = language_of(interaction)
    with tempfile.TemporaryDirectory(prefix="verbatim-") as folder:
        names, rejected = await fetch_all(uploads, Path(folder), language, megabytes=most)
        inputs = (*names, *dict.fromkeys(map(make_address, links)))
        if not inputs:
            return Proposal(rejected=rejected)
        return await engine.propose(inputs, names=names, rejected=rejected)


async def show_proposal(interaction: Interaction, engine: SearchEngine, proposal: Proposal) -> Card:
    """Return a card of a proposal, with its buttons; drop a proposal that changes nothing."""
    if proposal.token and not (proposal.articles or proposal.removed):
        await engine.drop(proposal.token)
    changed = (p.id for p in (*proposal.changed, *proposal.instead.values()))
    changing = {*changed, *proposal.removed}
    shown = [source for source in engine.sources() if source.id in changing][: 2 * SHOWN]
    present = {source.id: (source, (await engine.article(source.id)).text) for source in shown}
    seconds = await expect_seconds(interaction.client.records, engine.model, proposal.to_encode)
    quotas, collection = await engine.quotas(), write_collection(shared=engine.is_shared)
    draw = partial(proposal_card, collection=collection, seconds=seconds, quotas=quotas)
    return await asyncio.to_thread(draw, proposal, present, language_of(interaction))


async def confirm(
    interaction: Interaction, engine: SearchEngine, verb: str, token: str
) -> Card | None:
    """Carry out a proposal and show its report; return a card if the proposal was overtaken.

    ``verb``: ``ok``; ``rep``: replace the articles that the new ones seem to correct; ``any`` and
    ``repany``: the same, even if golden questions fail.
    """
    language, collection = language_of(interaction), write_collection(shared=engine.is_shared)

    async def do(reporter: Reporter) -> Card:
        titles = {article.id: article.title for article in engine.sources()}
        report = await engine.confirm(
            token,
            by=name_author(interaction),
            anyway=verb.endswith("any"),
            replacing=verb.startswith("rep"),
            progress=reporter.note,
        )
        await _conclude(interaction, engine, report.report, reporter.watch.speed)
        removed = tuple(titles.get(name, name) for name in report.removed)
        return change_card(replace(report, removed=removed), language)

    forcing = "repany" if verb.startswith("rep") else "any"
    begun, forced, leave = (f"v:plan:{way}:{collection}:{token}" for way in (verb, forcing, "no"))
    try:
        await carry_out(interaction, do, begun=begun, forced=forced, leave=leave)
    except Overtaken as error:
        return await _tell_overtaken(engine, error, language)
    return None


async def _tell_overtaken(engine: SearchEngine, error: Overtaken, language: Language) -> Card:
    """Return a card of the latest changes to the articles of an overtaken proposal."""
    titles = await list_titles(engine, *error.articles[:5])
    latest = [(await engine.audit(name))[:1] for name in error.articles[:5]]
    lines = dict.fromkeys(say_entry(e, titles, language) for entries in latest for e in entries)
    said = [language("error-overtaken"), *lines, f"-# {language('overtaken-next')}"]
    return notice("\n".join(said), WRONG)


async def reindex(
    interaction: Interaction, engine: SearchEngine, *, full: bool, anyway: bool = False
) -> None:
    """Build and publish a new snapshot; ``anyway``: even if golden questions fail."""
    language, author = language_of(interaction), name_author(interaction)
    collection = write_collection(shared=engine.is_shared)
    begun, forced = (f"v:{way}:{collection}:{int(full)}" for way in ("reindex", "index"))

    async def do(reporter: Reporter) -> Card:
        report = await engine.reindex(full=full, by=author, anyway=anyway, progress=reporter.note)
        await _conclude(interaction, engine, report, reporter.watch.speed)
        return reindex_card(report, language)

    await carry_out(interaction, do, begun=forced if anyway else begun, forced=forced)


async def _conclude(
    interaction: Interaction,
    engine: SearchEngine,
    report: ReindexReport | None,
    speed: float | None,
) -> None:
    """Dispatch ``articles_changed``, log the report's notes, and store the model's speed."""
    interaction.client.dispatch("articles_changed")
    for note in report.notes if report else ():
        _log.warning("%s", note)
    if report and speed:
        rest = report.seconds - report.encoded / speed
        await learn_speed(interaction.client.records, engine.model, speed, rest)


async def fetch_all(
    uploads: Sequence[Attachment], folder: Path, language: Language, *, megabytes: int
) -> tuple[dict[str, str], tuple[Rejected, ...]]:
    """Download attachments into a folder; ``megabytes``: the largest size of each.

    Returns:
        Path -> the person's name for the file; and the rejected attachments.

    Raises:
        StorageError: The files cannot be written.
    """
    names, rejected = dict[str, str](), list[Rejected]()
    for number, upload in enumerate(uploads, 1):
        name = make_file_name(upload)
        data = await _fetch(upload, name, megabytes, language)
        if isinstance(data, Rejected):
            rejected.append(data)
        else:
            names[await asyncio.to_thread(_write, folder / str(number) / name, data)] = name
    return names, tuple(rejected)


async def _fetch(
    upload: Attachment, name: str, megabytes: int, language: Language
) -> bytes | Rejected:
    """Download one file; reject it for its type, its size or a failed download."""
    if not is_supported(name):
        return Rejected(name, language("rejected-type", name=name, kinds=list_endings()))
    too_large = language("rejected-size", name=name, megabytes=str(megabytes))
    if upload.size > megabytes * MEGABYTE:
        return Rejected(name, too_large)
    try:
        async with asyncio.timeout(SECONDS):
            data = await retry(upload.read)
    except (*LOST, TimeoutError):
        return Rejected(name, language("rejected-lost", name=name))
    return data if len(data) <= megabytes * MEGABYTE else Rejected(name, too_large)


def _write(path: Path, data: bytes) -> str:
    try:
        path.parent.mkdir()
        path.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"An attachment cannot be written to {path.parent}: {reason}.") from None
    return str(path)


def make_file_name(upload: Attachment) -> str:
    """Return a safe file name for an attachment, with no folder and no leading dot.

    Discord changes accents and spaces in ``filename``; ``title`` has the original ones.
    """
    match = _SUFFIX.search(upload.filename)
    suffix = match[0] if match else ""
    stem = (
        _FORBIDDEN.sub("-", clean(upload.title or upload.filename))
        .removesuffix(suffix)
        .strip(_EDGES)
    )
    return f"{stem[:_STEM].strip(_EDGES) or 'file'}{suffix}"


def make_address(typed: str) -> str:
    """Return typed text as a web address, never as a path."""
    text = clean(typed).strip()
    return text if is_web_address(text) else f"https://{text}"


def find_links(text: str) -> list[str]:
    """Return the links in a text, without duplicates and trailing punctuation."""
    return list(dict.fromkeys(_trim(link) for link in _LINK.findall(text)))


def _trim(link: str) -> str:
    while link[-1] in _AFTER or link.count(link[-1]) > link.count(_PAIRS.get(link[-1], link[-1])):
        link = link[:-1]
    return link


def read_message(message: discord.Message) -> tuple[list[Attachment], list[str]]:
    """Return the files and links of a message, its forwarded messages and its embeds."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    files = [attachment for part in parts for attachment in part.attachments]
    texts = [part.content for part in parts]
    embedded = [embed.url for part in parts for embed in part.embeds if embed.url]
    links = find_links("\n".join([*texts, *embedded]))
    return files, links[:MAX_LINKS]
