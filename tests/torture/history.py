"""What the database itself says was live, and when; and what is left in it in the end.

A trigger notes each snapshot as the transaction that makes it live ends, with the titles of its
articles: no process that is tested has a say in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.torture.seen import Generation, Left
from tests.torture.stories import of_title

if TYPE_CHECKING:
    from tests.torture.stories import Story

_TITLES = """
SELECT jsonb_object_agg(c.article, v.fields::jsonb ->> 'title')
FROM verbatim.contents c JOIN verbatim.versions v USING (collection, article, version)
WHERE c.collection = 'shared' AND c.since <= {live} AND (c.until IS NULL OR c.until > {live})
"""
_INSTALL = f"""
CREATE SCHEMA torture;
CREATE TABLE torture.history (
    n serial PRIMARY KEY, live bigint, at double precision, titles jsonb
);
CREATE FUNCTION torture.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO torture.history (live, at, titles)
    VALUES (NEW.live, extract(epoch FROM clock_timestamp()), ({_TITLES.format(live="NEW.live")}));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON verbatim.collections
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.name = 'shared' AND NEW.live IS DISTINCT FROM OLD.live) EXECUTE FUNCTION torture.note();
INSERT INTO torture.history (live, at, titles)
SELECT live, extract(epoch FROM clock_timestamp()), ({_TITLES.format(live="live")})
FROM verbatim.collections WHERE name = 'shared';
"""  # noqa: S608 - all of it stands here
_LOCKS = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.database =
      (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_ROWS = """
SELECT count(*) FROM verbatim.chunks c LEFT JOIN verbatim.snapshots s USING (collection, number)
WHERE s.number IS NULL
"""
_OPEN = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND state LIKE 'idle in transaction%'
"""


def install(url: str) -> None:
    """Begin to note what is live; first of all what is live now."""
    _query(url, _INSTALL)


def read_history(url: str) -> list[Generation]:
    """Return all that was live, in order."""
    rows = _query(url, "SELECT live, at, titles FROM torture.history ORDER BY n")
    return [Generation(str(live), at, _stories(titles)) for live, at, titles in rows]


def _stories(titles: dict[str, str]) -> frozenset[Story]:
    found = (of_title(article, title) for article, title in titles.items())
    return frozenset(story for story in found if story)


def look_around(url: str) -> Left:
    """Look around in a database where nothing is under way."""
    [(live,)] = _query(url, "SELECT live FROM verbatim.collections WHERE name = 'shared'")
    [(kept,)] = _query(url, "SELECT count(*) FROM verbatim.snapshots WHERE collection = 'shared'")
    [(rows,)] = _query(url, _ROWS)
    [(still,)] = _query(url, _OPEN)
    locks = tuple(str(name) for (name,) in _query(url, _LOCKS))
    return Left(str(live), kept, locks, rows, still)


def _query(url: str, statement: str) -> list[tuple[Any, ...]]:
    import psycopg  # where it is not installed, the judge works all the same

    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
