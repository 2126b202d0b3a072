"""The limits of a server's own collection: the pure checks, and the engine that applies them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.groups import ServerSettings
from config.settings import Settings
from embeddings.changing.changeset import Change
from embeddings.changing.planning import check_limits, count_additions, measure, trim
from embeddings.collections import name_collection
from embeddings.engine import SearchEngine
from embeddings.errors import LimitError
from embeddings.reports import AuditEntry, Quota
from embeddings.types import SHARED, Article
from tests.embeddings.fakes import WordEncoder

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def article(name: str, text: str = "Dix signes") -> Article:
    return Article(name, f"Titre de {name}", text)


def entry(hours: float, before: str | None, after: str | None) -> AuditEntry:
    return AuditEntry(
        NOW - timedelta(hours=hours), "", "add", article="a", before=before, after=after
    )


def limiting(articles: int = 0, characters: int = 0, additions: int = 0) -> ServerSettings:
    return ServerSettings(articles=articles, characters=characters, additions=additions)


def allowed(
    limits: ServerSettings, plan: Change, *there: Article, log: tuple[AuditEntry, ...] = ()
) -> bool:
    try:
        held = {each.id: each for each in there}
        check_limits(measure(limits, held, log, NOW), plan, held)
    except LimitError:
        return False
    return True


def test_zero_limits_nothing() -> None:
    limits = limiting()
    assert measure(limits, {}, (), NOW) == ()
    assert allowed(limits, Change(added=(article("a", "x" * 10_000_000),)))


def test_existing_articles_count_towards_the_limit() -> None:
    for most, may in [(2, True), (1, False)]:
        assert allowed(limiting(articles=most), Change(added=(article("b"),)), article("a")) is may


def test_characters_are_counted_over_all_texts() -> None:
    for most, may in [(20, True), (19, False)]:
        assert (
            allowed(limiting(characters=most), Change(added=(article("b"),)), article("a")) is may
        )


def test_an_article_that_is_replaced_counts_once() -> None:
    changed = Change(changed=(article("a", "Autre dix."),))
    assert allowed(limiting(articles=1, characters=10), changed, article("a"))


def test_a_collection_beyond_its_limit_may_shrink() -> None:
    shorter = Change(changed=(article("a", "Dix"),))
    assert allowed(limiting(articles=1, characters=5), shorter, article("a"), article("b"))


def test_additions_count_new_articles_and_new_texts_of_the_last_24_hours() -> None:
    log = [
        entry(1, None, "new"),
        entry(2, "old", "other"),
        entry(3, "same", "same"),
        entry(4, "old", None),
        entry(25, None, "yesterday"),
        AuditEntry(NOW, "", "publish", snapshot="s1"),
    ]
    assert count_additions(log, NOW) == 2


def test_additions_of_a_day_are_counted_together() -> None:
    for most, may in [(2, True), (1, False)]:
        log = (entry(1, None, "new"),)
        assert allowed(limiting(additions=most), Change(added=(article("b"),)), log=log) is may


def test_setting_a_title_by_hand_is_no_addition() -> None:
    named = Article("a", "Un autre titre", "Dix signes")
    log = (entry(1, None, "new"),)
    assert allowed(limiting(additions=1), Change(changed=(named,)), article("a"), log=log)


def test_the_error_names_the_limit_and_the_numbers() -> None:
    with pytest.raises(LimitError, match="may hold 1 articles, and there would be 2"):
        check_limits((Quota("articles", 1, 1),), Change(added=(article("b"),)), {"a": article("a")})


NAMES = st.sampled_from("abcdefgh")
TEXTS = st.text("xyz", min_size=1, max_size=9)
ARTICLES = st.dictionaries(NAMES, TEXTS, max_size=8)
MOST = st.integers(0, 20)


@given(st.builds(limiting, MOST, MOST, MOST), ARTICLES, ARTICLES)
def test_any_plan_is_trimmed_to_the_limits_and_the_rest_is_reported(
    limits: ServerSettings, held: dict[str, str], given_: dict[str, str]
) -> None:
    there = {name: article(name, text) for name, text in held.items()}
    new = [article(name, text) for name, text in given_.items()]
    plan = Change(
        added=tuple(a for a in new if a.id not in there),
        changed=tuple(a for a in new if a.id in there and there[a.id] != a),
    )
    quotas = measure(limits, there, (), NOW)
    taken = trim(quotas, plan, there)
    assert allowed(limits, taken, *there.values())
    assert len(taken.articles) + len(taken.left) == len(plan.articles)
    after = {**there, **{a.id: a for a in (*taken.added, *taken.changed)}}
    is_within = all(quota.used <= quota.most for quota in quotas)
    for one in (a for a in plan.added if is_within and a.id not in taken.articles):
        more = Change(added=(*taken.added, one), changed=taken.changed)
        assert not allowed(limits, more, *there.values())
    used = {quota.what: quota.used for quota in measure(limits, after, (), NOW)}
    assert used.get("articles") in {None, len(after)}


async def test_only_servers_own_collections_have_limits(tmp_path: Path) -> None:
    limited = {}
    for name in [SHARED, "archive", "servers", name_collection(7)]:
        async with await opened(tmp_path, name, articles=7) as engine:
            limited[name] = [
                quota.most for quota in await engine.quotas() if quota.what == "articles"
            ]
    assert limited == {SHARED: [], "archive": [], "servers": [], name_collection(7): [7]}


async def opened(tmp_path: Path, collection: str, **servers: Any) -> SearchEngine:
    settings = Settings(
        data=tmp_path / "data", seeds=tmp_path / "none", servers=ServerSettings(**servers)
    )
    return SearchEngine(settings, collection=collection, create=True, encoder=WordEncoder())


def stories(tmp_path: Path, *names: str) -> list[str]:
    paths = []
    for name in names:
        path = tmp_path / f"{name}.md"
        path.write_text(f"---\nid: {name}\ntitle: Le titre de {name}\n---\nLe texte de {name}.\n")
        paths.append(str(path))
    return paths


async def test_the_engine_of_a_server_refuses_too_much_and_changes_nothing(tmp_path: Path) -> None:
    async with await opened(tmp_path, name_collection(1), articles=2) as engine:
        await engine.add(stories(tmp_path, "un", "deux"))
        for dry_run in (True, False):
            with pytest.raises(LimitError, match="may hold 2 articles"):
                await engine.add(stories(tmp_path, "trois"), dry_run=dry_run)
        assert [a.id for a in engine.sources()] == ["deux", "un"]
        await engine.remove(["un"])
        await engine.add(stories(tmp_path, "trois"))
        assert [a.id for a in engine.sources()] == ["deux", "trois"]


async def test_a_confirmed_proposal_is_checked_against_the_limits_again(tmp_path: Path) -> None:
    async with await opened(tmp_path, name_collection(1), articles=1) as engine:
        first = await engine.propose(stories(tmp_path, "un"))
        second = await engine.propose(stories(tmp_path, "deux"))
        await engine.confirm(first.token)
        with pytest.raises(LimitError):
            await engine.confirm(second.token)


async def test_an_import_must_keep_the_limits(tmp_path: Path) -> None:
    async with await opened(tmp_path, SHARED) as engine:
        await engine.add(stories(tmp_path, "un", "deux"))
        await engine.export(tmp_path / "two.zip")
    async with await opened(tmp_path, name_collection(1), articles=1) as engine:
        with pytest.raises(LimitError, match="may hold 1 articles"):
            await engine.import_(tmp_path / "two.zip")
        assert engine.sources() == ()


async def test_removing_and_adding_again_does_not_evade_the_daily_limit(
    tmp_path: Path,
) -> None:
    async with await opened(tmp_path, name_collection(1), additions=2) as engine:
        await engine.add(stories(tmp_path, "un", "deux"))
        await engine.remove(["un", "deux"])
        with pytest.raises(LimitError, match="within 24 hours, and it has taken 2"):
            await engine.add(stories(tmp_path, "un"))


async def test_the_shared_collection_has_no_limits(tmp_path: Path) -> None:
    limits = {"articles": 1, "characters": 1, "additions": 1}
    async with await opened(tmp_path, SHARED, **limits) as engine:
        await engine.add(stories(tmp_path, "un", "deux"))
        assert len(engine.sources()) == 2
