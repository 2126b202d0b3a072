"""What admins are given as a file: the articles of a collection, as ``import`` reads them."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.asking.render import ANSWERED
from bot.errors import BotError
from bot.ui.parts import Attached, Block, Card, card

if TYPE_CHECKING:
    from bot.translate import Language
    from embeddings.engine import SearchEngine

MAX_FILE = 8 * 1024 * 1024
"""The largest file that is sent, in bytes: below what Discord takes on every server."""


async def articles(engine: SearchEngine) -> tuple[bytes, int]:
    """Return a collection as one ZIP, and the number of its articles.

    Raises:
        BusyError: Somebody is writing to it.
    """
    with tempfile.TemporaryDirectory(prefix="verbatim-export-") as folder:
        path = Path(folder) / "articles.zip"
        count = await engine.export(path)
        return await asyncio.to_thread(path.read_bytes), count


def enclosed(data: bytes, name: str, key: str, count: int, language: Language) -> Card:
    """Return a file with a sentence about it.

    Args:
        data: What is in it.
        name: Its name.
        key: The sentence's key.
        count: How many there are in it, as the sentence tells.
        language: The reader's.

    Raises:
        BotError: It is too large for Discord.
    """
    if len(data) > MAX_FILE:
        raise BotError("too-large")
    return card(Block(language(key, count=count)), Attached(name, data), accent=ANSWERED)
