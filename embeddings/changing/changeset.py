"""What is to become of which articles, on what terms, and what is told of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

from embeddings.reports import AuditEntry, ChangeReport, Omission, Proposed, ReindexReport
from embeddings.types import Article, Rejected, identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from embeddings.collection import Base
    from embeddings.store.archive import Contents
    from embeddings.store.pointers import Kept
    from embeddings.types import ArticleSummary, ProgressCallback

FIELDS = ("title", "source", "author", "date", "url", "language")
"""What can be set, besides the text; it stays as it was set, whatever is read anew."""
OPENING = 200
"""How much of a text is shown to recognise it by, in characters."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an addition would do to a corpus; nothing is done yet.

    Attributes:
        added: Articles that the corpus does not have.
        changed: Articles that it has with another text or other metadata, as they would become.
        unchanged: Articles that it has already, as they are.
        rejected: Inputs that are not taken, each with a sentence.
        inferred: Article id -> names of its fields that were guessed, not stated.
        left_out: What was left out of the inputs on purpose.
        removed: Ids of articles that are taken out.
        instead: Id of an added article -> what becomes of the one that it seems to correct.
        left: Inputs for which there is no room, each with a sentence.
    """

    added: tuple[Article, ...] = ()
    changed: tuple[Article, ...] = ()
    unchanged: tuple[Article, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    inferred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[Omission, ...] = ()
    removed: tuple[str, ...] = ()
    instead: Mapping[str, Article] = field(default_factory=dict)
    left: tuple[Rejected, ...] = ()

    @classmethod
    def of(cls, new: Article, old: Article | None) -> Plan:
        """Return what having an article as it is to be comes to."""
        if old is None:
            return cls(added=(new,))
        return cls(unchanged=(old,)) if identity(old) == identity(new) else cls(changed=(new,))

    def replacing(self) -> Plan:
        """Return it with what seems to correct an article put in that one's place."""
        return replace(
            self,
            added=tuple(a for a in self.added if a.id not in self.instead),
            changed=(*self.changed, *self.instead.values()),
            instead={},
        )

    def without(self, left: Mapping[str, Rejected]) -> Plan:
        """Return it without some articles, by their ids, which are told instead."""
        return replace(
            self,
            added=tuple(a for a in self.added if a.id not in left),
            changed=tuple(a for a in self.changed if a.id not in left),
            instead={name: a for name, a in self.instead.items() if name not in left},
            left=tuple(left.values()),
        )

    @property
    def change(self) -> dict[str, Article | None]:
        """Article id -> what becomes of it."""
        becoming = {article.id: article for article in (*self.added, *self.changed)}
        return {**becoming, **dict.fromkeys(self.removed)}

    def tell(self, report: ReindexReport | None = None) -> ChangeReport:
        """Say what it changes, and what the reindex after it did.

        Without a report nothing is done yet, and how the articles were understood is told too.
        """
        shown = () if report else self.show((*self.added, *self.changed))
        return ChangeReport(
            added=_rows(self.added),
            changed=_rows(self.changed),
            unchanged=_rows(self.unchanged),
            removed=self.removed,
            rejected=(*self.rejected, *self.left),
            report=report,
            proposed=shown,
            left_out=self.left_out,
        )

    def show(self, articles: Iterable[Article]) -> tuple[Proposed, ...]:
        """Show how some of the plan's articles were understood."""
        return tuple(
            Proposed(
                row(article), self.inferred.get(article.id, ()), _opening(article), article.text
            )
            for article in articles
        )


def row(article: Article) -> ArticleSummary:
    """Return an article as lists show it."""
    from embeddings.text.passages import split

    return article.summary(len(split(article)))


def _rows(articles: Iterable[Article]) -> tuple[ArticleSummary, ...]:
    return tuple(map(row, articles))


def _opening(article: Article) -> str:
    """Return the first words of an article's first paragraph, cut between two words."""
    from embeddings.text.passages import split

    first = next(iter(split(article)), None)
    words = " ".join((article.text[first.start : first.end] if first else article.text).split())
    if len(words) <= OPENING:
        return words
    cut = words[: OPENING + 1].rpartition(" ")[0] or words[:OPENING]
    return f"{cut} …"


class Terms(TypedDict, total=False):
    """On what terms a change is asked for, as arguments; see ``Wish``."""

    by: str
    anyway: bool
    progress: ProgressCallback | None


@dataclass(frozen=True, slots=True)
class Wish:
    """On what terms a change is made.

    Attributes:
        by: Who wants it, for the audit log.
        anyway: Publish it even if it answers the golden questions less well.
        progress: Told how far it is, on the event loop's thread.
        full: Encode everything again, and mend what is damaged.
    """

    by: str = ""
    anyway: bool = False
    progress: ProgressCallback | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a collection.

    Attributes:
        what: ``add``, ``edit``, ``restore``, ``remove``, ``import`` or ``rollback``, for the audit
            log.
        articles: Article id -> what becomes of it; None: it is taken out.
        by_hand: Article id -> names of its fields that somebody set by hand with it.
        token: The proposal that is carried out.
        history: Earlier versions that come with an import.
        lines: Lines of another collection's audit log, which come with it.
        questions: The golden questions that come with it; None: none do.
    """

    what: str = ""
    articles: Mapping[str, Article | None] = field(default_factory=dict)
    by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    token: str | None = None
    history: tuple[Article, ...] = ()
    lines: tuple[AuditEntry, ...] = ()
    questions: bytes | None = None

    @classmethod
    def of_import(cls, contents: Contents, articles: Mapping[str, Article | None]) -> Change:
        """Return what an import changes; its audit log says what of it was set by hand."""
        from embeddings.store import audit

        lines = tuple(audit.read(contents.lines))
        by_hand = {n: tuple(names) for n, names in audit.list_edits(lines).items() if n in articles}
        moments = audit.date_corrections(lines)
        return cls(
            what="import",
            articles={
                name: article and replace(article, corrected=moments.get(name))
                for name, article in articles.items()
            },
            by_hand=by_hand,
            history=contents.history,
            lines=lines,
            questions=contents.questions,
        )

    @classmethod
    def back(cls, now: Mapping[str, Article], then: Mapping[str, Article]) -> Change:
        """Return the change after which all articles are again as they were then."""
        back: dict[str, Article | None] = {
            name: article
            for name, article in then.items()
            if name not in now or identity(article) != identity(now[name])
        }
        return cls("rollback", {**back, **dict.fromkeys(now.keys() - then.keys())})

    @property
    def is_import(self) -> bool:
        """Whether the golden questions are replaced, by none too."""
        return self.what == "import"

    def date(self, there: Mapping[str, Article], now: datetime) -> Change:
        """Note on articles when their texts were last changed, which is now if they are others."""

        def date_one(new: Article | None, old: Article | None) -> Article | None:
            if not new or not old:
                return new
            moment = old.corrected if old.text == new.text else now
            return replace(new, corrected=new.corrected or moment)

        dated = {name: date_one(new, there.get(name)) for name, new in self.articles.items()}
        return replace(self, articles=dated)

    def counts(self, there: Mapping[str, Article]) -> tuple[int, int, int]:
        """Return how many articles it adds, changes and removes."""
        new = sum(bool(article) and name not in there for name, article in self.articles.items())
        gone = sum(article is None for article in self.articles.values())
        return new, len(self.articles) - new - gone, gone

    def tell(self, base: Base, wish: Wish, kept: Kept, now: datetime) -> list[AuditEntry]:
        """Return what the audit log is to say of it, its publication last."""
        entries = [
            replace(entry, at=now, by=wish.by)
            for name, new in self.articles.items()
            for entry in self._tell_article(name, base.articles.get(name), new)
        ]
        previous = base.published.live
        published = AuditEntry(
            at=now,
            by=wish.by,
            what="rollback" if self.what == "rollback" else "publish",
            before=str(previous) if previous is not None else None,
            snapshot=str(kept.number),
            counts=kept.counts,
        )
        return [*entries, *self.lines, published]

    def _tell_article(
        self, name: str, old: Article | None, new: Article | None
    ) -> Iterator[AuditEntry]:
        entry = AuditEntry(
            at=_NEVER,
            by="",
            what="change" if self.what == "add" and old else self.what,
            article=name,
            before=old.digest if old else None,
            after=new.digest if new else None,
            fields=_differences(old, new) if old and new else (),
            was=identity(old) if old else None,
            became=identity(new) if new else None,
        )
        yield entry
        if name in self.by_hand and self.what == "add":
            by_hand = tuple(self.by_hand[name])
            yield replace(entry, what="edit", before=entry.after, fields=by_hand, was=entry.became)


def _differences(old: Article, new: Article) -> tuple[str, ...]:
    """Return the names of what differs between two versions of an article."""
    return tuple(n for n in (*FIELDS, "text") if getattr(old, n) != getattr(new, n))
