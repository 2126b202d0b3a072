"""Articles as rows, on both databases: each version, and each snapshot's articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from embeddings.errors import InputError, ReadError
from embeddings.store import schema
from embeddings.store.archive import parse, render
from embeddings.store.articles import Articles
from embeddings.store.database import Database
from embeddings.store.sqlite import SqliteDatabase
from embeddings.types import Article

STORY = "Les employés d’Amazon ont écrit à leur direction.\n\nElle n’a pas répondu à la lettre.\n"
ARTICLE = Article("a-b", "Un titre", STORY, "ISSMI", "X Y", date(2018, 6, 22), origin="/x/a.txt")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """A collection's articles, changed one snapshot after the other."""

    def __init__(self, database: Database, name: str = "shared") -> None:
        self.database = database
        database.create_collection(name)
        self.articles = Articles(database, name)
        self.number, self.live = 0, None

    def change(self, **articles: Article | None) -> int:
        """Write a new snapshot based on the live one, and make it live."""
        self.number += 1
        change = {name.replace("_", "-"): article for name, article in articles.items()}
        with self.database.write() as connection:
            self.articles.write(connection, self.number, self.live, change, by_hand={}, at=NOW)
        self.live = self.number
        return self.number

    def at(self, number: int) -> dict[str, str]:
        found = self.articles.at(number)
        return {name: each.value.text if each.value else "?" for name, each in found.items()}


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


def text(name: str, words: str, collection: str = "shared") -> Article:
    return Article(name, f"Titre {name}", words, collection=collection)


def test_an_article_is_read_back_as_it_was_written(shelf: Shelf) -> None:
    corrected = replace(ARTICLE, corrected=NOW)
    found = shelf.articles.at(shelf.change(a_b=corrected))["a-b"].value
    assert found == corrected
    assert found.corrected == NOW


def test_each_snapshot_has_the_articles_that_it_was_built_from(shelf: Shelf) -> None:
    one = shelf.change(a=text("a", "1"), b=text("b", "1"))
    two = shelf.change(a=text("a", "2"), c=text("c", "1"))
    three = shelf.change(b=None)
    assert shelf.at(one) == {"a": "1", "b": "1"}
    assert shelf.at(two) == {"a": "2", "b": "1", "c": "1"}
    assert shelf.at(three) == {"a": "2", "c": "1"}
    assert shelf.at(0) == {}


def test_a_change_after_a_rollback_starts_from_the_restored_articles(shelf: Shelf) -> None:
    one = shelf.change(a=text("a", "1"), b=text("b", "1"))
    two = shelf.change(a=text("a", "2"), b=None, c=text("c", "1"))
    shelf.live = one
    three = shelf.change(d=text("d", "1"))
    assert shelf.at(three) == {"a": "1", "b": "1", "d": "1"}
    assert shelf.at(two) == {"a": "2", "c": "1"}
    shelf.live = two
    four = shelf.change(a=None)
    assert shelf.at(four) == {"c": "1"}
    shelf.live = one
    assert shelf.at(shelf.change(a=text("a", "3"))) == {"a": "3", "b": "1"}


CHANGES = st.dictionaries(
    st.sampled_from("abc"), st.none() | st.sampled_from(["1", "2"]), max_size=3
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CHANGES, st.integers(0, 5)), min_size=1, max_size=6))
def test_no_sequence_of_changes_and_rollbacks_alters_an_earlier_snapshot(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[dict[str, str | None], int]]
) -> None:
    database = SqliteDatabase(tmp_path_factory.mktemp("any"))
    shelf, expected = Shelf(database), {0: dict[str, str]()}
    for change, back in steps:
        shelf.live = back if back in expected and back else shelf.live
        there = dict(expected[shelf.live or 0])
        for name, words in change.items():
            there.pop(name, None)
            there |= {name: words} if words else {}
        made = {name: text(name, words) if words else None for name, words in change.items()}
        expected[shelf.change(**made)] = there
    for number, articles in expected.items():
        assert shelf.at(number) == articles
    database.close()


def test_a_change_writes_rows_only_for_changed_articles(shelf: Shelf) -> None:
    shelf.change(**{f"n{n}": text(f"n{n}", "1") for n in range(1200)})
    before = [rows(shelf, table) for table in (schema.versions, schema.contents)]
    shelf.change(n7=text("n7", "2"), n8=None)
    after = [rows(shelf, table) for table in (schema.versions, schema.contents)]
    assert (before, after) == ([1200, 1200], [1201, 1201])


def rows(shelf: Shelf, table: object) -> int:
    with shelf.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_two_collections_share_nothing(database: Database) -> None:
    one, other = Shelf(database, "one"), Shelf(database, "other")
    number = one.change(a=text("a", "1", "one"))
    other.change(a=text("a", "2", "other"), b=text("b", "2", "other"))
    assert one.at(number) == {"a": "1"}
    database.delete_collection("one")
    assert one.at(number) == {}
    assert other.at(1) == {"a": "2", "b": "2"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_is_read_back_character_for_character(
    database: Database,
    words: str,
) -> None:
    shelf = Shelf(database)
    with database.write() as connection:
        connection.execute(schema.versions.delete())
        connection.execute(schema.contents.delete())
    assert shelf.at(shelf.change(a=text("a", words))) == {"a": words}


# The same as a file.

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=40)


def test_the_file_is_front_matter_and_the_text() -> None:
    assert render(ARTICLE).decode() == (
        "---\nid: a-b\ntitle: Un titre\nsource: ISSMI\nauthor: X Y\ndate: 2018-06-22\n"
        f"language: fr\norigin: /x/a.txt\n---\n{STORY}"
    )


@given(
    text=st.one_of(
        st.text(max_size=300),
        st.text("-a\n\r \u00a0\u2028\x85\ufeff", max_size=30).map("---\n".__add__),
    ),
    title=WORDS,
    source=st.none() | WORDS,
    author=st.none() | WORDS,
    day=st.none() | st.dates(min_value=date(1000, 1, 1)),
    origin=st.none() | WORDS,
)
def test_any_article_is_read_back_exactly(
    *,
    text: str,
    title: str,
    source: str | None,
    author: str | None,
    day: date | None,
    origin: str | None,
) -> None:
    article = Article("a-1", title, text, source, author, day, origin=origin)
    assert parse(render(article), "f") == article


def test_titles_that_look_like_yaml_are_read_back_as_text() -> None:
    for value in ["null", "~", "yes", "2018-06-22", "1.5", "a: b", "'", '"', "---"]:
        article = replace(ARTICLE, title=value, source=value, author=value)
        assert parse(render(article), "f") == article


def test_an_article_that_would_not_be_read_back_is_refused() -> None:
    for wrong in [
        {"text": "half \ud800"},
        {"title": "two\nlines"},
        {"title": ""},
        {"source": " x"},
    ]:
        with pytest.raises(InputError, match="The article 'a-b' cannot be stored"):
            render(replace(ARTICLE, **wrong))


def test_a_malformed_file_is_refused_by_name() -> None:
    for data, sentence in [
        (b"no front matter", "has no front matter between lines ---"),
        (b"---\nid: a\n", "has no front matter"),
        (b"---\nid: a\ntitle: \xff\n---\n", "is not in UTF-8"),
        (b"---\ntitle: T\n---\nText.", "does not state its id, title and language"),
        (b"---\n{\n---\nText.", "f"),
    ]:
        with pytest.raises(ReadError, match=sentence):
            parse(data, "f")
