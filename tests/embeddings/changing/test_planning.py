"""Plans: which id each draft gets, and whether it is new, changed or known."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from embeddings.changing.changeset import Change
from embeddings.changing.planning import MAX_SLUG, Planner, slug
from embeddings.readers import Draft
from embeddings.types import SHARED, Article


def draft(text: str = "A.", title: str = "Un titre", **fields: str) -> Draft:
    return Draft(text=text, title=title, **fields)


def planned(
    *drafts: Draft, corpus: tuple[Article, ...] = (), taken: tuple[str, ...] = ()
) -> Change:
    named = [(f"file{number}", item) for number, item in enumerate(drafts, 1)]
    return Planner(corpus, taken, SHARED).plan(named)


def ids(articles: tuple[Article, ...]) -> list[str]:
    return [article.id for article in articles]


def test_an_id_is_made_from_the_title() -> None:
    assert ids(planned(draft(title="L’été à Nîmes")).added) == ["l-ete-a-nimes"]


def test_two_stories_with_one_title_get_two_ids() -> None:
    plan = planned(draft("A."), draft("B."), draft("C."))
    assert ids(plan.added) == ["un-titre", "un-titre-2", "un-titre-3"]


def test_an_id_of_an_unreadable_file_is_not_given_away() -> None:
    assert ids(planned(draft(), taken=("un-titre",)).added) == ["un-titre-2"]


def test_a_title_without_letters_falls_back_to_the_file_and_then_to_a_word() -> None:
    plan = planned(draft("A.", "🎉", origin="/x/mon été.txt"), draft("B.", "🎉"))
    assert ids(plan.added) == ["mon-ete", "article"]


def test_an_article_from_the_same_origin_keeps_its_id() -> None:
    old = draft(origin="/x/a.txt").article("old-id")
    plan = planned(draft("B.", "Autre", origin="/x/a.txt"), corpus=(old,))
    assert (ids(plan.changed), plan.changed[0].title, plan.added) == (["old-id"], "Autre", ())


def test_a_stated_id_replaces_the_article_that_has_it() -> None:
    old = draft(origin="/x/a.txt").article("mine")
    plan = planned(draft("B.", id="mine", origin="/y/b.txt"), corpus=(old,))
    assert ids(plan.changed) == ["mine"]


def test_the_same_text_and_metadata_from_elsewhere_are_unchanged() -> None:
    old = draft(origin="/x/a.txt").article("mine")
    plan = planned(draft(id="mine", origin="/y/b.txt"), corpus=(old,))
    assert plan == Change("add", unchanged=(old,))


def test_new_metadata_alone_is_a_change() -> None:
    old = draft(origin="/x/a.txt").article("mine")
    assert ids(planned(draft(origin="/x/a.txt", source="ISSMI"), corpus=(old,)).changed) == ["mine"]


def test_a_known_text_is_the_article_that_has_it() -> None:
    old = draft().article("mine")
    assert planned(draft(title="Autre", origin="/z.txt"), corpus=(old,)).unchanged == (old,)


def test_one_text_in_two_files_is_one_article() -> None:
    plan = planned(draft(origin="/a.txt"), draft(origin="/b.txt"))
    assert (ids(plan.added), ids(plan.unchanged)) == (["un-titre"], ["un-titre"])


def test_a_text_that_was_just_replaced_is_no_longer_known() -> None:
    old = draft("A.", origin="/a.txt").article("mine")
    plan = planned(
        draft("B.", origin="/a.txt"), draft("A.", "Copie", origin="/b.txt"), corpus=(old,)
    )
    assert (ids(plan.changed), ids(plan.added)) == (["mine"], ["copie"])


def test_the_second_file_that_states_the_same_id_is_rejected() -> None:
    plan = planned(draft("A.", id="x"), draft("B.", id="x"))
    assert ids(plan.added) == ["x"]
    assert plan.rejected[0].input == "file2"
    assert (
        plan.rejected[0].reason == "file2 has the id x, which file1 has too; give one another id."
    )


def test_a_stated_id_takes_precedence_over_one_made_from_a_title() -> None:
    plan = planned(draft("A."), draft("B.", id="un-titre"))
    assert {a.id: a.text for a in plan.added} == {"un-titre": "B.", "un-titre-2": "A."}


def test_a_text_that_is_about_to_be_replaced_is_added_again() -> None:
    old = draft("A.", origin="/a").article("mine")
    plan = planned(draft("A.", origin="/b"), draft("B.", origin="/a"), corpus=(old,))
    assert {a.text for a in (*plan.added, *plan.changed)} == {"A.", "B."}


def test_an_origin_whose_id_another_file_states_gets_a_new_id() -> None:
    old = draft(origin="/a.txt").article("x")
    plan = planned(draft("B.", id="x"), draft("C.", origin="/a.txt"), corpus=(old,))
    assert (ids(plan.changed), ids(plan.added)) == (["x"], ["un-titre"])


def test_slugs() -> None:
    for title, expected in [
        ("Cœur, Æon & Straße", "coeur-aeon-strasse"),
        ("  «  A  » -- b ", "a-b"),
        ("🎉", ""),
        ("x" * 80, "x" * 60),
        ("mot " * 30, "mot-" * 14 + "mot"),
        ("a" * 60 + " b", "a" * 60),
    ]:
        assert slug(title) == expected


@given(st.text(max_size=120))
def test_any_slug_is_an_id_or_nothing(title: str) -> None:
    made = slug(title)
    assert len(made) <= MAX_SLUG
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", made)


DRAFTS = st.lists(
    st.builds(
        draft,
        text=st.sampled_from("ABC"),
        title=st.sampled_from(["Un", "Deux", "🎉"]),
        origin=st.sampled_from(["/a", "/b", "/c"]),
        id=st.sampled_from([None, None, "un", "x"]),
    ),
    max_size=6,
)


@given(DRAFTS, DRAFTS)
def test_every_draft_is_accounted_for_and_no_id_is_given_twice(
    first: list[Draft], second: list[Draft]
) -> None:
    corpus = planned(*first).added
    plan = planned(*second, corpus=corpus)
    written = ids(plan.added) + ids(plan.changed)
    assert len(set(written)) == len(written)
    assert not set(ids(plan.added)) & set(ids(corpus))
    assert set(ids(plan.changed)) <= set(ids(corpus))
    texts = {a.text for a in (*plan.added, *plan.changed, *plan.unchanged)}
    assert {d.text for d in second} <= texts or plan.rejected
