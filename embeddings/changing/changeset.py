"""A change of a collection: its articles, its report, its audit entries, its JSON as a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from embeddings.errors import Overtaken, UnknownArticle, UnknownProposal
from embeddings.reports import AuditEntry, ChangeReport, Omission, Proposal, Proposed, ReindexReport
from embeddings.types import FIELDS, Article, Passage, Rejected, identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from embeddings.changing.base import Base
    from embeddings.store.rows import SnapshotRow

OPENING = 200
"""The length of an article's opening words in lists, in characters."""


@dataclass(frozen=True, slots=True)
class Change:
    """A planned change of a collection; a proposal is one that is stored until it is confirmed.

    Attributes:
        what: ``add``, ``edit``, ``restore``, ``remove``, ``import`` or ``rollback``, for the audit
            log; empty: a mere reindex.
        added: Articles that the corpus does not have.
        changed: New versions of articles that the corpus has.
        unchanged: Articles that the corpus has already, exactly so.
        rejected: Inputs that were refused, each with a sentence.
        inferred: Article id -> names of its fields that were guessed, not stated.
        left_out: Parts of the inputs that were left out on purpose.
        removed: Ids of the removed articles.
        instead: Id of an added article -> the article that it seems to correct, as corrected.
        left: Inputs beyond a limit of the collection, each with a sentence.
        by_hand: Article id -> names of its fields that somebody sets by hand.
        was: Of a proposal: article id -> ``identity`` when it was proposed; None: no such article.
        token: The proposal that is confirmed.
        history: Of an import: earlier versions of articles.
        lines: Of an import: entries of the other collection's audit log.
        questions: Of an import: the golden questions, as JSON lines; None if there are none.
        back_to: Of a rollback that rebuilds: the number of the snapshot to go back to.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    what: str = ""
    added: tuple[Article, ...] = ()
    changed: tuple[Article, ...] = ()
    unchanged: tuple[Article, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    inferred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[Omission, ...] = ()
    removed: tuple[str, ...] = ()
    instead: Mapping[str, Article] = field(default_factory=dict)
    left: tuple[Rejected, ...] = ()
    by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    was: Mapping[str, str | None] = field(default_factory=dict)
    token: str | None = None
    history: tuple[Article, ...] = ()
    lines: tuple[AuditEntry, ...] = ()
    questions: bytes | None = None
    back_to: int | None = None

    @classmethod
    def between(
        cls,
        what: str,
        old: Mapping[str, Article],
        new: Mapping[str, Article],
        broken: AbstractSet[str] = frozenset(),
        *,
        key: Callable[[Article], object] = identity,
    ) -> Change:
        """Return the change from some articles, by id, to others; they are the same by ``key``.

        ``broken`` has the ids of damaged articles, which the new ones replace or remove.
        """
        ids = old.keys() | broken
        same = {name for name in old.keys() & new.keys() if key(old[name]) == key(new[name])}
        return cls(
            what,
            added=tuple(article for name, article in new.items() if name not in ids),
            changed=tuple(article for name, article in new.items() if name in ids - same),
            unchanged=tuple(old[name] for name in new if name in same),
            removed=tuple(sorted(ids - new.keys())),
        )

    @property
    def articles(self) -> dict[str, Article | None]:
        """Article id -> its new version; None removes the article."""
        new = {article.id: article for article in (*self.added, *self.changed)}
        return {**new, **dict.fromkeys(self.removed)}

    @property
    def counts(self) -> tuple[int, int, int]:
        """The numbers of articles added, changed and removed."""
        return len(self.added), len(self.changed), len(self.removed)

    def apply_corrections(self) -> Change:
        """Return the change with added articles turned into corrections, where they seem to be."""
        ids = {name: article.id for name, article in self.instead.items()}
        return replace(
            self,
            added=tuple(a for a in self.added if a.id not in ids),
            changed=(*self.changed, *self.instead.values()),
            by_hand={ids.get(name, name): fields for name, fields in self.by_hand.items()},
            instead={},
        )

    def without(self, left: Mapping[str, Rejected]) -> Change:
        """Return the change without the articles of some ids, which it reports as left."""
        return replace(
            self,
            added=tuple(a for a in self.added if a.id not in left),
            changed=tuple(a for a in self.changed if a.id not in left),
            instead={name: a for name, a in self.instead.items() if name not in left},
            left=tuple(left.values()),
        )

    def amend(self, article_id: str, fields: Mapping[str, str | None]) -> Change:
        """Return the change with some fields of one of its articles set by hand.

        Raises:
            UnknownArticle: The change adds or changes no article with that id.
            InputError: A field does not exist, or its value is not valid.
        """
        from embeddings.changing.correcting import amend
        from embeddings.readers.dates import find_guessed

        def amend_all(articles: Iterable[Article]) -> tuple[Article, ...]:
            return tuple(amend(a, fields) if a.id == article_id else a for a in articles)

        if article_id not in {article.id for article in (*self.added, *self.changed)}:
            raise UnknownArticle(f"There is no article {article_id!r} in this proposal.")
        instead = {n: amend(a, fields) if n == article_id else a for n, a in self.instead.items()}
        guessed = [n for n in self.inferred.get(article_id, ()) if n not in fields]
        guessed += find_guessed(fields.get("date"))
        by_hand = tuple(dict.fromkeys((*self.by_hand.get(article_id, ()), *fields)))
        return replace(
            self,
            added=amend_all(self.added),
            changed=amend_all(self.changed),
            inferred={**self.inferred, article_id: tuple(guessed)},
            instead=instead,
            by_hand={**self.by_hand, article_id: by_hand},
        )

    def pin(self, current: Mapping[str, Article]) -> Change:
        """Return the change with the identities of the articles that it replaces, for ``check``."""
        names = {*self.articles, *(article.id for article in self.instead.values())}
        return replace(self, was={name: _identity(current.get(name)) for name in sorted(names)})

    def check(self, current: Mapping[str, Article]) -> None:
        """Check that no article changed since the proposal; raises Overtaken otherwise."""
        changed = sorted(n for n, old in self.was.items() if _identity(current.get(n)) != old)
        if changed:
            raise Overtaken(
                f"Nothing was changed, because {', '.join(changed[:5])} changed since this was "
                "proposed; begin again, to see what it would do now.",
                tuple(changed),
            )

    def with_dates(self, current: Mapping[str, Article], now: datetime) -> Change:
        """Set ``corrected`` of the changed articles: ``now`` if their text changes."""

        def date_one(new: Article) -> Article:
            old = current.get(new.id)
            moment = old.corrected if old and old.text == new.text else now
            return replace(new, corrected=new.corrected or moment) if old else new

        return replace(self, changed=tuple(map(date_one, self.changed)))

    def to_report(self, report: ReindexReport | None = None) -> ChangeReport:
        """Return the report of the change, with the report of its reindex."""
        return ChangeReport(**self._report(), report=report)

    def to_proposal(self, token: str, to_encode: int) -> Proposal:
        """Return the change as a proposal, by which ``to_encode`` texts would be encoded."""
        instead = dict(zip(self.instead, self._show(self.instead.values()), strict=True))
        return Proposal(**self._report(), token=token, to_encode=to_encode, instead=instead)

    def _report(self) -> dict[str, Any]:
        """Return the fields that ``ChangeReport`` and ``Proposal`` share."""
        names = ("removed", "rejected", "left", "left_out")
        return {
            "added": self._show(self.added),
            "changed": self._show(self.changed),
            "unchanged": tuple(article.summary(len(_split(article))) for article in self.unchanged),
            **{name: getattr(self, name) for name in names},
        }

    def _show(self, articles: Iterable[Article]) -> tuple[Proposed, ...]:
        return tuple(map(self._show_one, articles))

    def _show_one(self, article: Article) -> Proposed:
        passages, guessed = _split(article), self.inferred.get(article.id, ())
        summary = asdict(article.summary(len(passages)))
        words = article.text[passages[0].start : passages[0].end] if passages else article.text
        return Proposed(**summary, inferred=guessed, opening=_cut(words), text=article.text)

    def list_entries(self, base: Base, row: SnapshotRow, now: datetime) -> list[AuditEntry]:
        """Return the audit entries of the change: one or two an article, then the publication."""
        blank, live = AuditEntry(now, row.by, self.what), base.published.live
        published = replace(
            blank,
            what="rollback" if self.what == "rollback" else "publish",
            before=str(live) if live is not None else None,
            after=str(self.back_to) if self.back_to else None,
            snapshot=str(row.number),
            counts=row.counts,
        )
        old = base.articles
        entries = (self._list(blank, n, old.get(n), new) for n, new in self.articles.items())
        return [*self.lines, *chain.from_iterable(entries), published]

    def _list(
        self, blank: AuditEntry, name: str, old: Article | None, new: Article | None
    ) -> Iterator[AuditEntry]:
        """Yield the entry of an article and, for fields set by hand on an added one, another."""
        entry = replace(
            blank,
            article=name,
            what="change" if self.what == "add" and old else self.what,
            before=old.digest if old else None,
            after=new.digest if new else None,
            fields=_differences(old, new) if old and new else (),
            was=_identity(old),
            became=_identity(new),
        )
        yield entry
        if self.what == "add" and (by_hand := self.by_hand.get(name)) is not None:
            yield replace(entry, what="edit", before=entry.after, fields=by_hand, was=entry.became)

    def dump(self) -> str:
        """Return the change as JSON, for the store of proposals."""
        return _adapter().dump_json(self).decode()

    @staticmethod
    def load(document: str | None) -> Change:
        """Return the change of a ``dump``; raises UnknownProposal if there is none."""
        try:
            return _adapter().validate_json(document or "")
        except ValidationError:
            raise UnknownProposal(
                "This proposal was carried out, dropped, or is more than a day old; begin again."
            ) from None


@cache
def _adapter() -> TypeAdapter[Change]:
    return TypeAdapter(Change)


def _split(article: Article) -> Sequence[Passage]:
    from embeddings.text.passages import split  # only reports need it

    return split(article)


def _cut(text: str) -> str:
    """Return the first whole words of a text."""
    words = " ".join(text.split())
    if len(words) <= OPENING:
        return words
    cut = words[: OPENING + 1].rpartition(" ")[0] or words[:OPENING]
    return f"{cut} …"


def _identity(article: Article | None) -> str | None:
    return identity(article) if article else None


def _differences(old: Article, new: Article) -> tuple[str, ...]:
    """Return the names of the fields that differ between two versions, ``text`` among them."""
    return tuple(n for n in (*FIELDS, "text") if getattr(old, n) != getattr(new, n))
