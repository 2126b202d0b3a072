"""Plans which articles become of the files and pages that a person gives; writes nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from functools import cached_property
from itertools import count
from pathlib import PurePath
from typing import TYPE_CHECKING

from embeddings.changing.changeset import Change
from embeddings.changing.correcting import correct_all
from embeddings.readers import Draft, Fetcher, Sandbox
from embeddings.readers.many import read_all
from embeddings.reports import Omission
from embeddings.snapshots.material import Material, Wanted
from embeddings.types import ATTACHED, Article, Rejected, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from config.settings import FetchSettings
    from embeddings.snapshots.snapshot import Snapshot

MAX_SLUG = 60
"""The longest id that is made of a title, in characters."""

_OTHER = re.compile(r"[^a-z0-9]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


class Planner:
    """Gives each draft its id and compares it with the article of that id.

    The id is the one that the draft asks for; else that of the article read from the same place,
    or of the one article that can be read at the same address; else one made of the title, with
    -2, -3 and so on when another story has it. A draft without an id whose text the corpus has
    already is that article. What somebody set by hand stays as it was set.

    Args:
        taken: Every id that may not be given to another story, those of unreadable files too.
        edited: Article id -> names of its fields that were set by hand.
        offering: Say as well which articles the new ones seem to correct.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        taken: Iterable[str],
        collection: str,
        edited: Mapping[str, Iterable[str]] | None = None,
        *,
        offering: bool = True,
    ) -> None:
        self._offering = offering
        self._there = tuple(articles)
        self._articles = {article.id: article for article in self._there}
        self._taken = {*taken, *self._articles}
        self._collection = collection
        self._by_origin = {a.origin: a.id for a in self._articles.values() if a.origin}
        urls = Counter(a.url for a in self._articles.values())
        self._by_url = {a.url: a.id for a in self._articles.values() if a.url and urls[a.url] == 1}
        self._edited = edited or {}
        self._inferred: dict[str, tuple[str, ...]] = {}
        self._claimed: dict[str, str] = {}
        self._added: list[str] = []
        self._changed: list[str] = []
        self._unchanged: list[str] = []
        self._rejected: list[Rejected] = []

    def plan(self, drafts: Iterable[tuple[str, Draft]]) -> Change:
        """Return what the drafts come to, each given with what its file is called in a sentence.

        Drafts whose article is known come first: what they replace is not there for the others.
        """
        others = [draft for given, draft in drafts if not self._take_known(given, draft)]
        for draft in others:
            self._take(draft)
        added = self._list(self._added)
        known = {*self._changed, *self._unchanged}
        there = {a.id: a for a in self._there if a.id not in known} if self._offering else {}
        new = added if self._offering else ()
        instead = correct_all(new, there, self._inferred, self._edited)
        rejected, guessed = tuple(self._rejected), self._inferred
        changed, unchanged = self._list(self._changed), self._list(self._unchanged)
        return Change("add", added, changed, unchanged, rejected, guessed, instead=instead)

    def _list(self, names: list[str]) -> tuple[Article, ...]:
        return tuple(self._articles[name] for name in dict.fromkeys(names))

    def _take_known(self, given: str, draft: Draft) -> bool:
        """Note what becomes of the article that a draft asks for or was one before, if any."""
        name = draft.id or self._known_place(draft)
        if name is None:
            return False
        if draft.id is not None and name in self._claimed:
            reason = f"{given} has the id {name}, which {self._claimed[name]} has too"
            self._rejected.append(Rejected(given, f"{reason}; give one another id."))
        else:
            self._claimed[name] = given
            self._compare(draft, name)
        return True

    def _take(self, draft: Draft) -> None:
        """Find a place for a draft that has none yet."""
        text = digest(draft.text)
        if text in self._by_text:
            self._unchanged.append(self._by_text[text])
        else:
            self._by_text[text] = self._new_id(draft)
            self._compare(draft, self._by_text[text])

    def _compare(self, draft: Draft, name: str) -> None:
        """Note what becomes of the article of a name, now that there is a draft of it."""
        article = draft.article(name, self._collection)
        old = self._articles.get(name)
        if old is not None:
            kept = {each: getattr(old, each) for each in self._edited.get(name, ())}
            article = replace(article, origin=article.origin or old.origin, **kept)
        if old is not None and replace(article, origin=old.origin) == old:
            self._unchanged.append(old.id)
            return
        (self._added if old is None else self._changed).append(article.id)
        if inferred := tuple(n for n in draft.inferred if n not in self._edited.get(name, ())):
            self._inferred[name] = inferred
        self._articles[article.id] = article
        self._taken.add(article.id)

    @cached_property
    def _by_text(self) -> dict[str, str]:
        """The ids of all articles by the digests of their texts, once those known are in place."""
        return {article.digest: article.id for article in self._articles.values()}

    def _known_place(self, draft: Draft) -> str | None:
        """Return the id of the article that was read from the same place or address before."""
        origin = draft.origin or ""
        known = None if origin.startswith(ATTACHED) else self._by_origin.get(origin)
        name = known or self._by_url.get(draft.url or "")
        return None if name in self._claimed else name

    def _new_id(self, draft: Draft) -> str:
        stem = PurePath((draft.origin or "").removeprefix(ATTACHED)).stem
        base = slug(draft.title) or slug(stem) or "article"
        names = (base if n == 1 else f"{base}-{n}" for n in count(1))
        return next(name for name in names if name not in self._taken)


def slug(text: str) -> str:
    """Return a text's words as an id: ``a-z``, ``0-9`` and ``-``, 60 at the most; maybe none."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    words = _OTHER.sub("-", "".join(c for c in plain if not unicodedata.combining(c)))
    words = words.strip("-")
    if len(words) <= MAX_SLUG:
        return words
    cut = words[: MAX_SLUG + 1]
    return (cut.rpartition("-")[0] or cut[:MAX_SLUG]).strip("-")


def read(
    inputs: Sequence[str], names: Mapping[str, str], fetch: FetchSettings, planner: Planner
) -> Change:
    """Read files, folders and pages and say what adding them would do.

    ``names`` gives what a person calls a file that lies at a path for a moment only.
    """
    with Sandbox() as sandbox:
        outcomes = list(read_all(inputs, sandbox, Fetcher(fetch), names))
    drafts = [each for each in outcomes if not isinstance(each, Rejected)]
    change = planner.plan(drafts)
    rejected = (each for each in outcomes if isinstance(each, Rejected))
    left_out = (Omission(n, each.what, each.why) for n, d in drafts for each in d.left_out)
    return replace(change, rejected=(*rejected, *change.rejected), left_out=tuple(left_out))


def count_texts(change: Change, snapshot: Snapshot | None) -> int:
    """Count the texts that the model has not seen in the same articles yet."""
    return len(Wanted(Material.on(snapshot, change.articles)).missing)
