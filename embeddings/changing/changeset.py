"""A change of a collection: which articles it adds, changes and removes, and its report."""

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
    from datetime import datetime

    from embeddings.changing.base import Base
    from embeddings.reports import Wish
    from embeddings.store.pointers import Kept

OPENING = 200
"""How much of a text is shown to recognise it by, in characters."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a collection; nothing of it is done yet. A proposal is one that is kept.

    Attributes:
        what: ``add``, ``edit``, ``restore``, ``remove``, ``import`` or ``rollback``, for the audit
            log; empty: a reindex alone.
        added: Articles that the corpus does not have.
        changed: Articles that it has with another text or other metadata, as they would become.
        unchanged: Articles that it has already, as they are.
        rejected: Inputs that are not taken, each with a sentence.
        inferred: Article id -> names of its fields that were guessed, not stated.
        left_out: What was left out of the inputs on purpose.
        removed: Ids of articles that are taken out.
        instead: Id of an added article -> what becomes of the one that it seems to correct.
        left: Inputs for which there is no room, each with a sentence.
        by_hand: Article id -> names of its fields that somebody set by hand with it.
        base: Of a proposal: id of an article that it touches -> its digest then; None: not there.
        token: The proposal that is carried out.
        history: Earlier versions that come with an import.
        lines: Lines of another collection's audit log, which come with it.
        questions: The golden questions that come with it; None: none do.
        back_to: The earlier snapshot whose articles, fields set by hand included, these are.
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
    base: Mapping[str, str | None] = field(default_factory=dict)
    token: str | None = None
    history: tuple[Article, ...] = ()
    lines: tuple[AuditEntry, ...] = ()
    questions: bytes | None = None
    back_to: int | None = None

    @classmethod
    def of(cls, what: str, new: Article, old: Article | None) -> Change:
        """Return the change that gives an article its new form; None: there was no such article."""
        if old is None:
            return cls(what, added=(new,))
        same = identity(old) == identity(new)
        return cls(what, unchanged=(old,)) if same else cls(what, changed=(new,))

    @classmethod
    def of_rollback(cls, now: Mapping[str, Article], then: Mapping[str, Article]) -> Change:
        """Return the change after which all articles are again as they were then."""
        other = [a for name, a in then.items() if identity(a) != _mark(now.get(name))]
        return cls(
            "rollback",
            added=tuple(a for a in other if a.id not in now),
            changed=tuple(a for a in other if a.id in now),
            removed=tuple(sorted(now.keys() - then.keys())),
        )

    @property
    def articles(self) -> dict[str, Article | None]:
        """Article id -> what becomes of it; None: it is taken out."""
        becoming = {article.id: article for article in (*self.added, *self.changed)}
        return {**becoming, **dict.fromkeys(self.removed)}

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many articles the change adds, changes and removes."""
        return len(self.added), len(self.changed), len(self.removed)

    def replacing(self) -> Change:
        """Return the change with each correction in the place of the article that it corrects."""
        names = {name: article.id for name, article in self.instead.items()}
        return replace(
            self,
            added=tuple(a for a in self.added if a.id not in names),
            changed=(*self.changed, *self.instead.values()),
            by_hand={names.get(name, name): fields for name, fields in self.by_hand.items()},
            instead={},
        )

    def without(self, left: Mapping[str, Rejected]) -> Change:
        """Return the change without some articles, given by their ids; the report names them."""
        return replace(
            self,
            added=tuple(a for a in self.added if a.id not in left),
            changed=tuple(a for a in self.changed if a.id not in left),
            instead={name: a for name, a in self.instead.items() if name not in left},
            left=tuple(left.values()),
        )

    def amend(self, article_id: str, fields: Mapping[str, str | None]) -> Change:
        """Return the change with some fields of one of its articles set.

        Raises:
            UnknownArticle: It touches no article with that id.
            InputError: A field is not what it must be.
        """
        from embeddings.changing.correcting import amend

        def amend_all(articles: Iterable[Article]) -> tuple[Article, ...]:
            return tuple(amend(a, fields) if a.id == article_id else a for a in articles)

        if article_id not in {article.id for article in (*self.added, *self.changed)}:
            raise UnknownArticle(f"There is no article {article_id!r} in this proposal.")
        instead = {n: amend(a, fields) if n == article_id else a for n, a in self.instead.items()}
        guessed = tuple(n for n in self.inferred.get(article_id, ()) if n not in fields)
        given = tuple(dict.fromkeys((*self.by_hand.get(article_id, ()), *fields)))
        return replace(
            self,
            added=amend_all(self.added),
            changed=amend_all(self.changed),
            inferred={**self.inferred, article_id: guessed},
            instead=instead,
            by_hand={**self.by_hand, article_id: given},
        )

    def on(self, there: Mapping[str, Article]) -> Change:
        """Return the change with the present state of the articles that it touches."""
        names = {*self.articles, *(article.id for article in self.instead.values())}
        return replace(self, base={name: _mark(there.get(name)) for name in sorted(names)})

    def check(self, there: Mapping[str, Article]) -> None:
        """Check that the articles are as when it was proposed; raises Overtaken if some are not."""
        moved = sorted(name for name, was in self.base.items() if _mark(there.get(name)) != was)
        if moved:
            raise Overtaken(
                f"Nothing was changed, because {', '.join(moved[:5])} changed since this was "
                "proposed; begin again, to see what it would do now.",
                tuple(moved),
            )

    def date(self, there: Mapping[str, Article], now: datetime) -> Change:
        """Note on articles when their texts were last changed, which is now if they are others."""

        def date_one(new: Article) -> Article:
            old = there.get(new.id)
            moment = old.corrected if old and old.text == new.text else now
            return replace(new, corrected=new.corrected or moment) if old else new

        return replace(self, changed=tuple(map(date_one, self.changed)))

    def tell(self, report: ReindexReport | None = None) -> ChangeReport:
        """Report what the change did, and what the reindex after it did."""
        return ChangeReport(**self._told(), report=report)

    def propose(self, token: str, to_encode: int) -> Proposal:
        """Say what it would change, as the proposal of a name; so many texts are to be encoded."""
        instead = dict(zip(self.instead, self._show(self.instead.values()), strict=True))
        return Proposal(**self._told(), token=token, to_encode=to_encode, instead=instead)

    def _told(self) -> dict[str, Any]:
        names = ("removed", "rejected", "left", "left_out")
        return {
            "added": self._show(self.added),
            "changed": self._show(self.changed),
            "unchanged": tuple(article.summary(len(_split(article))) for article in self.unchanged),
            **{name: getattr(self, name) for name in names},
        }

    def _show(self, articles: Iterable[Article]) -> tuple[Proposed, ...]:
        """Return how some of its articles were understood."""
        found = []
        for article in articles:
            passages = _split(article)
            known = asdict(article.summary(len(passages)))
            words = article.text[passages[0].start : passages[0].end] if passages else article.text
            guessed = self.inferred.get(article.id, ())
            found.append(
                Proposed(**known, inferred=guessed, opening=_cut(words), text=article.text)
            )
        return tuple(found)

    def list_entries(self, base: Base, wish: Wish, kept: Kept, now: datetime) -> list[AuditEntry]:
        """Return the entries of the change for the audit log, its publication last."""
        blank, live = AuditEntry(now, wish.by, self.what), base.published.live
        published = replace(
            blank,
            what="rollback" if self.what == "rollback" else "publish",
            before=str(live) if live is not None else None,
            after=str(self.back_to) if self.back_to else None,
            snapshot=str(kept.number),
            counts=kept.counts,
        )
        there = base.articles
        each = (self._tell(blank, n, there.get(n), new) for n, new in self.articles.items())
        return [*self.lines, *chain.from_iterable(each), published]

    def _tell(
        self, blank: AuditEntry, name: str, old: Article | None, new: Article | None
    ) -> Iterator[AuditEntry]:
        entry = replace(
            blank,
            article=name,
            what="change" if self.what == "add" and old else self.what,
            before=old.digest if old else None,
            after=new.digest if new else None,
            fields=_differences(old, new) if old and new else (),
            was=_mark(old),
            became=_mark(new),
        )
        yield entry
        if self.what == "add" and (by_hand := self.by_hand.get(name)) is not None:
            yield replace(entry, what="edit", before=entry.after, fields=by_hand, was=entry.became)

    def dump(self) -> str:
        """Return the change as the store keeps a proposal."""
        return _adapter().dump_json(self).decode()


def parse(document: str | None) -> Change:
    """Return a proposal as the store keeps it; raises UnknownProposal when there is none."""
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
    from embeddings.text.passages import split  # where there is something to show

    return split(article)


def _cut(text: str) -> str:
    """Return the first words of a text, cut between two."""
    words = " ".join(text.split())
    if len(words) <= OPENING:
        return words
    cut = words[: OPENING + 1].rpartition(" ")[0] or words[:OPENING]
    return f"{cut} …"


def _mark(article: Article | None) -> str | None:
    return identity(article) if article else None


def _differences(old: Article, new: Article) -> tuple[str, ...]:
    """Return the names of what differs between two versions of an article."""
    return tuple(n for n in (*FIELDS, "text") if getattr(old, n) != getattr(new, n))
