"""Proposed changes, kept as files until somebody confirms or drops them; they survive a restart."""

from __future__ import annotations

import json
import re
import secrets
import string
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from embeddings.articlefile import parse, render
from embeddings.changing.amend import amended
from embeddings.changing.plan import Plan
from embeddings.errors import (
    EmbeddingsError,
    InputError,
    StorageError,
    UnknownArticle,
    UnknownProposal,
)
from embeddings.snapshots.snapshot import identity
from embeddings.store.folder import FolderFiles
from embeddings.types import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from embeddings.corpus import Corpus
    from embeddings.store.store import Files
    from embeddings.types import Article

FOLDER = "proposals"
"""Name of the folder in a collection's folder."""

LIFE = 24 * 3600.0
"""How long a proposal is kept, in seconds."""

_TOKEN = re.compile(r"[a-z0-9]{8,16}")
_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class Kept:
    """A proposal as it is kept.

    Attributes:
        what: ``add`` or ``edit``.
        plan: What it would do.
        base: Id of each article that it touches -> what the article was then; None: not there.
        by_hand: Id of an article -> names of its fields that somebody set in the proposal.
    """

    what: str
    plan: Plan
    base: Mapping[str, str | None] = field(default_factory=dict)
    by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def amended(self, article_id: str, fields: Mapping[str, str | None]) -> Kept:
        """Return it with some fields of one of its articles set.

        Raises:
            UnknownArticle: It touches no article with that id.
            InputError: A field is not what it must be.
        """
        there = {article.id: article for article in (*self.plan.added, *self.plan.changed)}
        if article_id not in there:
            raise UnknownArticle(f"There is no article {article_id!r} in this proposal.")
        there[article_id] = amended(there[article_id], fields)
        guessed = self.plan.inferred.get(article_id, ())
        plan = replace(
            self.plan,
            added=tuple(there[article.id] for article in self.plan.added),
            changed=tuple(there[article.id] for article in self.plan.changed),
            inferred={
                **self.plan.inferred,
                article_id: tuple(name for name in guessed if name not in fields),
            },
        )
        given = dict.fromkeys((*self.by_hand.get(article_id, ()), *fields))
        return replace(self, plan=plan, by_hand={**self.by_hand, article_id: tuple(given)})

    def check(self, corpus: Corpus) -> None:
        """Make sure that the articles are as they were when it was made.

        Raises:
            InputError: Some have changed since.
        """
        now = bases(corpus, self.base)
        if moved := sorted(name for name, mark in self.base.items() if now[name] != mark):
            raise InputError(
                f"Nothing was changed, because {', '.join(moved[:5])} changed since this was "
                "proposed; begin again, to see what it would do now."
            )


def bases(corpus: Corpus, names: Iterable[str]) -> dict[str, str | None]:
    """Return what articles are at present: a digest of each; None of one that is not there."""
    return {name: _base(corpus, name) for name in names}


def _base(corpus: Corpus, name: str) -> str | None:
    try:
        return identity(corpus.get(name))
    except InputError:
        return None


def _seconds_since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()


def _name(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise FileNotFoundError(token)
    return f"{FOLDER}/{token}.json"


class Proposals:
    """The proposals of one collection.

    Args:
        folder: The collection's folder.
        corpus: Its articles.
        files: The collection's files, wherever they are; by default those of the folder.
    """

    def __init__(self, folder: Path, corpus: Corpus, files: Files | None = None) -> None:
        self._files: Files = files or FolderFiles(folder)
        self._corpus = corpus

    def keep(self, kept: Kept, by: str) -> str:
        """Keep a proposal of somebody; return its token.

        What its articles are now is kept with it.

        Raises:
            InputError: One of its articles cannot be stored.
            StorageError: The disk is full or cannot be written.
        """
        plan = kept.plan
        touched = (*plan.added, *plan.changed)
        document = {
            "what": kept.what,
            "by": by,
            "articles": [render(article).decode() for article in touched],
            "base": bases(self._corpus, (article.id for article in touched)),
            "inferred": dict(plan.inferred),
            "unchanged": [article.id for article in plan.unchanged],
            "rejected": [[each.input, each.reason] for each in plan.rejected],
            "by_hand": dict(kept.by_hand),
        }
        self._files.sweep(FOLDER, LIFE)
        token = "".join(secrets.choice(_LETTERS) for _ in range(10))
        data = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
        self._files.write({_name(token): data}, alone=False)
        return token

    def get(self, token: str) -> Kept:
        """Read a proposal.

        Raises:
            UnknownProposal: It was used, dropped, or is too old.
        """
        try:
            name = _name(token)
            written, data = self._files.written(name), self._files.read(name)
            if data is None or written is None or _seconds_since(written) > LIFE:
                raise FileNotFoundError(name)
            return self._kept(json.loads(data))
        except StorageError:
            raise
        except (OSError, ValueError, KeyError, TypeError, EmbeddingsError):
            raise UnknownProposal(
                "This proposal was carried out, dropped, or is more than a day old; begin again."
            ) from None

    def drop(self, token: str) -> None:
        """Forget a proposal; one that is not there is forgotten already."""
        if _TOKEN.fullmatch(token):
            self._files.remove(_name(token))

    def _kept(self, document: dict[str, Any]) -> Kept:
        base: dict[str, str | None] = document["base"]
        articles = [
            parse(text.encode(), name, self._corpus.collection)
            for name, text in zip(base, document["articles"], strict=True)
        ]
        plan = Plan(
            added=tuple(a for a in articles if base[a.id] is None),
            changed=tuple(a for a in articles if base[a.id] is not None),
            unchanged=tuple(self._unchanged(document["unchanged"])),
            rejected=tuple(Rejected(*each) for each in document["rejected"]),
            inferred={name: tuple(fields) for name, fields in document["inferred"].items()},
        )
        by_hand = {name: tuple(fields) for name, fields in document["by_hand"].items()}
        return Kept(document["what"], plan, base, by_hand)

    def _unchanged(self, names: list[str]) -> list[Article]:
        there = set(self._corpus.ids())
        return [self._corpus.get(name) for name in names if name in there]
