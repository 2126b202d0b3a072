"""Collections for tests: the shared fake engine, and another for each server with its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from embeddings.collections import Collections, name_collection
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.engine import SearchEngine


class FakeCollections(Collections):
    """The real ``Collections``, with fake engines.

    Attributes:
        own: Server id -> its own collection.
    """

    def __init__(self, settings: Settings, shared: FakeEngine) -> None:
        super().__init__(settings, cast("Any", shared))
        self.own: dict[int, FakeEngine] = {}

    async def of(self, server: int) -> SearchEngine | None:
        return cast("Any", self.own.get(server))

    async def create(self, server: int) -> SearchEngine:
        return cast("Any", self.have(server))

    def have(self, server: int) -> FakeEngine:
        """Return a server's own collection, creating an empty one if necessary."""
        return self.own.setdefault(server, FakeEngine((), name_collection(server)))
