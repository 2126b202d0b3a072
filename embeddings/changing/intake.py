"""What a person gives, read and planned: which articles it would become; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.readers import Fetcher, Sandbox
from embeddings.readers.many import read_all
from embeddings.reports import Omission
from embeddings.snapshots.building import texts_of
from embeddings.text.passages import split
from embeddings.types import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.settings import FetchSettings
    from embeddings.changing.changeset import Plan
    from embeddings.changing.planning import Planner
    from embeddings.readers import Draft
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.types import Article


def read(
    inputs: Sequence[str], names: Mapping[str, str], fetch: FetchSettings, planner: Planner
) -> Plan:
    """Read files, folders and pages and say what adding them would do.

    Args:
        inputs: What a person gives.
        names: Path of a file that lies there for a moment only -> what the person calls it.
        fetch: How web pages are fetched.
        planner: Knows the articles that are there.
    """
    drafts: list[tuple[str, Draft]] = []
    rejected: list[Rejected] = []
    with Sandbox() as sandbox:
        for outcome in read_all(inputs, sandbox, Fetcher(fetch), names):
            if isinstance(outcome, Rejected):
                rejected.append(outcome)
            else:
                drafts.append(outcome)
    plan = planner.plan(drafts)
    left_out = (
        Omission(name, each.what, each.why) for name, draft in drafts for each in draft.left_out
    )
    return replace(plan, rejected=(*rejected, *plan.rejected), left_out=tuple(left_out))


def count_texts(plan: Plan, snapshot: Snapshot | None) -> int:
    """Count the texts that the model has not seen in the same articles yet."""
    there = snapshot.digests if snapshot else {}
    changed = [a.id for a in plan.changed if a.id in there]
    old = [snapshot.article(snapshot.row(name)) for name in changed if snapshot]
    return len(_texts((*plan.added, *plan.changed)) - _texts(old))


def _texts(articles: Sequence[Article]) -> set[str]:
    """Return the texts of articles that get a vector, each with its kind."""
    texts = texts_of(articles, [split(article) for article in articles])
    return {f"{kind} {text}" for kind, group in texts.items() for text in group}
