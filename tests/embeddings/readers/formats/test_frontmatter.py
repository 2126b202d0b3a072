"""Front matter: what is taken for it, what it may say, and what each mistake is told."""

from __future__ import annotations

import contextlib
import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import ReadError
from embeddings.readers.formats.frontmatter import CHECKS, MAX_CHARACTERS, Fields, cut, parse
from tests.embeddings.readers.each import each


def test_the_text_after_it_is_exact() -> None:
    assert cut("---\ntitle: A\n---\n\n  b\u00a0\n", "f") == ("title: A\n", "\n  b\u00a0\n")


@each(
    "text",
    [
        "Un texte.",
        "---\n\nUn texte entre deux filets.\n\n---\n\nUn autre.",
        "---\nUn texte sous un filet.\n---\n",
        "----\ntitle: A\n----\n",
        " ---\ntitle: A\n---\n",
        "",
        "---",
        "---\n---\nUn texte.",
        "---\n{title\n---\nUn texte.",
    ],
)
def test_a_rule_is_not_front_matter(text: str) -> None:
    assert cut(text, "f") == (None, text)


def test_all_fields_are_read() -> None:
    fields = parse(
        "title: L’été\nsource: ISSMI\nauthor: [A B, C D]\ndate: 2018-06-22\n"
        "url: https://example.org/a?b=c\nlang: fr-FR\nid: ete-2018\ntags: [x]\n",
        "f",
    )
    assert (fields.title, fields.source, fields.author) == ("L’été", "ISSMI", "A B, C D")
    assert (fields.date, fields.url) == (date(2018, 6, 22), "https://example.org/a?b=c")
    assert (fields.language, fields.id) == ("fr", "ete-2018")


TOML = """+++
title = "L’été"
author = ["A B", "C D"]
date = 2018-06-22T10:00:00+02:00
weight = 3
[params]
kicker = "x"
+++
"""
JSON = '{"title": "L’été", "author": ["A B", "C D"], "date": "2018-06-22", "weight": 3}\n'


@each("head", (TOML, JSON))
def test_it_may_be_written_in_toml_or_json(head: str) -> None:
    front, text = cut(f"{head}\nUn texte.", "f")
    fields = parse(front or "", "f")
    assert (fields.title, fields.author, fields.date) == ("L’été", "A B, C D", date(2018, 6, 22))
    assert text.strip() == "Un texte."


@each("text", ("+++ Dernière minute +++\n\nUn texte.", "+++\nUn texte.\n+++\n", "{Note} Un texte.",
               '{"a": 1} Un texte.', "{}"))  # fmt: skip
def test_a_text_that_begins_like_toml_or_json_is_none(text: str) -> None:
    assert cut(text, "f") == (None, text)


def test_french_names_are_understood() -> None:
    fields = parse("Titre: A\nAuteur: B\nlangue: anglais\nLien: http://a.b/c", "f")
    assert (fields.title, fields.author, fields.language) == ("A", "B", "en")
    assert fields.url == "http://a.b/c"


@each(
    "written",
    ["2018-06-22", "22/06/2018", "22 juin 2018", "June 22, 2018", "2018-06-22T10:32:00Z"],
)
def test_a_day_may_be_written_in_several_ways(written: str) -> None:
    assert parse(f"date: {written}", "f").date == date(2018, 6, 22)


def test_a_title_that_looks_like_a_number_is_its_words() -> None:
    assert parse("title: 1984\nsource: yes\n", "f").title == "1984"


def test_an_empty_field_is_stated_and_none() -> None:
    fields = parse("date:\nauthor: ''\nsource: null", "f")
    assert (fields.date, fields.author, fields.source) == (None, None, None)
    assert fields.stated == {"date", "author", "source"}


@each(
    ("front", "words"),
    [
        ("title: Amazon : la grogne", "broken YAML at line 2"),
        ("id: a\ntitle: [a", "broken YAML at line"),
        ("title: &a [*a]", "The field title .* must be a text"),
        ("- a\n- b", "lines of name: value"),
        ("title: !!python/object:os.system x", "broken YAML"),
        ("date: !!timestamp 2018-02-30", "broken YAML"),
        ("title: [a, b]", "The field title .* must be a text"),
        ("source: {a: b}", "The field source .* must be a text"),
        ("title: " + "x" * 501, "longer than 500 characters; shorten it"),
        ("date: 2018-02-30", "The field date .* '2018-02-30', which is no day"),
        ("date: hier", "write it as 2018-06-22"),
        ("date: [1]", "is ..1.., which is no day"),
        ("url: ftp://example.org/a", "The field url .* http"),
        ("url: example.org", "http"),
        ("url: https://", "http"),
        ("url: 'https://[::1'", "http"),
        ("url: https://a.b/c d", "http"),
        ("url: https://a.b/" + "c" * 2000, "2000 characters"),
        ("language: klingon", "two letters"),
        ("language: [fr]", "two letters"),
        ("id: Été 2018", "a-z, 0-9"),
        ("id: " + "a" * 81, "1 to 80"),
        ("id: ../../etc", "a-z, 0-9"),
        ("id: [a]", "a-z, 0-9"),
        ("title: " + "[" * 4000, "broken YAML"),
    ],
)
def test_each_mistake_is_named(front: str, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        parse(front, "notes.md")
    assert "notes.md" in str(caught.value)


@each(
    ("text", "words"),
    [
        ("---\ntitle: A\n\nUn texte.", "never closes it"),
        ('+++\ntitle = "A"\n\nUn texte.', "write a line \\+\\+\\+ where it ends"),
        ("+++\ntitle = A\n+++\nUn texte.", "broken TOML .*at line 1"),
        (f"---\ntitle: {'x' * MAX_CHARACTERS}\n---\n", "more than 10,000 characters"),
    ],
)
def test_front_matter_that_does_not_end_is_told(text: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        cut(text, "notes.md")


@given(st.text(max_size=300))
def test_any_front_matter_is_read_or_told(front: str) -> None:
    with contextlib.suppress(ReadError):
        assert parse(front, "f").stated <= {f.name for f in dataclasses.fields(Fields)}


def test_a_day_is_read_as_people_write_it_and_a_month_is_its_first_day() -> None:
    days = {
        "22 juin 2018": date(2018, 6, 22),
        "22/06/18": date(2018, 6, 22),
        "22.06.2018 à 10h32": date(2018, 6, 22),
        "2018-06-22T10:00:00+02:00": date(2018, 6, 22),
        "2100-01-01": date(2100, 1, 1),
        "0904-06-30": date(904, 6, 30),
        "le premier juin 2018": date(2018, 6, 1),
        "juin 2018": date(2018, 6, 1),
        "Fri, 22 Jun 2018 14:30:00 +0100": date(2018, 6, 22),
    }
    assert {said: CHECKS["date"](said, "It") for said in days} == days
    for said in ("hier", "lundi", "22 juin", "2018-02-30"):
        with pytest.raises(ReadError, match="no day"):
            CHECKS["date"](said, "It")


def test_fields_are_read_as_site_generators_name_them() -> None:
    front = "byline: Ida Vale\npubDate: 2018-06-22\ncanonical_url: https://quai.example/a"
    known = parse(front, "f")
    assert (known.author, known.date) == ("Ida Vale", date(2018, 6, 22))
    assert known.url == "https://quai.example/a"
    group = "authors:\n  - name: Ida Vale\n    url: /ida\n  - Paul Morin"
    assert parse(group, "f").author == "Ida Vale, Paul Morin"
    assert parse("author:\n  name: Ida Vale", "f").author == "Ida Vale"
