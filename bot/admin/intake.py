"""Attachments and links -> what the engine can read: files in a folder of their own, addresses.

Whatever somebody types is made an address before the engine sees it: it never names a file of
this machine.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import discord

from bot.delivery import LOST, patiently
from bot.translate import Language
from bot.ui.markup import clean
from embeddings.errors import StorageError
from embeddings.readers import is_supported, list_ends
from embeddings.readers.addresses import is_web_address
from embeddings.readers.registry import ARCHIVE
from embeddings.types import Rejected

SECONDS = 60.0
"""How long one attachment may take to come."""
MEGABYTE = 1_000_000
MAX_LINKS = 10
"""The most links that are read out of one message."""
_STEM = 60
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,9}$")
_EDGES = "-. "
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\0]+')
_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_AFTER = ".,;:!?…»”’'\"*_~`"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Intake:
    """What somebody gave: files of ours and addresses, and what is not even read.

    ``names``: path -> what the person calls the file.
    """

    inputs: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody gave, which is still at Discord.

    ``title`` is its name as it was, or None when ``filename`` is; ``size`` is in bytes.
    """

    filename: str
    title: str | None
    size: int
    read: Callable[[], Awaitable[bytes]]

    @classmethod
    def of(cls, given: discord.Attachment) -> Upload:
        """Return one of a command or a message."""
        return cls(given.filename, given.title, given.size, given.read)

    @classmethod
    def in_form(cls, given: Mapping[str, Any], client: discord.Client) -> Upload:
        """Return one of a form, as Discord describes it."""
        read = partial(client.http.get_from_cdn, given["url"])
        return cls(given["filename"], given.get("title"), given["size"], read)


@asynccontextmanager
async def fetch_all(
    uploads: Sequence[Upload], links: Iterable[str], language: Language, *, megabytes: int
) -> AsyncIterator[Intake]:
    """Download attachments for as long as this lasts; each may hold so many megabytes.

    Raises:
        StorageError: They cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="verbatim-") as folder:
        names, rejected = dict[str, str](), list[Rejected]()
        for number, upload in enumerate(uploads, 1):
            name = file_name(upload)
            found = await _fetch(upload, name, megabytes, language)
            if isinstance(found, Rejected):
                rejected.append(found)
            else:
                path = await asyncio.to_thread(_write, Path(folder, str(number), name), found)
                names[path] = name
        inputs = (*names, *dict.fromkeys(map(address, links)))
        yield Intake(inputs, names, tuple(rejected))


async def _fetch(upload: Upload, name: str, megabytes: int, language: Language) -> bytes | Rejected:
    """Download one file, unless its name or its size say that there is no use."""
    if not (is_supported(name) or name.lower().endswith(ARCHIVE)):
        return Rejected(name, language("rejected-type", name=name, kinds=list_ends()))
    size = language("rejected-size", name=name, megabytes=str(megabytes))
    if upload.size > megabytes * MEGABYTE:
        return Rejected(name, size)
    try:
        async with asyncio.timeout(SECONDS):
            data = await patiently(upload.read)
    except (*LOST, TimeoutError):
        return Rejected(name, language("rejected-lost", name=name))
    return data if len(data) <= megabytes * MEGABYTE else Rejected(name, size)


def _write(path: Path, data: bytes) -> str:
    try:
        path.parent.mkdir()
        path.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"An attachment cannot be written to {path.parent}: {reason}.") from None
    return str(path)


def file_name(upload: Upload) -> str:
    """Return what an attachment is called, as the name of a file: no folder, nothing hidden.

    Discord writes accents and spaces otherwise in ``filename``; ``title`` has them as they were.
    """
    found = _SUFFIX.search(upload.filename)
    suffix = found[0] if found else ""
    stem = (
        _FORBIDDEN.sub("-", clean(upload.title or upload.filename))
        .removesuffix(suffix)
        .strip(_EDGES)
    )
    return f"{stem[:_STEM].strip(_EDGES) or 'file'}{suffix}"


def address(given: str) -> str:
    """Return what somebody wrote as a web address; nothing they write is a path."""
    text = clean(given).strip()
    return text if is_web_address(text) else f"https://{text}"


def find_links(text: str) -> list[str]:
    """Return the links of a message, each once, without what only stands after them."""
    return list(dict.fromkeys(_trim(found) for found in _LINK.findall(text)))


def _trim(link: str) -> str:
    while link[-1] in _AFTER or link.count(link[-1]) > link.count(_PAIRS.get(link[-1], link[-1])):
        link = link[:-1]
    return link


def read_message(message: discord.Message) -> tuple[list[Upload], list[str]]:
    """Return the files and links of a message, of what it forwards and of its previews."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    files = [Upload.of(attachment) for part in parts for attachment in part.attachments]
    texts = [part.content for part in parts]
    shown = [embed.url for part in parts for embed in part.embeds if embed.url]
    found = find_links("\n".join([*texts, *shown]))
    return files, found[:MAX_LINKS]
