"""PDF files: columns, hyphens and running heads are the printer's; the paragraphs the author's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import spellchecker
from fpdf import FPDF

from embeddings.errors import ReadError
from embeddings.readers import Draft, Sandbox
from embeddings.readers.formats import pdf
from embeddings.readers.formats.printed import Words
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats import prints
from tests.embeddings.readers.formats.prints import ONE, THREE, TWO, Column, scanned
from tests.embeddings.readers.prose import BAKER, BRIDGE, FERRY, Story
from tests.embeddings.readers.reading import read

HEAD = "Le Courrier de l’Aven"


TALK = "La mairie a dit que les travaux sont pour la fin de l’année et que le pont est fermé."


@pytest.fixture(autouse=True, scope="module")
def _one_dictionary() -> Iterator[None]:
    """Read the words of a language once for all files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spellchecker, "SpellChecker", cache(spellchecker.SpellChecker))
        yield


def printed(data: bytes, name: str = "a.pdf") -> Draft:
    return pdf.read(data, Path(name))


@each("indent", [False, True])
@each("columns", [ONE, TWO, THREE], ids=["one", "two", "three"])
@each("story", [BRIDGE, BAKER, FERRY], ids=lambda s: s.author)
def test_paragraphs_are_the_author_s_whatever_the_columns(
    story: Story, columns: Sequence[Column], indent: bool
) -> None:
    parts = story.paragraphs * 8
    draft = printed(prints.pdf(parts, columns, title=story.title, head=HEAD, indent=indent))
    assert draft.text.split("\n\n") == list(parts)
    assert (draft.title, draft.language) == (story.title, story.language)


def test_a_last_column_of_two_lines_is_read_after_the_others() -> None:
    short = "Le pont rouvrira en mai, si le temps le permet."
    paper = prints.paper()
    for number in range(6):
        prints.put(paper, 60, 110 + 14 * number, f"Ligne {number} de la colonne,", 10)
    for number, line in enumerate(prints.wrapped(short, 30)):
        prints.put(paper, 310, 110 + 14 * number, line, 10)
    assert printed(bytes(paper.output())).text.endswith(short)


def test_a_byline_above_a_gap_is_no_part_of_the_first_paragraph() -> None:
    paper = prints.paper()
    prints.put(paper, 60, 110, "Par Anne Roche – 3 mars 2024", 9)
    for number, line in enumerate(prints.wrapped(BRIDGE.paragraphs[0], 80)):
        prints.put(paper, 60, 140 + 14 * number, line, 10)
    draft = printed(bytes(paper.output()))
    assert (draft.author, draft.date) == ("Anne Roche", date(2024, 3, 3))
    assert draft.text.endswith(f"\n\n{BRIDGE.paragraphs[0]}")


def test_words_that_run_up_the_margin_do_not_touch_the_story() -> None:
    paper = prints.paper()
    for number, line in enumerate(prints.wrapped(BRIDGE.paragraphs[0], 80)):
        prints.put(paper, 60, 110 + 14 * number, line, 10)
    with paper.rotation(90, 560, 500):
        prints.put(paper, 560, 500, "Le Courrier, supplément du samedi", 8)
    assert printed(bytes(paper.output())).text == BRIDGE.paragraphs[0]


def test_running_heads_and_page_numbers_are_dropped() -> None:
    assert HEAD.encode() not in printed(prints.pdf(BRIDGE.paragraphs * 12, head=HEAD)).text.encode()


def test_a_word_s_own_hyphen_stays() -> None:
    column = (Column(60, 30),)
    text = [
        "Le porte-parole de la mairie a confirmé que la salle polyvalente rouvrirait, dit-il."
    ] * 3
    assert printed(prints.pdf(text, column)).text.split("\n\n") == text


JOINED = (
    "une inspec-/tion de routine",
    "une inspec\u00ad/tion",
    "same-/di prochain",
    "les habi-/tants et les pro-/ducteurs",
    "main-/tenant, sur-/tout et pour-/tant",
    "le village de Morvil-/lac",
    "une déchet-/terie intercom-/munale",
    "le mini-/bus",
    "le par-/donner et la par-/tie",
    "mid-/night and north-/ern",
    "any-/how, somehow with-/out him",
)
KEPT = (
    "viendra-t-/il demain",
    "le vice-/président",
    "peut-/être",
    "Jean-/Baptiste",
    "les années 1990-/2000",
    "c'est-à-/dire",
    "c'est-/à-dire",
    "un arc-en-/ciel",
    "le chef-/lieu",
    "avant-/hier",
    "les sapeurs-/pompiers",
    "le rez-de-/chaussée",
    "l'ex-/maire et l’ex-/directrice",
    "l'après-/guerre",
    "l'avant-/garde et l'arrière-/garde",
    "l'outre-/mer",
    "Rouen-/sur-Mer",
    "le Val-/d'Oise",
    "des mini-/jupes et une mini-/série",
    "les micro-/entreprises",
    "par-/dessus le mur, au-/delà et ci-/dessous",
    "un porte-/parole, ma grand-/mère et un non-/lieu",
    "a passer-/by in mid-/week and the north-/east",
    "a follow-/up and a second-/hand car",
)


def test_a_word_s_own_hyphen_stays_at_the_end_of_a_line_and_a_cut_goes() -> None:
    wrong, words = [], Words(TALK)
    for text, own in [(t, False) for t in JOINED] + [(t, True) for t in KEPT]:
        first, *rest = text.split("/")
        for line in rest:
            first = words.join(first, line)
        plain = text.replace("/", "")
        if first != (plain if own else plain.replace("-", "").replace("\u00ad", "")):
            wrong.append(first)
    assert not wrong


ENGLISH_TALK = "The mayor of the town said that it was the end of it and that she would go."
COMPOUNDS = (
    "co-operate", "co-ordinate", "check-out", "hard-working", "know-how", "line-up", "make-up",
    "pre-war", "anti-war", "kick-off", "build-up", "long-standing", "hand-out",
)  # fmt: skip
ORDINARY = (
    "with-out", "through-out", "some-how", "any-how", "under-stand", "break-fast", "news-paper",
    "work-shop", "over-whelming", "hand-some", "pre-sent", "pre-tend", "syr-up", "high-lighted",
    "hard-ened", "anti-body", "co-ma", "black-out", "how-ever", "non-sense", "pre-face", "cab-in",
)  # fmt: skip


def test_a_compound_of_english_keeps_its_hyphen_and_no_other_word_gets_one() -> None:
    words = Words(ENGLISH_TALK)
    joined = {
        word: words.join(f"a {word.partition('-')[0]}-", word.partition("-")[2])
        for word in (*COMPOUNDS, *ORDINARY)
    }
    wanted = {word: f"a {word}" for word in COMPOUNDS}
    assert joined == wanted | {word: f"a {word.replace('-', '')}" for word in ORDINARY}


def test_other_lines_are_joined_by_a_space() -> None:
    assert Words(TALK).join("un mot -", "dit-il - de plus") == "un mot - dit-il - de plus"
    assert Words(TALK).join("un mot", "puis un autre") == "un mot puis un autre"


DROPPED = ("e conseil de Morvillac a voté", "une durée de six mois, le temps", "tablier du quai.")


@each("place", ["before", "after"])
@each(("cap", "words"), [("L", "Le conseil"), ("«L", "«Le conseil")])
def test_a_drop_cap_belongs_to_its_word(cap: str, words: str, place: str) -> None:
    paper = prints.paper()
    prints.put(paper, 60, 80, "Le quai de Morvillac ferme", 20)
    paper.set_font_size(30)
    beside = 64 + paper.get_string_width(cap)
    if place == "before":
        prints.put(paper, 60, 134, cap, 30)
    for number, line in enumerate(DROPPED):
        prints.put(paper, beside if number < 2 else 60, 120 + 14 * number, line, 11)
    if place == "after":
        prints.put(paper, 60, 134, cap, 30)
    prints.put(paper, 60, 240, "Les bus passeront par la rocade pendant toute la durée.", 11)
    draft = printed(bytes(paper.output()))
    assert draft.title == "Le quai de Morvillac ferme"
    assert draft.text.startswith(words)
    assert "##" not in draft.text


def test_letters_that_are_set_apart_are_words() -> None:
    for title, spacing in (
        ("Colère des artisans", 6),
        ("C O L È R E   D E S   A R T I S A N S", 0),
    ):
        paper = prints.paper()
        paper.set_char_spacing(spacing)
        prints.put(paper, 60, 80, title, 18)
        paper.set_char_spacing(0)
        prints.put(paper, 60, 120, "Ils demandent une heure gratuite par jour.", 11)
        assert printed(bytes(paper.output())).title.casefold() == "colère des artisans"


def test_a_headline_may_be_a_question_and_a_kicker_is_none() -> None:
    paper = prints.paper()
    prints.put(paper, 60, 60, "BRÈVES", 26)
    prints.put(paper, 60, 100, "Faut-il fermer le quai ?", 20)
    prints.put(paper, 60, 140, "Ils demandent une heure gratuite par jour.", 11)
    assert printed(bytes(paper.output())).title == "Faut-il fermer le quai ?"


def test_the_day_in_the_name_of_the_file_counts() -> None:
    draft = printed(prints.pdf(BRIDGE.paragraphs), "2019-03-14-pont.pdf")
    assert draft.date == date(2019, 3, 14)
    assert "date" in draft.inferred


def test_a_stated_title_counts_when_the_first_page_has_it() -> None:
    parts = ["Un pont fermé au public", *BRIDGE.paragraphs]
    assert printed(prints.pdf(parts, stated="Un pont fermé au public")).title == parts[0]
    assert printed(prints.pdf(parts, stated="Microsoft Word - v3.doc")).title != "v3.doc"


def test_a_file_is_read_by_its_extension(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(prints.pdf(BRIDGE.paragraphs, title=BRIDGE.title))
    draft = read(path)
    assert (draft.title, draft.origin) == (BRIDGE.title, str(path))


def many_pages(count: int) -> bytes:
    paper = FPDF()
    for _ in range(count):
        paper.add_page()
    return bytes(paper.output())


@each(
    ("data", "words"),
    [
        (b"abc", "is not a PDF file"),
        (b"%PDF-1.7\nabc", "is damaged and cannot be read"),
        (prints.pdf(BRIDGE.paragraphs)[:3000], "is damaged|has no text"),
        (scanned(2), r"has no text, only pictures of its pages; run a text recognition \(OCR\)"),
        (prints.pdf(BRIDGE.paragraphs, lock="x"), "is locked with a password"),
        (many_pages(501), "has more than 500 pages"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(data: bytes, words: str) -> None:
    with Sandbox() as sandbox, pytest.raises(ReadError, match=words) as caught:
        sandbox.read(".pdf", data, "a.pdf")
    assert "a.pdf" in str(caught.value)
