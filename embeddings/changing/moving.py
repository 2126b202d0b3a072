"""A collection out to one file and in from one: all of it or nothing, and nothing is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.changing import archive, audit, gate
from embeddings.changing.plan import Plan
from embeddings.errors import InputError
from embeddings.vectors.worker import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from embeddings.changing.journal import Change
    from embeddings.changing.transaction import Wish, Writer
    from embeddings.types import Article, ChangeReport


class Mover:
    """Takes a collection out, and brings one in.

    Args:
        writer: Who changes it.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._collection = writer.collection

    async def take_out(self, path: Path) -> int:
        """Write the collection as one archive; return the number of its articles."""
        async with self._writer.writing():
            files = await asyncio.to_thread(archive.files_of, self._collection)
        data = await asyncio.to_thread(archive.pack, files, self._collection.name)
        await finished(archive.save, path, data)
        return len(archive.Contents(files).corpus)

    async def bring_in(self, path: Path, wish: Wish, *, over: bool) -> ChangeReport:
        """Make the articles of an archive those of the collection, then reindex."""
        async with self._writer.writing():
            contents = await asyncio.to_thread(archive.unpack, path, self._collection.name)
            plan, gone = await asyncio.to_thread(self._replacement, contents)
            if (plan.changed or plan.unchanged or gone) and not over:
                raise InputError(
                    f"The collection {self._collection.name!r} has articles, which an import "
                    "replaces: add --replace, or name another collection."
                )
            await asyncio.to_thread(self._collection.allow, plan)
            change, write = await asyncio.to_thread(self._importing, contents, plan, gone)
            report = await self._writer.make(change, write, wish)
        return replace(plan.told(report), removed=gone)

    def _replacement(self, contents: archive.Contents) -> tuple[Plan, tuple[str, ...]]:
        """Compare an archive with the corpus; return with it the ids of the articles that go."""
        corpus = self._collection.corpus
        old = {article.id: article for article in corpus.articles()[0]}
        known = set(corpus.ids())
        new = {article.id: article for article in contents.articles}
        plan = Plan(
            added=tuple(a for a in new.values() if a.id not in known),
            changed=tuple(a for a in new.values() if a.id in known and old.get(a.id) != a),
            unchanged=tuple(a for a in new.values() if old.get(a.id) == a),
        )
        return plan, tuple(sorted(known - new.keys()))

    def _importing(
        self, contents: archive.Contents, plan: Plan, gone: Sequence[str]
    ) -> tuple[Change, Callable[[], None]]:
        """Return what an import changes, and what makes it."""
        corpus, files = self._collection.corpus, self._collection.files
        new: dict[str, Article | None] = {a.id: a for a in (*plan.added, *plan.changed)}
        history = corpus.strangers(contents.history)
        questions = contents.files.get(gate.QUERIES)
        change = self._writer.change("import", new | dict.fromkeys(gone))
        other = self._collection.journal.bytes_of([*history, gate.QUERIES])
        lines = tuple(audit.read(contents.files.get(audit.AUDIT, b"")))

        def write() -> None:
            corpus.import_(contents.corpus, history)
            if questions is None:
                files.remove(gate.QUERIES)
            else:
                files.write({gate.QUERIES: questions})

        return replace(change, before=change.before | other, imported=lines), write
