"""The gate before publishing: golden questions asked of the old snapshot and of the new one.

A collection's own come with an import, or lie in ``queries/NAME.jsonl`` in the data folder. The
shared collection without any is asked those of the seeds, as long as the seeds are half of it: 480
articles added to those seven broke 12 of 141 questions such as "what do the authors want", and
there was nothing wrong.

A question counts when its article is in both snapshots: a story that is taken out takes its
questions along. Questions without an answer are not asked, because a story that is added may well
answer them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from embeddings.errors import BrokenQuestion, GateError, InputError
from embeddings.types import SHARED, Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from embeddings.loaded import LoadedSnapshot
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.vectors.e5 import Read

QUERIES = "queries.jsonl"
"""Name of the file of questions in the folder of the seeds."""
FOLDER = "queries"
"""Name of the folder in the data folder with a file of questions for each collection."""

FIRST = 3
"""A passage is found when it is among so many first ones: as many as an answer shows."""

Place = tuple[str, int]
"""Where an answer stands: an article's id and the number of its paragraph."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A question, and the passages that answer it.

    Attributes:
        question: Its words.
        places: Where they stand.
        marks: Article id and digest of each, which know them wherever they stand now.
    """

    question: str
    places: frozenset[Place]
    marks: frozenset[tuple[str, str]] = frozenset()

    def mark(self, there: AbstractSet[str], snapshot: Snapshot) -> Golden:
        """Return it with those passages alone that are of some articles, marked in a snapshot."""
        places = frozenset(place for place in self.places if place[0] in there)
        marks = frozenset(
            (p.article_id, p.digest)
            for name in {article for article, _ in places}
            for p in snapshot.passages_of(snapshot.row(name))
            if (name, p.paragraph) in places
        )
        return Golden(self.question, places, marks)

    def is_found(self, serving: LoadedSnapshot, asked: Read) -> bool:
        """Say whether one of the first passages is one of those, by its place or its words."""
        found = serving.rank(self.question, asked, Filters(), limit=FIRST, fold_=False)
        passages = [serving.snapshot.passage(candidate.passage) for candidate in found]
        return any(
            (p.article_id, p.paragraph) in self.places or (p.article_id, p.digest) in self.marks
            for p in passages
        )


def place(data: Path, collection: str) -> Path:
    """Return where an operator may put the questions of a collection."""
    return data / FOLDER / f"{collection}.jsonl"


def read_own(data: Path, collection: str, given: bytes | None) -> bytes | None:
    """Return the questions of a collection's own: an operator's, or else what it was given."""
    path = place(data, collection)
    return path.read_bytes() if path.is_file() else given


def golden(
    data: Path, collection: str, given: bytes | None, seeds: Path, articles: AbstractSet[str]
) -> tuple[Golden, ...]:
    """Read the questions of a collection; none when it has none.

    Args:
        data: The data folder.
        collection: Whose.
        given: What an import gave it.
        seeds: The folder of the stories that come with the project.
        articles: The ids of the articles that the new snapshot has.

    Raises:
        InputError: A line is not as it should be; the sentence says which.
    """
    path = place(data, collection)
    if path.is_file():
        return tuple(read(path))
    if given is not None:
        return tuple(parse(given, f"the golden questions of {collection}"))
    if collection != SHARED or not (seeds / QUERIES).is_file():
        return ()
    questions = tuple(read(seeds / QUERIES))
    asked_of = {article for question in questions for article, _ in question.places} & articles
    return questions if 2 * len(asked_of) >= len(articles) else ()


def read(path: Path) -> Iterator[Golden]:
    """Read a file of questions; raises InputError when it, or a line of it, cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The golden questions {path} cannot be read: {error.strerror or error}."
        ) from None
    return parse(data, str(path))


def parse(data: bytes, name: str) -> Iterator[Golden]:
    """Read questions, one JSON object a line: those that have an answer and stand alone.

    The passages are ``"passages": [{"article": …, "paragraph": …}]`` or, as a labelled set has
    them, ``"para_ids": ["article#paragraph"]``.

    Raises:
        InputError: A line is not as it should be; the sentence names it.
    """
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                question = _parse_line(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise InputError(
                    f"{name}, line {number} is no golden question ({error!r}): mend or remove it."
                ) from None
            if question.places:
                yield question


def _parse_line(fields: dict[str, Any]) -> Golden:
    named = [(p["article"], int(p["paragraph"])) for p in fields.get("passages", ())]
    for name in fields.get("para_ids", ()):
        article, _, paragraph = name.rpartition("#")
        named.append((article, int(paragraph)))
    alone = not fields.get("before")
    return Golden(str(fields["question"]), frozenset(named if alone else ()))


def check(
    questions: Sequence[Golden],
    before: LoadedSnapshot,
    after: LoadedSnapshot,
    read: Callable[[str], Read],
    most: float,
) -> None:
    """Compare how many questions find their passage in two snapshots.

    Args:
        questions: What is asked.
        before: What serves.
        after: What is to be published.
        read: Has the model read a question; by its vector alone, .8 s are saved on the seeds.
        most: How much the share of those that do may fall, in [0, 1].

    Raises:
        GateError: It falls by more.
    """
    there = before.snapshot.rows.keys() & after.snapshot.rows.keys()
    marked = [question.mark(there, before.snapshot) for question in questions]
    counted = [each for each in marked if each.places]
    if not counted:
        return
    reads = [replace(read(each.question), tokens=None) for each in counted]
    was = [each.is_found(before, r) for each, r in zip(counted, reads, strict=True)]
    now = [each.is_found(after, r) for each, r in zip(counted, reads, strict=True)]
    old, new = sum(was) / len(was), sum(now) / len(now)
    if old - new > most:
        heads, row = after.snapshot.heads, after.snapshot.row
        lost = [each for each, w, n in zip(counted, was, now, strict=True) if w and not n]
        broken = (BrokenQuestion(q.question, heads[row(min(q.places)[0])].title) for q in lost)
        raise GateError(tuple(broken), old, new)
