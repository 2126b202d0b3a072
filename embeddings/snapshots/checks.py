"""Checks a snapshot before it is published, and a whole collection on demand.

Before publishing, the old and the new snapshot are asked a few golden questions: the gate.
A collection's custom questions come with an import, or lie in ``queries/NAME.jsonl`` in the data
folder. Without any, the shared collection is asked the questions of the seeds while at least half
of its articles are seeds: 480 articles added to the seven seeds broke 12 of 141 questions such as
"what do the authors want", although nothing was wrong.

A question counts if its article is in both snapshots: removing a story removes its questions.
Questions without an answer are not asked, because an added story may well answer them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from embeddings.errors import (
    BrokenQuestion,
    GateError,
    InputError,
    SnapshotError,
    StorageError,
    describe_damage,
)
from embeddings.reports import VerifyReport
from embeddings.snapshots.manifest import MANIFEST, check_all
from embeddings.types import SHARED, Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from config.settings import Settings
    from embeddings.loaded import LoadedSnapshot
    from embeddings.ranking.maxsim import Encoding
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.rows import CollectionRows, Published
    from embeddings.types import Article

QUERIES = "queries.jsonl"
"""Name of the questions' file in the folder of the seeds."""
FOLDER = "queries"
"""Name of the folder in the data folder that has one file of questions for each collection."""

TOP_K = 3
"""A question finds its passage if it ranks among this many: as many as an answer shows."""

Place = tuple[str, int]
"""An article's id and the number of a paragraph."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A question, and the passages that answer it.

    Attributes:
        question: The text of the question.
        places: The passages, by their place.
        digests: Article id and digest of each passage, by which it is found after it has moved.
    """

    question: str
    places: frozenset[Place]
    digests: frozenset[tuple[str, str]] = frozenset()

    def add_digests(self, articles: AbstractSet[str], snapshot: Snapshot) -> Golden:
        """Return the question with its passages of these articles alone, and their digests."""
        places = frozenset(place for place in self.places if place[0] in articles)
        digests = frozenset(
            (p.article_id, p.digest)
            for name in {article for article, _ in places}
            for p in snapshot.passages_of(snapshot.row(name))
            if (name, p.paragraph) in places
        )
        return Golden(self.question, places, digests)

    def finds_passage(self, loaded: LoadedSnapshot, query: Encoding) -> bool:
        """Say whether one of the passages ranks among the first, by its place or its digest."""
        candidates = loaded.rank(query, Filters(), limit=TOP_K, fold_=False)
        passages = [loaded.snapshot.passage(candidate.passage) for candidate in candidates]
        return any(
            (p.article_id, p.paragraph) in self.places or (p.article_id, p.digest) in self.digests
            for p in passages
        )


def read_custom(rows: CollectionRows, data: Path) -> tuple[bytes | None, str]:
    """Return a collection's custom questions, and their name for messages.

    They are the operator's file in the data folder, which raises InputError where it cannot be
    read, or else those that came with an import.
    """
    path = data / FOLDER / f"{rows.name}.jsonl"
    if path.is_file():
        return _read(path), str(path)
    return rows.questions(), f"the golden questions of {rows.name}"


def read_golden(
    rows: CollectionRows, settings: Settings, articles: AbstractSet[str]
) -> tuple[Golden, ...]:
    """Read the golden questions of a collection; may return none.

    Without custom ones the shared collection has those of the stories that come with the project,
    if these are at least half of its ``articles``, given by their ids.

    Raises:
        InputError: A line is invalid; the sentence names it.
    """
    custom, name = read_custom(rows, settings.data)
    if custom is not None:
        return tuple(parse(custom, name))
    seeds = settings.seeds
    if rows.name != SHARED or not (seeds / QUERIES).is_file():
        return ()
    questions = tuple(parse(_read(seeds / QUERIES), str(seeds / QUERIES)))
    covered = {article for question in questions for article, _ in question.places} & articles
    return questions if 2 * len(covered) >= len(articles) else ()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The golden questions {path} cannot be read: {error.strerror or error}."
        ) from None


def parse(data: bytes, name: str) -> Iterator[Golden]:
    """Parse questions, one JSON object a line; yield those that have an answer and no context.

    The passages are ``"passages": [{"article": …, "paragraph": …}]`` or, as in a labelled set,
    ``"para_ids": ["article#paragraph"]``.

    Raises:
        InputError: A line is invalid; the sentence names it.
    """
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                question = _parse_line(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise InputError(
                    f"{name}, line {number} is no golden question: mend or remove it."
                ) from None
            if question.places:
                yield question


def _parse_line(fields: dict[str, Any]) -> Golden:
    places = [(p["article"], int(p["paragraph"])) for p in fields.get("passages", ())]
    for name in fields.get("para_ids", ()):
        article, _, paragraph = name.rpartition("#")
        places.append((article, int(paragraph)))
    has_context = bool(fields.get("before"))
    return Golden(str(fields["question"]), frozenset(() if has_context else places))


def check_golden(
    questions: Sequence[Golden],
    before: LoadedSnapshot,
    after: LoadedSnapshot,
    read: Callable[[str], Encoding],
    most: float,
) -> None:
    """Check that the new snapshot finds nearly as many of the golden passages as the old one.

    ``read`` encodes a question; its tokens are dropped, which saves .8 s on the seeds.

    Raises:
        GateError: The share of questions that find their passage falls by more than ``most``.
    """
    shared = before.snapshot.rows.keys() & after.snapshot.rows.keys()
    asked = [question.add_digests(shared, before.snapshot) for question in questions]
    asked = [question for question in asked if question.places]
    if not asked:
        return
    queries = [replace(read(question.question), tokens=None) for question in asked]
    was = [q.finds_passage(before, query) for q, query in zip(asked, queries, strict=True)]
    now = [q.finds_passage(after, query) for q, query in zip(asked, queries, strict=True)]
    old, new = sum(was) / len(was), sum(now) / len(now)
    if old - new > most:
        heads, row = after.snapshot.heads, after.snapshot.row
        lost = [q for q, w, n in zip(asked, was, now, strict=True) if w and not n]
        broken = (BrokenQuestion(q.question, heads[row(min(q.places)[0])].title) for q in lost)
        raise GateError(tuple(broken), old, new)


def verify(snapshots: SnapshotStore, serving: Snapshot | None) -> VerifyReport:
    """Verify a collection; each problem's sentence says what is wrong and which command mends it.

    Each passage of the snapshot in service is compared with its digest.

    Raises:
        StorageError: The database cannot be reached.
    """
    rows = snapshots.rows
    problems = rows.database.problems()
    try:
        published = rows.read_published()
        live = published.live
        checked, more = _verify_files(snapshots, published)
    except StorageError as error:
        checked, more, live = 0, [str(error)], None
    problems += more
    count, more = rows.audit.verify(str(live) if live is not None else None)
    checked, problems = checked + count, problems + more
    for version in rows.articles.history():
        checked += 1
        if version.value is None:
            problems.append(describe_damage(version.article))
    stored = {name: version.value for name, version in rows.articles.at(live).items()}
    problems += [describe_damage(name) for name, article in stored.items() if article is None]
    if serving:
        checked += serving.manifest.passages
        problems += serving.changed_passages()
        if live is not None and serving.number != live:
            problems.append(
                f"The snapshot {serving.id} serves in place of {live}: run reindex --full."
            )
        elif live is not None:
            with suppress(SnapshotError):  # damaged texts are reported above
                problems += _differences(stored, serving)
    return VerifyReport(checked, tuple(dict.fromkeys(problems)))


def _differences(stored: dict[str, Article | None], serving: Snapshot) -> list[str]:
    """Compare the stored articles with those of the snapshot in service; return the problems."""
    indexed = {**serving.articles(), **{name: None for name, a in stored.items() if a is None}}
    return [
        f"The article {name} is not as it was indexed: run reindex --full."
        for name in sorted(stored.keys() | indexed.keys())
        if stored.get(name) != indexed.get(name)
    ]


def _verify_files(snapshots: SnapshotStore, published: Published) -> tuple[int, list[str]]:
    """Verify the pointer and all kept snapshots; return the number of files, and the problems."""
    checks, problems = list[tuple[int, list[str]]](), [*snapshots.repairs]
    if published.live is not None and published.live not in published.kept:
        problems.append(
            f"The pointer names the snapshot {published.live}, which is not kept: run rollback "
            "with the number of one that is, or reindex --full."
        )
    problems += [
        f"What the store says of the snapshot {number} is not what was written: run reindex --full."
        for number in sorted(snapshots.rows.find_changed(published))
    ]
    for number in published.newest_first:
        row = published.kept[number]
        folder = snapshots.folder / str(number)
        if snapshots.is_given_up(number) or (snapshots.chunks and not (folder / MANIFEST).exists()):
            continue  # its files were deleted to make room, or this machine has no copy
        checks.append(check_all(folder, row.digest))
    if snapshots.chunks:
        checks += map(snapshots.chunks.check_all, published.kept.values())
    return sum(count for count, _ in checks), [
        *problems,
        *chain.from_iterable(p for _, p in checks),
    ]
