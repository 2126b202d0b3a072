"""Sentences: their ends in French and English, and properties that hold for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.sentences import LONG_QUOTATION, group_sentences, sentences
from embeddings.types import Span


def cut(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


CUT = [
    ["D’après l’art. L. 12-3 du code, oui.", "L’art. R12 dit non."],
    ["Env. 300 élus ont voté.", "Me. Ferrand plaide, et le t. IV paraît."],
    ["Elle aime l’art.", "Le musée ouvre."],
    ["Il vit pour l’art.", "C’est tout.", "He said no.", "I left."],
    ["Il part.", "Elle reste."],
    ["« Quoi\u00a0? » \u200bdit J. \u200bRoux.", "Voir l’art. \u200b12."],
    ["Il part !", "Elle reste ?", "Oui."],
    ["Vraiment\u00a0?!", "Oui\u202f!"],
    ["Quoi ?", "Non !"],
    ["Il hésite…", "Puis il part."],
    ["Il hésite... puis il part.", "Elle aussi."],
    ["M. Macron et MM. Le Pen et Mélenchon ont parlé.", "Mme Royal aussi."],
    ["ST. LOUIS (AP) is dry.", "MR. SMITH left."],
    ["They meet in Los Angeles, CA.", "The mayor left."],
    ["Le Dr. Martin et Mr. Smith ont vu Mrs. Jones à St. Louis.", "They left."],
    ["César meurt en 44 av. J.-C. à Rome.", "Il a 55 ans."],
    ["Auguste naît en 63 av. J.-C.", "Il meurt en 14."],
    ["Voir p. 12 et n° 5, vol. 3.", "Fin de la note."],
    ["Des pommes, des poires, etc.", "Le marché ferme."],
    ["The U.S. Army left the U.S. in May.", "The U.K. stayed."],
    ["He lives in the U.S.", "The law is new."],
    ["See No. 5 and fig. 2.", "No.", "He said so."],
    ["J. K. Rowling and George W. Bush met.", "They spoke."],
    ["Amazon.com Inc. Chief Executive Jeff Bezos spoke.", "Shares of Apple Inc. fell."],
    ["Le taux passe de 1.5 à 2,5 %.", "Il était de 0.75 en 2017."],
    ["En 2018.", "Il avait 20 ans."],
    ["1. Premier point.", "2. Second point."],
    ["Elle est partie (sans un mot).", "Il est resté."],
    ["Il a dit « Je pars. Je ne reviendrai pas. »", "Puis il est sorti."],
    ["« Non ! » a-t-il répondu.", "« Jamais\u00a0! »", "La salle a ri."],
    ["“I am leaving. I mean it,” he said.", "Then he left."],
    ['He said "no."', "She said yes."],
    ["**Important.**", "Le reste suit."],
    ["Le texte [1] est clair.", "Il suffit."],
    ["Elle mesure 5 m. de haut.", "Elle pèse 3 kg."],
    ["Le groupe, ex. Vinoma, recrute.", "Dupont et Cie. Morel suit.", "Il a vu son ex.", "Il rit."],
    ["Det. Insp. Hollis spoke.", "The Justice Dept. Building shut."],
    ["他走了。", "她留下了。"],
    ["Le conseil a siégé à 5 p.m. mardi.", "It ended late."],
]


def test_sentences_end_where_a_reader_says_they_do() -> None:
    assert [found for parts in CUT if (found := cut(" ".join(parts))) != parts] == []


def test_each_list_item_is_a_sentence_of_its_own() -> None:
    text = "Ils demandent :\n- la fin du contrat\n- un débat\n3. une réponse"
    assert cut(text) == [
        "Ils demandent :",
        "- la fin du contrat",
        "- un débat",
        "3. une réponse",
    ]


def test_a_wrapped_aside_between_dashes_is_not_an_item() -> None:
    text = "Le ministre\n– qui était absent –\na répondu."
    assert cut(text) == [text]


def test_a_wrapped_sentence_stays_one() -> None:
    assert cut("Le ministre a\nrépondu. Elle a\nri.") == ["Le ministre a\nrépondu.", "Elle a\nri."]


def test_a_long_quotation_is_cut_like_the_rest() -> None:
    long = "« " + "Nous restons ici ensemble. " * (LONG_QUOTATION // 20) + "»"
    assert len(cut(long)) > 10


def test_a_short_quotation_is_never_cut() -> None:
    text = "« Un. Deux mots. Trois mots ici ! Et quatre ? »"
    assert cut(text) == [text]


def test_closing_marks_stay_with_their_sentence() -> None:
    assert cut("Il part (enfin !). » Elle reste.") == ["Il part (enfin !). »", "Elle reste."]


def test_only_the_given_span_is_split() -> None:
    text = "Avant. Il part. Elle reste. Après."
    spans = sentences(text, 7, 27)
    assert [span.of(text) for span in spans] == ["Il part.", "Elle reste."]


def test_white_space_alone_has_no_sentence() -> None:
    assert sentences(" \u00a0\n\u202f ") == ()


def test_pieces_stay_under_the_limit_and_lose_no_sentence() -> None:
    spans = tuple(Span(i * 10, i * 10 + 9) for i in range(10))
    pieces = list(group_sentences(spans, 30))
    assert pieces == [Span(0, 29), Span(30, 59), Span(60, 89), Span(90, 99)]


@pytest.mark.parametrize(
    "part", ["5. ", "\n- -", "\r\n", '1"… ', "?\n- ", "« Le port ». ", "Le port. "]
)
def test_no_part_however_often_repeated_makes_splitting_slow(part: str) -> None:
    times = 60_000 // len(part)
    began = time.process_time()
    found = sentences("Le port a ouvert. Il est" + part * times)
    assert time.process_time() - began < 1.0
    assert len(found) == (1 + times if "port" in part else 2)  # a part without a word ends none


PROSE = st.text(
    st.sampled_from("aéBÉ.!?…»«“”’'\" \u00a0\u202f\n-–—1)([]*,;:。M"),
    max_size=120,
)


@given(st.one_of(st.text(max_size=200), PROSE), st.data())
def test_sentences_of_any_text_are_ordered_trimmed_and_cover_it(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    place = start
    for span in sentences(text, start, end):
        assert place <= span.start < span.end <= end
        assert text[place : span.start].strip() == ""
        assert span.of(text) == span.of(text).strip()
        place = span.end
    assert text[place:end].strip() == ""


def test_the_number_of_an_item_ends_no_sentence_however_it_is_written() -> None:
    items = [
        "a. Le pont",
        "b. Le quai",
        "ii. La fin est prévue.",
        "IV. Rien de plus.",
        "12. Le bac",
    ]
    text = "\n".join(items)
    assert [span.of(text) for span in sentences(text)] == items


def test_zero_width_spaces_are_trimmed_from_the_ends_of_sentences() -> None:
    text = "Il part. \u200bElle \u200breste. \u200b"
    assert [span.of(text) for span in sentences(text)] == ["Il part.", "Elle \u200breste."]
