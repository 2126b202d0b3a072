"""Passages: which paragraphs of a text are quotable, and that their offsets are exact."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.passages import LONG_PARAGRAPH, PIECE, make_passages, split, titles_of
from embeddings.types import Article, Span, digest

SEED = Path(__file__).resolve().parents[3] / "../shared/seed/article.txt"
TITLE = "Amazon lui aussi fait face à la grogne de ses employés pour Rekognition"

A = "Le ministre de l’Intérieur a annoncé mardi soir sa démission à la surprise générale."
B = "Son successeur sera nommé demain."
WRAPPED = (
    "Les employés de la firme ont fait part de leur malaise après la\n"
    "découverte de l’utilisation de ses outils par les services de\n"
    "contrôle. La direction n’a pas répondu à leurs questions, et elle\n"
    "refuse de dire quand elle le fera."
)


def quoted(text: str, title: str = "Un titre") -> list[str]:
    article = Article("a", title, text)
    return [text[p.start : p.end] for p in split(article)]


@pytest.mark.skipif(not SEED.exists(), reason="the seed story lies beside the project")
def test_the_seed_story_is_its_five_paragraphs_and_nothing_else() -> None:
    paragraphs = quoted(SEED.read_text(encoding="utf-8"), TITLE)
    assert [p.split(" ")[0] for p in paragraphs] == ["L’histoire", "Dans", "D’autre", "«", "Les"]


def test_blank_lines_separate_paragraphs() -> None:
    assert quoted(f"{A}\n\n\n{B}\n") == [A, B]


def test_a_line_of_spaces_of_any_kind_is_blank() -> None:
    spaces = (" ", "\u00a0", "\u202f", "\t \u2003", "\u200b")
    assert [each for each in spaces if quoted(f"{WRAPPED}\n{each}\n{B}") != [WRAPPED, B]] == []


def test_spaces_around_a_paragraph_are_not_quoted() -> None:
    assert quoted(f"\u00a0 {A}\u202f \n\n\t{B}\u3000") == [A, B]


def test_one_paragraph_a_line_without_blank_lines() -> None:
    lines = [A, B, "Il a démissionné.", A + " " + B]
    assert quoted("\n".join(lines)) == lines


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    assert quoted(WRAPPED) == [WRAPPED]


def test_wrapped_paragraphs_that_only_a_short_line_separates() -> None:
    assert quoted(f"{WRAPPED}\n{WRAPPED}") == [WRAPPED, WRAPPED]


def test_wrapped_paragraphs_that_only_an_indent_begins() -> None:
    full = WRAPPED.replace("quand elle le fera.", "quand elle donnera sa réponse aux siens.")
    indented = "    " + full
    assert quoted(f"{indented}\n{indented}\n{indented}") == [full, full, full]


def test_wrapped_lines_full_of_commas_are_no_verse() -> None:
    prose = (
        "Les employés de la firme ont fait part de leur malaise, mardi,\n"
        "après la découverte, par la presse, de l’utilisation des outils\n"
        "de la firme. La direction n’a pas répondu."
    )
    assert quoted(f"{prose}\n{prose}") == [prose, prose]


def test_a_wrapped_paragraph_whose_lines_all_end_sentences_follows_the_text_habit() -> None:
    pair = (
        "La direction de la firme n’a pas répondu aux questions posées.\n"
        "Les employés de cette entreprise attendent toujours sa réponse."
    )
    assert quoted(f"{WRAPPED}\n\n{WRAPPED}\n\n{pair}") == [WRAPPED, WRAPPED, pair]


def test_a_title_and_a_contact_line_above_wrapped_lines_are_left_out() -> None:
    assert quoted(f"info@issmi.fr\nUn titre\n{WRAPPED}") == [WRAPPED]


def test_a_title_repeated_in_the_body_is_not_quoted() -> None:
    assert quoted(f"{A}\n\nUn Titre\n\n{B}") == [A, B]


def test_headings_in_markdown_of_both_kinds_are_not_quoted() -> None:
    assert quoted(f"# Un titre.\n{A}\n\nAutre titre\n-----------\n\n{B}\n\n***\n\n### Fin.") == [
        A,
        B,
    ]


def test_a_passage_stands_under_its_title_and_the_last_heading_above_it() -> None:
    text = f"{A}\n\n## Le port\n\n{B}\n\nLa ville\n========\n\n{A}\n\n{B}"
    article = Article("a", "Un titre", text)
    port, town = "Un titre. Le port", "Un titre. La ville"
    assert titles_of(article, split(article)) == ("Un titre", port, town, town)


def test_a_rule_below_a_sentence_does_not_make_it_a_heading() -> None:
    assert quoted(f"{B}\n---\n{A}") == [B, A]


def test_list_items_join_the_sentence_that_introduces_them() -> None:
    text = f"{A}\n\nIls ont deux demandes :\n\n- arrêter la vente ;\n- rompre le contrat.\n\n{B}"
    assert quoted(text) == [
        A,
        "Ils ont deux demandes :\n\n- arrêter la vente ;\n- rompre le contrat.",
        B,
    ]


def test_wrapped_list_items_stay_whole() -> None:
    text = "Ils demandent :\n1. arrêter la vente de\n   ces outils ;\n2. rompre le contrat."
    assert quoted(text) == [text]


def test_a_menu_of_short_items_is_not_quoted() -> None:
    assert quoted(f"- Accueil\n- Politique\n- Sport\n\n{A}") == [A]


def test_a_list_that_follows_a_finished_paragraph_stands_for_itself() -> None:
    items = "- Il a vendu ses outils.\n- Il a rompu le contrat."
    assert quoted(f"{A}\n{items}") == [A, items]


def test_a_long_list_is_cut_between_items() -> None:
    items = [f"- {A} {i}." for i in range(60)]
    paragraphs = quoted("\n".join(items))
    assert "\n".join(paragraphs) == "\n".join(items)
    assert len(paragraphs) > 1


def test_a_block_of_address_lines_is_not_quoted() -> None:
    block = "ISSMI\n61 rue Henri Barbusse\n92110 Clichy\ninfo@issmi.fr\n01 23 45 67 89"
    assert quoted(f"{block}\n\n{A}") == [A]


def test_a_lede_without_a_period_is_quoted() -> None:
    lede = (
        "**Les ingénieurs de la firme demandent à leur direction de cesser toute vente d’outils**"
    )
    assert quoted(lede) == [lede]


def test_interview_turns_are_quoted() -> None:
    assert quoted("Q : Pourquoi partir\n\nR : Parce que c’est fini") == [
        "Q : Pourquoi partir",
        "R : Parce que c’est fini",
    ]


def test_an_endless_line_is_cut_at_sentence_ends() -> None:
    line = " ".join([A, B] * 50)
    paragraphs = quoted(line)
    assert len(line) > LONG_PARAGRAPH
    assert " ".join(paragraphs) == line
    assert all(len(p) <= PIECE and p.endswith(".") for p in paragraphs)


def test_a_long_paragraph_with_lines_stays_whole() -> None:
    long = "\n".join([WRAPPED.replace("fera.", "fera, dit-on, avant la fin de l’an")] * 15)
    assert len(long) > LONG_PARAGRAPH
    assert quoted(long) == [long]


def test_a_term_and_what_is_said_of_it_is_quotable_beside_another_one() -> None:
    text = "Le pont rouvre.\n\nMaire sortant : Jean Dupont\n\nVoirie : Anne Roche\n\nIl pleut ici."
    assert len(split(Article("a", "Un titre", text))) == 4
    alone = "Le pont rouvre.\n\nFootball : Rennes s'incline à Lens\n\nIl pleut ici."
    assert len(split(Article("a", "Un titre", alone))) == 2
    about = "Le pont rouvre.\n\nAuteur : Jean Dupont\n\nRubrique : Sports\n\nIl pleut ici."
    assert len(split(Article("a", "Un titre", about))) == 2


def test_paragraphs_are_numbered_among_the_quotable_ones() -> None:
    passages = split(Article("a", "Un titre", f"Un titre\n\n{A}\n\nIntertitre\n\n{B}"))
    assert [(p.article_id, p.paragraph) for p in passages] == [("a", 1), ("a", 2)]


def test_each_given_span_becomes_a_passage() -> None:
    text = f"{A} {B}"
    (passage,) = make_passages("x", text, [Span(0, len(text))])
    assert (passage.start, passage.end, passage.digest) == (0, len(text), digest(text))
    assert [s.of(text) for s in passage.sentences] == [A, B]


def test_two_thousand_articles_are_split_in_seconds() -> None:
    texts = ["\n\n".join([f"{A} {B} {number}."] * 10) for number in range(200)]
    began = time.process_time()
    for text in texts:
        assert len(split(Article("a", "Un titre", text))) == 10
    assert time.process_time() - began < 0.6


LINE = st.sampled_from(
    [
        A,
        B,
        *WRAPPED.split("\n"),
        "",
        "\u00a0",
        "Un titre",
        "- un point ;",
        "---",
        "# Titre",
        "Oui :",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(LINE, max_size=14).map("\n".join),
    st.text("aB.\n- »«", max_size=80),
)


@given(TEXTS, st.text(max_size=20))
def test_passages_of_any_text_are_exact_ordered_and_hold_their_sentences(
    text: str, title: str
) -> None:
    place = 0
    for number, passage in enumerate(split(Article("a", title, text)), 1):
        words = text[passage.start : passage.end]
        assert place <= passage.start < passage.end <= len(text)
        assert passage.digest == digest(words)
        assert words == words.strip()
        assert passage.paragraph == number
        assert passage.sentences[0].start == passage.start
        assert passage.sentences[-1].end == passage.end
        place = passage.end
