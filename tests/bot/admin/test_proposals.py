"""The cards of admins: what they say, and that any text keeps to Discord's limits."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from discord import ui
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.admin.history import LISTED, Step, history_card
from bot.admin.proposals import SHOWN, list_differences, proposal_card
from bot.admin.reports import (
    change_card,
    gate_card,
    reindex_card,
    say_author,
    snapshot_label,
    snapshot_line,
)
from bot.running.commands import suggest
from bot.translate import Languages
from bot.ui.components import Attached, Card, button
from bot.ui.naming import corrected_line
from embeddings.errors import BrokenQuestion, GateError
from embeddings.reports import (
    AuditEntry,
    ChangeReport,
    Omission,
    Proposal,
    Proposed,
    Quota,
    ReindexReport,
    SnapshotSummary,
)
from embeddings.types import Article, ArticleSummary, Rejected
from tests.bot.people import check_card, texts_of
from tests.bot.samples import IDS, MAYBE_DAYS, MAYBE_TITLES, NASTY, TITLES, URLS

FR, EN = (Languages.load("fr").of(code) for code in ("fr", "en"))
LANGUAGES = st.sampled_from([FR, EN])
FIELDS = ("title", "source", "author", "date", "url", "language", "nonsense")
MANY: Any = {"deadline": None, "max_examples": 40, "suppress_health_check": list(HealthCheck)}
STORY = ArticleSummary(
    "crue", "La crue", "La Gazette", None, date(2018, 6, 21), None, "fr", 12, "shared"
)
REPORT = ReindexReport("s2", 1, 0, 0, 9, 7, 2, 0.4, ("A note.",))
MADE = datetime(2026, 1, 2, 12, tzinfo=UTC)
BIG, CODES = st.integers(0, 10**6), st.sampled_from(["fr", "en", "de", "*_`"])
ENTRIES = st.builds(AuditEntry, st.just(MADE), TITLES, NASTY)


def proposed(
    article: ArticleSummary, inferred: tuple[str, ...] = (), opening: str = "", text: str = ""
) -> Proposed:
    return Proposed(**asdict(article), inferred=inferred, opening=opening, text=text)


@st.composite
def summaries(draw: st.DrawFn) -> ArticleSummary:
    return ArticleSummary(
        draw(IDS),
        draw(TITLES) or "?",
        draw(MAYBE_TITLES),
        draw(MAYBE_TITLES),
        draw(MAYBE_DAYS),
        draw(URLS),
        draw(CODES),
        draw(BIG),
        "shared",
    )


SUMMARIES = summaries()
PROPOSED = st.builds(
    proposed,
    SUMMARIES,
    st.lists(st.sampled_from(FIELDS), max_size=7).map(tuple),
    TITLES,
    st.lists(NASTY, max_size=5).map("\n\n".join),
)
OMITTED = st.builds(Omission, TITLES, TITLES, NASTY)
QUOTAS = tuple(
    Quota(what, 5_000_000, 4_999_999) for what in ("articles", "characters", "additions")
)
REJECTED = st.builds(Rejected, TITLES, st.one_of(NASTY, st.just("*" * 3000)))
FEW = {kind: st.lists(kind, max_size=4) for kind in (PROPOSED, SUMMARIES, REJECTED, OMITTED)}
TIMES, TOKENS = st.sampled_from([1, 1, 9]), st.from_regex(r"\A[a-z0-9]{8,16}\Z")


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    def some(kind: Any) -> Any:
        return tuple(draw(FEW[kind])) * draw(TIMES)

    added, changed = some(PROPOSED), some(PROPOSED)
    named = [replace(p, id=f"{p.id[:76]}-{n}") for n, p in enumerate((*added, *changed))]
    return Proposal(
        token=draw(TOKENS),
        added=tuple(named[: len(added)]),
        changed=tuple(named[len(added) :]),
        unchanged=some(SUMMARIES),
        rejected=some(REJECTED),
        to_encode=draw(BIG),
        instead={p.id: draw(PROPOSED) for p in named[: draw(st.integers(0, len(added)))]},
        left=some(REJECTED),
        left_out=some(OMITTED),
    )


def check(card: Card) -> None:
    """Check a card against what Discord takes."""
    check_card(card)
    assert len(texts_of(card)) <= 4000


@trying(**MANY)
@given(proposals(), st.floats(0, 1e7), LANGUAGES, st.data())
def test_every_proposal_and_its_report_keep_to_the_limits(
    proposal: Proposal, seconds: float, language: Any, data: st.DataObject
) -> None:
    changing = [*proposal.changed[:4], *proposal.instead.values()]
    now = {p.id: (data.draw(SUMMARIES), data.draw(NASTY)) for p in changing}
    check(proposal_card(proposal, now, language, collection="s", seconds=seconds, quotas=QUOTAS))
    removed = data.draw(st.lists(NASTY, max_size=20))
    done = replace(REPORT, notes=tuple(removed)) if data.draw(st.booleans()) else None
    names = ("added", "changed", "unchanged", "rejected")
    report = ChangeReport(**{name: getattr(proposal, name) for name in names})
    check(change_card(replace(report, removed=tuple(removed), report=done), language))
    check(reindex_card(REPORT, language))


@trying(**MANY)
@given(
    st.lists(st.builds(BrokenQuestion, TITLES, TITLES), max_size=40).map(tuple),
    st.floats(0, 1),
    st.floats(0, 1),
    LANGUAGES,
)
def test_every_gate_keeps_to_the_limits(
    broken: Any, before: float, after: float, language: Any
) -> None:
    error = GateError(broken, before, after)
    check(gate_card(error, language, button("a", "v:leave"), button("b", "v:x")))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    name = draw(st.from_regex(r"\A[a-z0-9-]{1,80}\Z"))
    fields = tuple(draw(st.lists(st.sampled_from([*FIELDS, "text"]), unique=True)))
    entry = AuditEntry(MADE, draw(TITLES), draw(NASTY), name, fields=fields)
    before, after = (Article(name, draw(TITLES), draw(NASTY), draw(TITLES)) for _ in range(2))
    return Step(entry, before, after, draw(st.integers(0, 999_999)))


@trying(**MANY)
@given(summaries(), st.lists(steps(), max_size=LISTED), st.integers(0, 99), LANGUAGES)
def test_every_history_keeps_to_the_limits(
    article: ArticleSummary, shown: list[Step], page: int, language: Any
) -> None:
    part: dict[str, Any] = {"article": article.id, "page": page, "total": 9_999}
    check(history_card(shown, {article.id: article.title}, language, collection="o", **part))
    removal = Proposal(removed=(article.id,), token="abcdefgh")
    now = {article.id: (article, "")}
    check(proposal_card(removal, now, language, collection="o", seconds=0))


def test_a_change_of_a_text_that_cannot_be_seen_is_told_all_the_same() -> None:
    texts = ("Le pont.", "Le\u200b pont.")
    entry = AuditEntry(MADE, "me", "change", "a", fields=("text",))
    step = Step(entry, *(Article("a", "Le pont", text) for text in texts), 1)
    told = texts_of(history_card([step], {}, FR, collection="o", total=1))
    counts = "1 paragraphe modifié, 0 ajouté, 0 retiré"
    assert f"> Le texte est différent\N{NO-BREAK SPACE}: {counts}." in told


@trying(**MANY)
@given(st.builds(SnapshotSummary, NASTY, st.just(MADE), BIG, BIG, st.booleans(), NASTY, BIG))
def test_every_snapshot_fits_into_a_suggestion(snapshot: SnapshotSummary) -> None:
    (shown,) = suggest([(snapshot_label(snapshot, snapshot.by, FR), "7")])
    assert 1 <= len(shown.name) <= 100
    assert "\n" not in snapshot_line(snapshot, FR)


def card_of(**parts: Any) -> Card:
    given: dict[str, Any] = {"token": "abcdefgh"} | parts
    return proposal_card(Proposal(**given), {}, FR, collection="o", seconds=90.0)


def files(card: Card) -> list[str]:
    return [p.data.decode() for p in card.children if isinstance(p, Attached)]


def test_the_cost_is_told_before() -> None:
    text = texts_of(card_of(added=(proposed(STORY, (), "La Loire"),), to_encode=40))
    assert "Indexation\N{NO-BREAK SPACE}: environ 2 minutes." in text


def test_what_costs_nothing_says_so() -> None:
    text = texts_of(card_of(added=(proposed(STORY, (), "La Loire"),)))
    assert "Aucune indexation n’est nécessaire" in text


def test_a_short_proposal_has_no_file() -> None:
    assert files(card_of(added=(proposed(STORY, (), "La Loire"),))) == []


def test_what_the_card_leaves_out_is_in_the_file() -> None:
    added = tuple(
        proposed(replace(STORY, id=f"a{n}", title=f"Titre {n}"), ("date",), "Mot")
        for n in range(SHOWN + 2)
    )
    card = card_of(added=added)
    (file,) = files(card)
    assert "et 2 de plus" in texts_of(card)
    assert file.count("Titre ") == SHOWN + 2
    assert (
        "Titre 6 · La Gazette · 2018-06-21 · 12 passages · deviné\N{NO-BREAK SPACE}: date" in file
    )


def test_a_long_reason_is_in_the_file_in_full() -> None:
    reason = "Ce fichier est illisible. " * 40
    (file,) = files(card_of(rejected=(Rejected("a.pdf", reason),)))
    assert f"- a.pdf: {reason.strip()}" in file


def test_a_reason_that_names_its_file_does_not_name_it_twice() -> None:
    assert "- a.pdf is empty." in texts_of(
        card_of(rejected=(Rejected("a.pdf", "a.pdf is empty."),))
    )


def test_more_than_a_select_holds_is_not_offered_to_be_corrected() -> None:
    added = tuple(proposed(replace(STORY, id=f"a{n}"), (), "") for n in range(60))
    shown = card_of(added=added).walk_children()
    (select,) = [part for part in shown if isinstance(part, ui.Select)]
    assert len(select.options) == 25


def test_fields_that_differ_are_named() -> None:
    new = replace(STORY, author="Bea", passages=13)
    assert list_differences(new, STORY, EN) == ["author: — → Bea", "passages: 12 → 13"]


def test_whoever_did_it_is_named_without_being_called() -> None:
    cases: list[Any] = [("discord:12", "by <@12>"), ("cli:*ada*", "by cli:\\*ada\\*"), ("", "")]
    assert [(by, said) for by, said in cases if say_author(by, EN) != said] == []


def test_an_article_says_on_which_day_it_was_corrected() -> None:
    cases: list[Any] = [(None, ""), (MADE, "Corrected on <t:1767351600:d>")]
    assert [(at, said) for at, said in cases if corrected_line(at, EN) != said] == []


def test_a_report_of_nothing_says_so() -> None:
    assert texts_of(change_card(ChangeReport(), FR)) == "### Rien n’a été ajouté."


def test_a_report_lists_what_was_done() -> None:
    report = ChangeReport(
        added=(proposed(STORY),), unchanged=(STORY, STORY), removed=("pain",), report=REPORT
    )
    text = texts_of(change_card(report, FR))
    assert "Ajoutés\N{NO-BREAK SPACE}:\n- La crue" in text
    assert "2 articles étaient déjà là." in text
    assert "Retirés\N{NO-BREAK SPACE}:\n- pain" in text
    assert "-# Une remarque attend l’opérateur" in text
