"""What the database itself says was live, and when; and what is left in it in the end.

A trigger notes each generation in the transaction that makes it live, with the titles of its
articles: no process that is tested has a say in it.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.torture.stories import Story, of_title

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asyncpg import Connection, Record

_INSTALL = """
CREATE SCHEMA torture;
CREATE TABLE torture.history (
    number serial PRIMARY KEY, snapshot text, at double precision, titles text
);
CREATE FUNCTION torture.note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own bigint;
    titles text;
BEGIN
    SELECT max(seq) INTO own FROM verbatim.generations
    WHERE collection = NEW.name AND id = NEW.live;
    EXECUTE format('SELECT jsonb_object_agg(id, title) FROM verbatim.g%s_articles', own)
    INTO titles;
    INSERT INTO torture.history (snapshot, at, titles)
    VALUES (NEW.live, extract(epoch FROM clock_timestamp()), titles);
    RETURN NEW;
END $$;
CREATE TRIGGER note AFTER UPDATE OF live ON verbatim.collections FOR EACH ROW
WHEN (NEW.name = 'shared' AND NEW.live IS DISTINCT FROM OLD.live) EXECUTE FUNCTION torture.note();
"""
_FIRST = """
INSERT INTO torture.history (snapshot, at, titles)
SELECT c.live, extract(epoch FROM clock_timestamp()), $1 FROM verbatim.collections c
WHERE c.name = 'shared'
"""
_LOCKS = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.database =
      (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_TABLES = r"""
SELECT tablename FROM pg_tables WHERE schemaname = 'verbatim' AND tablename ~ '^g\d+_'
AND (regexp_match(tablename, '^g(\d+)_'))[1]::bigint NOT IN
    (SELECT seq FROM verbatim.generations WHERE state = 'kept')
"""
_UNKEPT = "SELECT id FROM verbatim.generations WHERE state <> 'kept'"
_OPEN = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database()
AND state LIKE 'idle in transaction%'
"""
_WAITING = "SELECT count(*) FROM verbatim.work"


@dataclass(frozen=True)
class Generation:
    """What was live from a moment on.

    Attributes:
        snapshot: Its id; one that was rolled back to comes again.
        at: From when, in seconds of the clock that everybody here shares.
        stories: The editions of the two papers' articles.
    """

    snapshot: str
    at: float
    stories: frozenset[Story]

    def about(self, town: str) -> frozenset[Story]:
        """Return what it has about a town."""
        return frozenset(story for story in self.stories if story.town == town)


@dataclass(frozen=True)
class Left:
    """What there is in a database where nothing is under way.

    Attributes:
        live: The generation that is live.
        kept: How many are kept.
        locks: Who holds a lock.
        tables: Tables, and generations, of nobody.
        waiting: How many texts wait for a vector.
        open: Transactions that nobody ended.
    """

    live: str
    kept: int
    locks: tuple[str, ...]
    tables: tuple[str, ...]
    waiting: int
    open: int


async def install(url: str) -> None:
    """Begin to note what is live; it is empty before, but for what is live now."""
    async with _connected(url) as connection:
        await connection.execute(_INSTALL)
        own = await connection.fetchval("SELECT max(seq) FROM verbatim.generations")
        titles = await connection.fetchval(
            f"SELECT jsonb_object_agg(id, title) FROM verbatim.g{own}_articles"  # noqa: S608
        )
        await connection.execute(_FIRST, titles)


async def history(url: str) -> list[Generation]:
    """Return all that was live, in order."""
    async with _connected(url) as connection:
        rows = await connection.fetch("SELECT * FROM torture.history ORDER BY number")
    return [Generation(r["snapshot"], r["at"], _stories(r["titles"])) for r in rows]


def _stories(titles: str) -> frozenset[Story]:
    found = (of_title(article, title) for article, title in json.loads(titles).items())
    return frozenset(story for story in found if story)


async def left(url: str) -> Left:
    """Look around in a database where nothing is under way."""
    async with _connected(url) as connection:
        live = await connection.fetchval("SELECT live FROM verbatim.collections")
        kept = await connection.fetchval(
            "SELECT count(*) FROM verbatim.generations WHERE state = 'kept'"
        )
        tables = [*await _column(connection, _TABLES), *await _column(connection, _UNKEPT)]
        waiting = await connection.fetchval(_WAITING)
        still = len(await _column(connection, _OPEN))
        locks = await _column(connection, _LOCKS)
        return Left(live, kept, tuple(locks), tuple(tables), waiting, still)


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection[Record]]:
    import asyncpg  # where it is not installed, the judge works all the same

    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _column(connection: Connection[Record], statement: str) -> list[str]:
    return [str(row[0]) for row in await connection.fetch(statement)]
