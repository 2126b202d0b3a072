"""Makes bots over an engine or its collections, real or fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.client import VerbatimBot
from bot.running.health import Metrics
from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.store import open_database
from embeddings.store.records import Records

if TYPE_CHECKING:
    from config.settings import Settings


def make_bot(settings: Settings, over: Any) -> VerbatimBot:
    """Return a bot over an engine or collections; a fake engine gets records of its own."""
    collections = over if isinstance(over, Collections) else Collections(settings, over)
    if not isinstance(collections.shared, SearchEngine):
        collections.shared.records = Records(open_database(settings))
    return VerbatimBot(settings, collections, Metrics())
