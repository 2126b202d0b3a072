"""Words, terms and kinds of answers, by tables of cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.analysis import (
    STOP,
    fold,
    grams,
    is_foreign,
    is_stop,
    language_of,
    list_forms,
    stem,
    without_tags,
    words,
)

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


def test_two_spellings_of_one_thing_have_the_same_words() -> None:
    assert [pair for pair in SAME if words(pair[0]) != words(pair[1])] == []


def test_a_date_is_read_however_it_is_written() -> None:
    assert [text for text, day in DATES if day not in words(text)] == []


def test_a_date_keeps_its_year_and_the_name_of_its_month() -> None:
    assert words("le 3 mars 2018") == ["le", "@03-03", "@03", "2018", "mars"]


def test_an_impossible_date_is_not_read_as_one() -> None:
    found = {text: words(text) for text in ("45/60", "31/31/2018", "99 mars")}
    assert not [text for text, each in found.items() if any(w.startswith("@") for w in each)]


WORDS = {
    "qu'il": ["il"],
    "jusqu’à lui": ["a", "lui"],
    "lorsqu'on part": ["on", "part"],
    "aujourd'hui": ["aujourdhui"],
    "aujourd’hui": ["aujourdhui"],
    "O'Neil": ["oneil"],
    "presqu'île": ["ile"],
    "en 1998 200 élus": ["en", "1998", "200", "elus"],
    "20 000 employeurs": ["20000", "employeurs"],
    "A380, G7 et covid-19": ["a380", "g7", "et", "covid", "19"],
    "🙂 !?": [],
    "": [],
}
INFLECTED = [
    ("employes", "employe", "fr"),
    ("nationales", "national", "fr"),
    ("universites", "universite", "fr"),
    ("engineers", "engineer", "en"),
    ("protesting", "protested", "en"),
    ("wrote", "writing", "en"),
    ("written", "writes", "en"),
    ("ecrit", "ecrivaient", "fr"),
    ("apprises", "apprendre", "fr"),
    ("obtint", "obtenue", "fr"),
    ("vendent", "vendues", "fr"),
]
APART = [("attendre", "tendre", "fr"), ("left", "leave", "en"), ("mission", "mis", "fr")]


def test_a_text_is_cut_into_these_words() -> None:
    assert {text: words(text) for text in WORDS} == WORDS


def test_inflections_have_one_term() -> None:
    assert [(a, b) for a, b, code in INFLECTED if stem(a, code) != stem(b, code)] == []


def test_the_same_word_is_another_term_in_another_language() -> None:
    assert stem("palantir", "fr") != stem("palantir", "en")


def test_a_number_is_the_same_term_in_every_language() -> None:
    assert stem("1200", "fr") == stem("1200", "en") == "1200"


def test_other_words_have_another_term() -> None:
    assert [(a, b) for a, b, code in APART if stem(a, code) == stem(b, code)] == []


def test_no_form_is_one_of_two_verbs() -> None:
    stems = {
        code: [{stem(form, code) for form in verb} for verb in list_forms(code)] for code in STOP
    }
    assert {len(each) for verbs in stems.values() for each in verbs} == {1}
    names = [name for verbs in stems.values() for (name,) in verbs]
    assert len(set(names)) == len(names)


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert stem("parole", "xx") == "xx:parole"


def test_a_typo_shares_half_its_n_grams_with_what_was_meant() -> None:
    meant, typed = set(grams("rekognition")), set(grams("rekogniton"))
    assert len(meant & typed) / len(meant) >= 0.5


def test_a_short_word_is_one_gram_with_its_borders() -> None:
    assert grams("un") == ["~#un#"]


def test_a_date_has_no_n_grams() -> None:
    assert grams("@03-03") == []


def test_the_language_of_a_question_shows_in_its_function_words() -> None:
    languages = {
        "Que reprochent les employés à leur direction ?": "fr",
        "Who uses the tools of Palantir?": "en",
        "Rekognition Amazon": None,
        "": None,
    }
    assert {text: language_of(words(text)) for text in languages} == languages


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("Warum haben die Mitarbeiter protestiert?", True),
        ("¿Por qué protestan los empleados?", True),
        ("wat vragen de ingenieurs aan hun baas", True),
        ("cosa chiedono gli impiegati", True),
        ("comment dit-on samedi en italien", False),  # "en" is Dutch too
        ("Que fait palentir ?", False),  # "que" is Spanish too
        ("who is on it", False),
        ("rekogniton", False),
    ],
)
def test_another_language_shows_in_its_small_words(question: str, foreign: bool) -> None:
    assert is_foreign(question) is foreign


def test_a_word_is_a_function_word_in_its_own_language_alone() -> None:
    assert is_stop("les", "fr")
    assert not is_stop("les", "en")


def test_without_a_language_only_stop_words_of_both_are_left_out() -> None:
    assert not is_stop("les", None)
    assert is_stop("me", None)


def test_markup_is_taken_out_of_a_title_and_nothing_else_is() -> None:
    assert without_tags("<i>Star Wars</i>, VII") == "Star Wars, VII"
    assert without_tags("a < b > c") == "a < b > c"


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
