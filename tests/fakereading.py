"""The reading of the fake engine: small files, edits, proposed articles."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from embeddings.errors import InputError
from embeddings.reports import Proposed
from embeddings.types import Article, Rejected
from tests.stories import split

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Read = tuple[Article, tuple[str, ...]]
    """An article, and the names of its fields that were guessed."""


@dataclass(frozen=True)
class Kept:
    """A stored proposal: the articles read, the rejected inputs, the ids to remove."""

    read: tuple[Read, ...]
    rejected: tuple[Rejected, ...]
    removed: tuple[str, ...] = ()


def proposed(article: Article, guessed: tuple[str, ...]) -> Proposed:
    """Return an article as a proposal shows it."""
    opening = article.text[:120]
    known = asdict(article.summary(len(split(article))))
    return Proposed(**known, inferred=guessed, opening=opening, text=article.text)


def edited(article: Article, fields: Mapping[str, str | None]) -> Article:
    """Return an article with other fields."""
    given: dict[str, object] = dict(fields)
    if day := fields.get("date"):
        given["date"] = date.fromisoformat(day)
    if fields.get("source") == "nobody":
        raise InputError("The source “nobody” cannot be stored; name another.")
    if not fields.get("title", article.title):
        raise InputError("The title is empty; an article needs one.")
    return replace(article, **given)


def read_file(path: Path, name: str) -> Read | Rejected:
    """Read a small text: lines such as ``source: …``, an empty line, the story."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        return Rejected(name, f"{name} is no PDF, or a broken one; save it again.")
    head, _, text = data.decode().partition("\n\n")
    stated = dict(re.findall(r"^(\w+): (.+)$", head, re.MULTILINE))
    title = stated.get("title", path.stem)
    article_id = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    article = edited(Article(article_id, title, text.strip()), stated)
    return article, tuple(n for n in ("title", "date", "author") if n not in stated)
