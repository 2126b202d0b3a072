"""What several collections answer, as one answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from embeddings.loaded import interleave, merge
from embeddings.types import SHARED, Article, Hit, Passage, Sentence, digest

AGENCY = "Le quai neuf du port a ouvert mardi après trois ans de travaux, dit la ville."


def hit(text: str, confidence: float, score: float = 0.0, collection: str = SHARED) -> Hit:
    name = digest(text)[:8]
    article = Article(name, f"Titre {name}", text, collection=collection)
    passage = Passage(article.id, 0, len(text), 1, digest(text))
    return Hit(1, score, confidence, article, passage, text, Sentence(text, 0, len(text)))


def texts(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.text for hit in hits]


def test_the_surer_hit_comes_first_whichever_collection_it_is_of() -> None:
    shared = (hit("un", 0.9), hit("trois", 0.5))
    own = (hit("deux", 0.7, collection="server-1"),)
    assert texts(merge([shared, own], 3)) == ["un", "deux", "trois"]
    assert texts(merge([own, shared], 3)) == ["un", "deux", "trois"]


def test_of_two_equally_sure_the_better_score_comes_first() -> None:
    own = (hit("deux", 0.9, 8.0, "server-1"),)
    assert texts(merge([(hit("un", 0.9, 7.0),), own], 2)) == ["deux", "un"]


def test_ranks_are_counted_anew_and_no_more_hits_are_returned_than_asked_for() -> None:
    lists = [(hit("un", 0.9), hit("trois", 0.4)), (hit("deux", 0.7, collection="server-1"),)]
    assert [(h.rank, h.text) for h in merge(lists, 2)] == [(1, "un"), (2, "deux")]


def test_what_both_collections_tell_is_told_once_and_the_other_title_named() -> None:
    copy = hit(AGENCY.replace("dit", "selon"), 0.6, collection="server-1")
    found = merge([(hit(AGENCY, 0.8),), (copy,)], 3)
    assert texts(found) == [AGENCY]
    assert found[0].also_in == (copy.article.title,)


def test_a_copy_below_the_last_place_is_named_too() -> None:
    copy = hit(f"{AGENCY} Fin.", 0.5, collection="server-1")
    found = merge([(hit(AGENCY, 0.8), hit("autre", 0.7)), (copy,)], 1)
    assert [(h.text, h.also_in) for h in found] == [(AGENCY, (copy.article.title,))]


def test_two_passages_of_one_collection_are_never_folded_here() -> None:
    twice = (hit(AGENCY, 0.8), hit(f"{AGENCY} Fin.", 0.7))
    assert len(merge([twice, (hit("un", 0.1, collection="server-1"),)], 5)) == 3


def test_the_same_title_is_not_named_as_another() -> None:
    found = merge([(hit(AGENCY, 0.8),), (hit(AGENCY, 0.6, collection="server-1"),)], 3)
    assert found[0].also_in == ()


def test_nearest_titles_take_turns_and_come_once() -> None:
    assert interleave([("a", "b", "c"), ("x", "a")], 3) == ("a", "x", "b")
    assert interleave([("a",), ()], 3) == ("a",)
    assert interleave([], 3) == ()


SURE = st.lists(st.floats(0, 1), max_size=5).map(lambda s: sorted(s, reverse=True))


@given(SURE, SURE, st.integers(1, 6))
def test_a_merged_answer_is_the_best_of_both_in_order(
    first: list[float], second: list[float], limit: int
) -> None:
    lists = [
        tuple(hit(f"{name}{i}", sure, collection=name) for i, sure in enumerate(sures))
        for name, sures in ((SHARED, first), ("server-1", second))
    ]
    found = merge(lists, limit)
    assert [h.confidence for h in found] == sorted(first + second, reverse=True)[:limit]
    assert [h.rank for h in found] == list(range(1, len(found) + 1))
