"""A proposal as it is kept: what it would do, and what the articles were when it was made."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from embeddings.changing.changeset import Plan  # noqa: TC001 - as above
from embeddings.changing.correcting import amend
from embeddings.errors import Overtaken, UnknownArticle, UnknownProposal
from embeddings.types import identity

if TYPE_CHECKING:
    from embeddings.types import Article


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A proposal as it is kept.

    Attributes:
        what: ``add``, ``edit``, ``restore`` or ``remove``.
        plan: What it would do.
        base: Id of each article that it touches -> what the article was then; None: not there.
        by_hand: Id of an article -> names of its fields that somebody set in the proposal.
    """

    what: str
    plan: Plan
    base: Mapping[str, str | None] = field(default_factory=dict)
    by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def on(self, there: Mapping[str, Article]) -> KeptProposal:
        """Return it with what the articles that it touches are now."""
        names = {*self.plan.change, *(article.id for article in self.plan.instead.values())}
        return replace(self, base={name: _base(there.get(name)) for name in sorted(names)})

    def replacing(self) -> KeptProposal:
        """Return it with what seems to correct an article put in that one's place."""
        instead = self.plan.instead
        by_hand = {
            instead[name].id if name in instead else name: fields
            for name, fields in self.by_hand.items()
        }
        return replace(self, plan=self.plan.replacing(), by_hand=by_hand)

    def amend(self, article_id: str, fields: Mapping[str, str | None]) -> KeptProposal:
        """Return it with some fields of one of its articles set.

        Raises:
            UnknownArticle: It touches no article with that id.
            InputError: A field is not what it must be.
        """
        there = {article.id: article for article in (*self.plan.added, *self.plan.changed)}
        if article_id not in there:
            raise UnknownArticle(f"There is no article {article_id!r} in this proposal.")
        there[article_id] = amend(there[article_id], fields)
        instead = dict(self.plan.instead)
        if article_id in instead:
            instead[article_id] = amend(instead[article_id], fields)
        guessed = self.plan.inferred.get(article_id, ())
        plan = replace(
            self.plan,
            added=tuple(there[article.id] for article in self.plan.added),
            changed=tuple(there[article.id] for article in self.plan.changed),
            inferred={
                **self.plan.inferred,
                article_id: tuple(name for name in guessed if name not in fields),
            },
            instead=instead,
        )
        given = dict.fromkeys((*self.by_hand.get(article_id, ()), *fields))
        return replace(self, plan=plan, by_hand={**self.by_hand, article_id: tuple(given)})

    def check(self, there: Mapping[str, Article]) -> None:
        """Make sure that the articles are as they were when it was made.

        Raises:
            Overtaken: Some have changed since.
        """
        moved = sorted(name for name, was in self.base.items() if _base(there.get(name)) != was)
        if moved:
            raise Overtaken(
                f"Nothing was changed, because {', '.join(moved[:5])} changed since this was "
                "proposed; begin again, to see what it would do now.",
                tuple(moved),
            )

    def dump(self) -> str:
        """Return it as the store keeps it."""
        return _KEPT.dump_json(self).decode()

    @classmethod
    def parse(cls, document: str | None) -> KeptProposal:
        """Return a proposal as the store keeps it.

        Raises:
            UnknownProposal: There is none.
        """
        try:
            return _KEPT.validate_json(document or "")
        except ValidationError:
            raise UnknownProposal(
                "This proposal was carried out, dropped, or is more than a day old; begin again."
            ) from None


_KEPT = TypeAdapter(KeptProposal)


def _base(article: Article | None) -> str | None:
    return identity(article) if article else None
