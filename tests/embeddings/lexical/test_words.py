"""The words of passages: reused ones equal those of a fresh analysis, to the bit."""

from __future__ import annotations

import tracemalloc
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.lexical import arrays, bm25
from embeddings.lexical.arrays import RowMerge, join
from embeddings.lexical.bm25 import Lexical, build
from embeddings.lexical.words import Document, own_title

TEXTS = st.lists(
    st.sampled_from(
        ["chat", "lettre", "Rekognition", "1200", "l’été", "employees", "signed", "de", "la", "the"]
    ),
    max_size=6,
).map(" ".join)
DOCUMENTS = st.builds(
    Document,
    title=TEXTS,
    sentences=st.lists(TEXTS, max_size=3),
    language=st.sampled_from(["fr", "en", "de"]),
)


def same(one: Lexical, other: Lexical) -> bool:
    pairs = zip(vars(one).items(), vars(other).items(), strict=True)
    return all(a == b and x.dtype == y.dtype and np.array_equal(x, y) for (a, x), (b, y) in pairs)


@settings(max_examples=60, deadline=None)
@given(st.lists(DOCUMENTS, max_size=8), st.lists(st.none() | DOCUMENTS, max_size=8), st.data())
def test_reused_words_equal_freshly_analysed_ones(
    old: list[Document], new: list[Document | None], data: st.DataObject
) -> None:
    names, places = [f"{n:02}" for n in range(len(old))], st.integers(0, 2 * len(old))
    where = [f"{data.draw(places) / 2:04.1f}".removesuffix(".0") for _ in new]
    change = dict(zip(where, new, strict=True))
    whole = [each for _, each in sorted((dict(zip(names, old, strict=True)) | change).items())]
    fresh = build([each for _, each in sorted(change.items()) if each])
    with mock.patch.object(arrays, "AT_ONCE", data.draw(st.sampled_from([1, 9, arrays.AT_ONCE]))):
        joined = build(old).join(RowMerge.plan(names, change), fresh)
    assert same(joined, build([each for each in whole if each]))


def test_a_merge_takes_little_more_memory_than_the_merged_index() -> None:
    def make(terms: int, passages: int) -> dict[str, np.ndarray]:
        ones = np.ones(terms * passages, np.uint8)
        return {
            "keys": np.arange(terms, dtype=np.uint64),
            "first": np.arange(terms + 1) * passages,
            "passages": np.tile(np.arange(passages, dtype=np.int32), terms),
            "counts": ones,
            "impacts": ones,
            "lengths": np.full((passages, 2), terms, np.int32),
        }

    old, new, merge = make(5000, 200), make(50, 1), RowMerge(((False, 0, 99), (True, 0, 1)))
    tracemalloc.start()
    try:
        joined, _ = join(old, new, merge)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(joined["passages"]) == 5000 * 99 + 50
    assert peak < 1.5 * sum(old[name].nbytes for name in arrays.POSTINGS)


def test_words_that_are_not_used_any_more_are_forgotten() -> None:
    both = build([Document("Chat", ["Un chat."]), Document("Lettre", ["La lettre."])])
    left = both.join(RowMerge.plan(["1", "2"], {"1": None}), build([]))
    assert left.read("chat").rows == ((),)


def test_the_index_does_not_depend_on_how_many_passages_are_counted_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = [Document(f"Titre {n}", [f"Un chat dort {n} fois.", "Chat !"]) for n in range(5)]
    whole = build(documents)
    for block in (1, 2, 3, 100):
        monkeypatch.setattr(bm25, "BLOCK", block)
        assert same(build(documents), whole)


@pytest.mark.parametrize(
    ("title", "passage", "own"),
    [
        ("Rouen, Caen et Le Havre : le port", "Caen s’étend.", "Caen : le port"),
        ("Rouen, Caen et Le Havre : le port", "Le Havre et Caen.", "Caen, Le Havre : le port"),
        (
            "La grève gagne Lyon et Saint-Étienne",
            "SAINT-ETIENNE dort.",
            "La grève gagne Saint-Étienne",
        ),
        ("Roche, Martin, and Dupont speak", "Mr Martin spoke.", "Martin speak"),
        ("Ports & Rivers: a portrait", "The Rivers flow.", "Rivers: a portrait"),
    ],
)
def test_a_title_keeps_only_the_listed_names_that_the_passage_has(
    title: str, passage: str, own: str
) -> None:
    assert own_title(title, [passage]) == own
    there = build([Document(title, [passage])]).find_known(["rouen"])
    assert bool(there) is ("Rouen" in own)


@pytest.mark.parametrize(
    ("title", "passage"),
    [
        ("Apple Sues Samsung, Wins Millions", "Apple sued."),  # every word has a capital
        ("Le Havre : le port", "Rien."),  # one name
        ("Rouen, la ville, et son port", "Rien."),
    ],
)
def test_a_title_that_lists_no_names_is_about_every_passage(title: str, passage: str) -> None:
    assert own_title(title, [passage]) == title


def test_a_title_keeps_all_its_names_if_the_passage_has_none() -> None:
    line = "Rien ne bouge."
    listed, plain = (build([Document(t, [line])]) for t in ("Lyon et Caen : le port", line))
    assert listed.find_known(["lyon", "caen", "port"]) == {"lyon", "caen", "port"}
    assert not plain.find_known(["lyon"])
