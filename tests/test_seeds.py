"""The stories that come with the project, and their questions, are what seeds/README.md says."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from embeddings.text.analysis import is_stop, stem, words
from embeddings.text.passages import split
from embeddings.types import Article

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
PRESS_ARTICLE = ROOT / "../shared/seed/article.txt"
STORIES = sorted(path for path in SEEDS.glob("*.md") if path.name != "README.md")
KINDS = {
    True: {"plain", "paraphrase", "other-words", "typo", "cross", "definition", "follow-up"},
    False: {"off-topic", "near-topic", "false-premise"},
}
PROPER_NAMES = {"immigration and customs enforcement"}


def parts(path: Path) -> tuple[dict[str, Any], str]:
    """Return a story's front matter and what is below it."""
    before, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert before == ""
    return yaml.safe_load(front), body


def article(path: Path) -> Article:
    front, body = parts(path)
    return Article(id=front["id"], title=front["title"], text=body, language=front["language"])


def plain(text: str) -> str:
    """Return a text without case, accents and kinds of apostrophes and spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(bare.split())


def six_grams(text: str) -> set[str]:
    """Return every run of six words, proper names left out."""
    bare = plain(text)
    for name in PROPER_NAMES:
        bare = bare.replace(name, " ")
    words = re.findall(r"\w+", bare)
    return {" ".join(words[i : i + 6]) for i in range(len(words) - 5)}


def queries() -> list[dict[str, Any]]:
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ARTICLES = {path.stem: article(path) for path in STORIES}
PASSAGES = {
    (name, passage.paragraph): story.text[passage.start : passage.end]
    for name, story in ARTICLES.items()
    for passage in split(story)
}
QUERIES = queries()
ANSWERABLE = [query for query in QUERIES if query["answerable"]]
UNANSWERABLE = [query for query in QUERIES if not query["answerable"]]


def gold(query: dict[str, Any]) -> list[tuple[str, int]]:
    return [(place["article"], place["paragraph"]) for place in query["passages"]]


def test_there_are_at_least_six_stories() -> None:
    assert len(STORIES) >= 6


def test_stories_are_in_both_languages() -> None:
    assert {story.language for story in ARTICLES.values()} == {"fr", "en"}


def test_front_matter_has_the_four_keys_and_no_other() -> None:
    keys = {"id", "title", "source", "language"}
    assert [path.stem for path in STORIES if parts(path)[0].keys() != keys] == []


def test_an_id_is_its_file_name_and_may_be_an_id() -> None:
    assert [path.stem for path in STORIES if parts(path)[0]["id"] != path.stem] == []
    assert [each for each in ARTICLES if not re.fullmatch(r"[a-z0-9-]{1,80}", each)] == []


def test_no_two_stories_have_one_title() -> None:
    titles = [story.title for story in ARTICLES.values()]
    assert len(set(titles)) == len(titles)


def test_a_story_has_four_to_eight_paragraphs_of_two_to_five_sentences() -> None:
    passages = {name: split(story) for name, story in ARTICLES.items()}
    assert [name for name, found in passages.items() if not 4 <= len(found) <= 8] == []
    sentences = {name: {len(p.sentences) for p in found} for name, found in passages.items()}
    assert [name for name, counted in sentences.items() if not counted <= {2, 3, 4, 5}] == []


def test_every_block_but_headings_is_a_passage() -> None:
    for story in ARTICLES.values():
        blocks = [block for block in story.text.strip().split("\n\n") if not block.startswith("#")]
        assert [story.text[p.start : p.end] for p in split(story)] == blocks


def test_french_is_set_as_french_is_set() -> None:
    wrong = re.compile(r"\w'\w| [:;!?»]|« |[«»]\w|\w[«»]")
    french = {name: s.title + s.text for name, s in ARTICLES.items() if s.language == "fr"}
    assert {name: found[0] for name, text in french.items() if (found := wrong.search(text))} == {}


@pytest.mark.skipif(not PRESS_ARTICLE.is_file(), reason="the press article is not here")
def test_no_six_words_in_a_row_are_the_press_articles() -> None:
    press = six_grams(PRESS_ARTICLE.read_text(encoding="utf-8"))
    copied = {path.stem: six_grams(path.read_text(encoding="utf-8")) & press for path in STORIES}
    assert {name: grams for name, grams in copied.items() if grams} == {}


def test_question_ids_are_unique() -> None:
    assert max(Counter(query["qid"] for query in QUERIES).values()) == 1


def test_no_question_is_asked_twice_in_one_conversation() -> None:
    asked = Counter((plain(q["question"]), *q.get("before", ())) for q in QUERIES)
    assert [each for each, times in asked.items() if times > 1] == []


def test_every_question_has_the_same_keys_and_one_that_follows_others_says_which() -> None:
    keys = ["qid", "question", "language", "kind", "answerable", "answer", "passages"]
    after = [*keys[:2], "before", *keys[2:]]
    assert {tuple(query) for query in QUERIES} == {tuple(keys), tuple(after)}
    assert {len(query["before"]) for query in QUERIES if "before" in query} == {1, 2}


def test_every_follow_up_has_something_before_it() -> None:
    alone = [q["qid"] for q in QUERIES if q["kind"] == "follow-up" and not q.get("before")]
    assert alone == []


def test_every_kind_goes_with_being_answerable_or_not() -> None:
    assert [q["qid"] for q in QUERIES if q["kind"] not in KINDS[q["answerable"]]] == []


def test_enough_questions_can_be_answered() -> None:
    assert len(ANSWERABLE) >= 300


def test_enough_questions_cannot_be_answered_in_both_languages() -> None:
    by_language = Counter(query["language"] for query in UNANSWERABLE)
    assert sum(by_language.values()) >= 90
    assert min(by_language["fr"], by_language["en"]) >= 30


def test_six_answerable_questions_in_ten_are_french() -> None:
    french = sum(query["language"] == "fr" for query in ANSWERABLE)
    assert 0.55 <= french / len(ANSWERABLE) <= 0.65


def test_each_hard_kind_is_well_represented() -> None:
    least = {
        "paraphrase": 20, "other-words": 60, "typo": 32, "cross": 40, "definition": 20,
        "follow-up": 40, "near-topic": 50, "off-topic": 20, "false-premise": 15,
    }  # fmt: skip
    counted = Counter(query["kind"] for query in QUERIES)
    assert {kind: counted[kind] for kind in least if counted[kind] < least[kind]} == {}


def test_a_question_has_passages_exactly_when_it_can_be_answered() -> None:
    assert [q["qid"] for q in QUERIES if bool(q["passages"]) != q["answerable"]] == []


def test_every_passage_that_is_named_exists() -> None:
    assert set(chain.from_iterable(map(gold, QUERIES))) <= PASSAGES.keys()


def test_every_passage_answers_some_question() -> None:
    assert set(PASSAGES) - set(chain.from_iterable(map(gold, QUERIES))) == set()


def test_no_passage_is_named_twice_for_one_question() -> None:
    assert [q["qid"] for q in QUERIES if len(set(gold(q))) != len(gold(q))] == []


def test_an_answer_stands_in_one_of_its_passages() -> None:
    lost = [
        query["qid"]
        for query in ANSWERABLE
        if not any(
            plain(query["answer"]) in plain(PASSAGES.get(place, "")) for place in gold(query)
        )
    ]
    assert lost == []


def test_what_cannot_be_answered_has_no_answer() -> None:
    assert {query["answer"] for query in UNANSWERABLE} == {None}


def test_a_cross_question_is_answered_in_the_other_language_alone() -> None:
    same = [
        query["qid"]
        for query in QUERIES
        if query["kind"] == "cross"
        and any(ARTICLES[name].language == query["language"] for name, _ in gold(query))
    ]
    assert same == []


def test_a_question_in_other_words_shares_none_with_the_passages_that_answer() -> None:
    shared = {
        query["question"]: both
        for query in QUERIES
        if query["kind"] == "other-words"
        for name, paragraph in gold(query)
        if (both := subjects(query["question"]) & subjects(PASSAGES[name, paragraph]))
    }
    assert shared == {}


def subjects(text: str) -> set[str]:
    """Return what words tell the subject of a text, without their endings."""
    stopped = {word for language in ("fr", "en") for word in words(text) if is_stop(word, language)}
    return {stem(word, language) for word in {*words(text)} - stopped for language in ("fr", "en")}
