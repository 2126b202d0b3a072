"""Told at once when something goes live elsewhere, by LISTEN; asked again when that is not heard.

One connection listens for a whole process. What is missed while it is lost, or is never called
out, is found at the next look: each ``POLL`` seconds, and whenever it is back.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import weakref
from typing import TYPE_CHECKING

import asyncpg

from embeddings.errors import EmbeddingsError
from embeddings.store.postgres.database import LOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncpg import Connection, Record

    from embeddings.store.postgres.database import Database, Work

log = logging.getLogger(__name__)

POLL = 30.0
"""Seconds between two looks, when nothing is called out."""
LONGEST = 15.0
"""The most seconds between two attempts to reach a database that is away."""


class Follower:
    """Calls what wants to know of news in the database.

    Args:
        database: Where to listen.
        poll: Seconds between two looks.
    """

    def __init__(self, database: Database, poll: float = POLL) -> None:
        self._database = database
        self._poll = poll
        self._watched: dict[tuple[str, str], Callable[[], Work[None] | None]] = {}
        self._due: set[tuple[str, str]] = set()
        self._news = asyncio.Event()
        self._said = ""
        self._stop: Callable[[], None] | None = None

    def watch(self, channel: str, name: str, work: Work[None]) -> None:
        """Do something now, whenever a name is called out on a channel, and at each look.

        Args:
            channel: The channel.
            name: What is called out there.
            work: What is done, with a connection; one thing at a time. A method does not keep its
                object alive: when that is gone, nothing is done any more.
        """
        bound = inspect.ismethod(work)
        self._watched[channel, name] = weakref.WeakMethod(work) if bound else lambda: work
        if self._stop is None:
            self._stop = self._database.start(self._run)
        else:
            self._database.run(self._call(channel, name))

    def forget_all(self, name: str) -> None:
        """Do no more of anything under a name."""
        for key in [key for key in self._watched if key[1] == name]:
            self.forget(*key)

    def forget(self, channel: str, name: str) -> None:
        """Do no more of that."""
        self._watched.pop((channel, name), None)

    async def _call(self, channel: str, name: str) -> None:
        self._due.add((channel, name))
        self._news.set()

    async def _run(self) -> None:
        pause = 0.2
        while True:
            try:
                connection = await self._database.connect()
                self._say("")
                pause = 0.2
                try:
                    await self._listen(connection)
                finally:
                    connection.terminate()
            except (*LOST, asyncpg.PostgresError, EmbeddingsError) as error:
                self._say(f"the database is away, and what serves goes on: {error}")
            except Exception:  # whatever it was, who does not listen any more would never know
                log.exception("listening to the database begins again")
            await asyncio.sleep(pause)
            pause = min(LONGEST, pause * 2)

    async def _listen(self, connection: Connection[Record]) -> None:
        """Listen until the connection is lost."""
        connection.add_termination_listener(lambda _: self._news.set())
        listening: set[str] = set()
        self._due.update(self._watched)
        while True:
            self._news.clear()  # before looking, so that nothing that comes meanwhile is missed
            if connection.is_closed():
                return
            for channel in {channel for channel, _ in self._watched} - listening:
                await connection.add_listener(channel, self._heard)
                listening.add(channel)
            while self._due:
                await self._do(connection, self._due.pop())
            try:
                await asyncio.wait_for(self._news.wait(), self._poll)
            except TimeoutError:
                self._due.update(self._watched)

    def _heard(self, _: object, __: int, channel: str, payload: object) -> None:
        self._due.add((channel, str(payload)))
        self._news.set()

    async def _do(self, connection: Connection[Record], key: tuple[str, str]) -> None:
        found = self._watched.get(key)
        work = found() if found else None
        if work is None:
            self._watched.pop(key, None)
            return
        try:
            await work(connection)
        except EmbeddingsError as error:
            self._say(f"{key[1]}: {error}")
        except (*LOST, asyncpg.PostgresError):
            raise
        except Exception:  # one thing that goes wrong does not keep the others from being heard
            log.exception("what %s calls out was not done", key[1])

    def _say(self, sentence: str) -> None:
        """Log a sentence, unless it is what was said last."""
        if sentence and sentence != self._said:
            log.warning("%s", sentence)
        self._said = sentence
