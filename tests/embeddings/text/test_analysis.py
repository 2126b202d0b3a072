"""Words, terms and kinds of answers, by tables of cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.analysis import fold, grams, guess_language, is_stop, stem, without_tags, words

SAME = [
    ("l'électricité", "l’électricité"),
    ("électricité", "electricite"),
    ("cœur", "coeur"),
    ("ex æquo", "ex aequo"),
    ("Saint-Étienne", "saint etienne"),
    ("St-Étienne", "Saint-Etienne"),
    ("S.N.C.F.", "SNCF"),
    ("l'O.N.U.", "l'ONU"),
    ("1 200 emplois", "1200 emplois"),
    ("1\u00a0200 emplois", "1200 emplois"),
    ("1\u202f200 emplois", "1200 emplois"),
    ("1.200 emplois", "1200 emplois"),
    ("1,200 jobs", "1200 jobs"),
    ("1 200,5 km", "1200.5 km"),
    ("12 %", "12%"),
    ("12\u202f%", "12%"),
    ("12 pour cent", "12 %"),
    ("12 per cent", "12%"),
    ("14,2 milliards", "14.2 milliards"),
    ("Amazon's workers", "Amazon workers"),
    ("Amazon’s workers", "Amazon workers"),
    ("e\u0301tude", "étude"),
    ("ﬁnance", "finance"),
    ("<i>Le Monde</i>", "Le Monde"),
    ("week-end", "week‑end"),
]
"""Two ways to write the same thing."""

DATES = [
    ("3 mars", "@03-03"),
    ("le 3 mars 2018", "@03-03"),
    ("03/03", "@03-03"),
    ("03/03/2018", "@03-03"),
    ("2018-03-03", "@03-03"),
    ("March 3, 2018", "@03-03"),
    ("3rd of March 2018", "@03-03"),
    ("1er avril", "@04-01"),
    ("25/12/2017", "@12-25"),
    ("12/25/2017", "@12-25"),
    ("en juin 2018", "@06"),
    ("in June 2018", "@06"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_written_in_two_ways_has_the_same_words(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(("text", "day"), DATES)
def test_a_date_is_read_however_it_is_written(text: str, day: str) -> None:
    assert day in words(text)


def test_a_date_keeps_its_year_and_the_name_of_its_month() -> None:
    assert words("le 3 mars 2018") == ["le", "@03-03", "@03", "2018", "mars"]


@pytest.mark.parametrize("text", ["45/60", "31/31/2018", "99 mars"])
def test_what_cannot_be_a_date_is_not_read_as_one(text: str) -> None:
    assert not [word for word in words(text) if word.startswith("@")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qu'il", ["il"]),
        ("jusqu’à lui", ["a", "lui"]),
        ("lorsqu'on part", ["on", "part"]),
        ("aujourd'hui", ["aujourdhui"]),
        ("aujourd’hui", ["aujourdhui"]),
        ("O'Neil", ["oneil"]),
        ("presqu'île", ["ile"]),
        ("en 1998 200 élus", ["en", "1998", "200", "elus"]),
        ("20 000 employeurs", ["20000", "employeurs"]),
        ("A380, G7 et covid-19", ["a380", "g7", "et", "covid", "19"]),
        ("🙂 !?", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_these_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("employes", "employe", "fr"),
        ("nationales", "national", "fr"),
        ("universites", "universite", "fr"),
        ("engineers", "engineer", "en"),
        ("protesting", "protested", "en"),
    ],
)
def test_inflections_have_one_term(one: str, other: str, language: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_the_same_word_is_another_term_in_another_language() -> None:
    assert stem("palantir", "fr") != stem("palantir", "en")


def test_a_number_is_the_same_term_in_every_language() -> None:
    assert stem("1200", "fr") == stem("1200", "en") == "1200"


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert stem("parole", "xx") == "xx:parole"


def test_a_typo_shares_half_its_n_grams_with_what_was_meant() -> None:
    meant, typed = set(grams("rekognition")), set(grams("rekogniton"))
    assert len(meant & typed) / len(meant) >= 0.5


def test_a_short_word_is_one_gram_with_its_borders() -> None:
    assert grams("un") == ["~#un#"]


def test_a_date_has_no_n_grams() -> None:
    assert grams("@03-03") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Que reprochent les employés à leur direction ?", "fr"),
        ("Who uses the tools of Palantir?", "en"),
        ("Rekognition Amazon", None),
        ("", None),
    ],
)
def test_the_language_of_a_question_shows_in_its_function_words(
    text: str, language: str | None
) -> None:
    assert guess_language(text) == language


def test_a_word_is_a_function_word_in_its_own_language_alone() -> None:
    assert is_stop("les", "fr")
    assert not is_stop("les", "en")


def test_without_a_language_only_what_both_leave_out_is_left_out() -> None:
    assert not is_stop("les", None)
    assert is_stop("me", None)


@pytest.mark.parametrize(
    ("title", "plain"),
    [("<i>Star Wars</i>, VII", "Star Wars, VII"), ("a < b > c", "a < b > c"), ("plain", "plain")],
)
def test_markup_is_taken_out_of_a_title(title: str, plain: str) -> None:
    assert without_tags(title) == plain


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(words(text))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæ'’ -0123456789"))
def test_case_does_not_matter_in_french(text: str) -> None:
    assert words(text.upper()) == words(text)
