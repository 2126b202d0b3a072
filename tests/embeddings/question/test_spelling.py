"""A mistyped question is asked in the spelling of the articles, and nothing else of it changes."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.question.spelling import MOST, list_slips, respell

if TYPE_CHECKING:
    from collections.abc import Collection

ARTICLES = {"palantir": "Palantir", "google": "Google", "lettre": "lettre", "zero": "zéro"} | {
    word: word
    for word in ("letter", "held", "helped", "employees", "outils", "naval", "chien", "cour")
}


def asked(question: str) -> str:
    def spelling(candidates: Collection[str]) -> str | None:
        return next((ARTICLES[word] for word in ARTICLES if word in candidates), None)

    return respell(question, ARTICLES.keys().__and__, spelling)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("que fait palentir", "que fait Palantir"),
        ("Que fait-on de l'argent de Palentir ?", "Que fait-on de l'argent de Palantir ?"),
        ("pourquoi googel ?", "pourquoi Google ?"),
        ("qui a signé la letre", "qui a signé la lettre"),
        ("la tolérance zerro", "la tolérance zéro"),
        ("les palantirs d’aujourd’hui et les outills", "les Palantir d’aujourd’hui et les outils"),
        ("who helpd Gogle?", "who helped Google?"),
        ("pourqoi, et avec whcih letter", "pourquoi, et avec which letter"),
    ],
)
def test_a_mistyped_word_becomes_the_word_of_the_articles(typed: str, meant: str) -> None:
    assert asked(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c koi palantir", "c’est quoi palantir"),
        ("pk ki a signé ?", "pourquoi qui a signé ?"),
        ("wats palantir", "what’s palantir"),
        ("cé quoi palantir", "c’est quoi palantir"),
        ("sa cest koi palantir", "sa c’est quoi palantir"),
        ("c est quoi palantir", "c est quoi palantir"),
        ("keske palantir", "qu’est-ce que palantir"),
    ],
)
def test_what_people_write_in_chats_for_a_question_word_is_that_word(
    typed: str, meant: str
) -> None:
    assert asked(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Que dit la Chine ?",  # near "chien", and a word
        "Que gagne Rafael Nadal ?",  # a name, near "naval"
        "Qui est Balantir ?",  # the first letter is seldom missed
        "Quelqu'un a-t-il signé ?",
        "Qui est au cœur de la lettre ?",  # near "cour"; dictionaries have it with "oe" alone
        "C'est quoi, Palantir ?",
        "Qu'est-ce que C ?",
        "Que signifie ç ?",
        "Que dit le PK 12 ?",  # a point on a road, where "pk" asks why
        "Et ICE ?",
        "Qui est Nguyen ?",  # near nothing
        "gooogel",  # two slips
        "3rd g00gle 2018",
        "https://example.org/letre/palentir",
        "palentir.com, et j.palentir@gogle.fr",
        "@palentir, <@palentir>, :palentir: et `letre palentir`",
        "palentir_api, palentir2",
        "Warum haben die Palentir?",  # German, of which "haben" is a word
        "que piden los autores a la letre",
        "palentir" * 4,  # longer than any word
    ],
)
def test_a_word_that_may_be_meant_as_it_stands_is_left(question: str) -> None:
    assert asked(question) == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("que pense nokia de la lettre", "que pense Nokia de la lettre"),
        ("what does spotify say of the letter?", "what does Spotify say of the letter?"),
        ("does the letter name renault?", "does the letter name Renault?"),
        ("une startup l’a-t-elle signée ?", "une startup l’a-t-elle signée ?"),
        ("un deboire, une prise de serium ?", "un deboire, une prise de serium ?"),  # one slip
        ("was it criticised?", "was it criticised?"),  # long, and more likely no name
        ("would swapping it be enough?", "would swapping it be enough?"),
    ],
)
def test_a_word_that_nobody_has_and_no_dictionary_as_a_common_one_is_a_name(
    typed: str, meant: str
) -> None:
    assert asked(typed) == meant


def test_a_question_of_nothing_but_unknown_words_is_left() -> None:
    many = [f"zzzz{letter}" for letter in ascii_lowercase[:MOST]]
    names = map(str.capitalize, many[1:])
    assert asked(" ".join(["palentir", *many[1:]])) == " ".join(["Palantir", *names])
    assert asked(" ".join(["palentir", *many])) == " ".join(["palentir", *many])


@given(st.text(alphabet="abz", min_size=2, max_size=6), st.data())
def test_a_slip_is_found_whichever_it_was(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    slipped = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at - 1] + word[at:],
                word[:at] + "b" + word[at + 1 :],
                word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
            ]
        )
    )
    assert word == slipped or any(word in each for each in list_slips(slipped))


def test_no_more_is_looked_up_than_is_said() -> None:
    n = 11
    assert len(set().union(*list_slips("abcdefghijk"))) <= 26 * n + n - 1 + 25 * (n - 1) + n
