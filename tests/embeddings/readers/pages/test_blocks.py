"""Blocks: what a browser would show of a page, line by line, whatever its elements are."""

from __future__ import annotations

from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.readers.pages.blocks import Kind, Page, page_of
from embeddings.readers.pages.elements import parse_page
from embeddings.types import BREAK
from tests.embeddings.readers.each import each


def page(body: str) -> Page:
    """Return the blocks of a page."""
    return page_of(parse_page(f"<html lang=fr><body>{body}"))


def shown(body: str) -> list[str]:
    """Return a page's blocks of text as one sees them, headings and list items marked."""
    found = page(body).blocks
    lines = [("## " if b.kind is Kind.HEADING else b.marker) + b.text for b in found]
    return [line.replace(BREAK, "") for line in lines]


@each(
    ("body", "expected"),
    [
        ("<p>Un\n  mot.\t </p>", ["Un mot."]),
        ("<p>« Un\u00a0mot\u202f! »</p>", ["« Un\u00a0mot\u202f! »"]),
        ("<p>Un&nbsp;mot&#8239;!</p>", ["Un\u00a0mot\u202f!"]),
        ("<p>Un <b>mot</b>, <i>un</i>\n<a href=x>autre</a>.</p>", ["Un mot, un autre."]),
        ("<p>dé&shy;mission</p>", ["démission"]),
        ("<p>Un mot.<p>Un autre.", ["Un mot.", "Un autre."]),
        (
            "<div>Un mot.<div>Un autre.</div>Un dernier.</div>",
            ["Un mot.", "Un autre.", "Un dernier."],
        ),
        ("<p>Un vers,<br>\n un autre.</p>", ["Un vers,\nun autre."]),
        ("Un mot.<br> <br/>\nUn autre.", ["Un mot.", "Un autre."]),
        ("<h2>Un <em>titre</em></h2>texte", ["## Un titre", "texte"]),
        ("<ul><li>un</li><li><p>deux</p></li></ul>", ["- un", "- deux"]),
        ("<ol><li>un<ul><li>petit</ul><li>deux</ol>", ["1. un", "- petit", "2. deux"]),
        ("<ul><li></li></ul><p>mot</p>", ["mot"]),
        ("<pre>a\n  b</pre>", ["a\nb"]),
        ("<div><x-p>Un mot.</x-p><x-p>Un <x-b>autre</x-b>.</x-p></div>", ["Un mot.", "Un autre."]),
        ("<div>Un <x-b>mot</x-b> <x-b>suit</x-b>.</div>", ["Un mot suit."]),
        ("<table><tr><td>a<td>b</table>", ["a", "b"]),
        ("<p hidden>a</p><p style='display: none'>b</p><p aria-hidden=true>c</p>d", ["c", "d"]),
        ("<script>a</script><!-- d --><template>e</template><p class='a sr-only'>b</p>f", ["f"]),
        ("<p>a<script shadowrootmode=open>b</script></p>", ["a"]),
        ("", []),
    ],
)
def test_blocks_are_what_a_browser_shows(body: str, expected: list[str]) -> None:
    assert shown(body) == expected


def test_depth_costs_nothing() -> None:
    assert shown("<div>" * 200 + "mot") == ["mot"]


IN_A_LINE = (
    "<img src=x alt=y>", "<svg><text>y</text></svg>", "<picture><img src=x></picture>",
    "<script>y</script>", "<style>y</style>", "<template>y</template>", "<input value=y>",
    "<select><option>y</option></select>", "<textarea>y</textarea>", "<canvas>y</canvas>",
    "<audio src=x>y</audio>", "<video src=x>y</video>", "<object>y</object>", "<iframe>y</iframe>",
    "<progress value=.3>y</progress>", "<meter value=.3>y</meter>", "<meta itemprop=x content=y>",
    "<link itemprop=url href=x>", "<noscript><img src=x></noscript>", "<wbr>", "<x-icon></x-icon>",
    "<unknown></unknown>", "<span hidden>y</span>",
    "<embed src=x>", "<map name=x><area></map>", "<!-- y -->", "\u00ad", "\u200b", "\ufeff",
    "\u200e", "\u202a", "\u2068", "\u034f",
)  # fmt: skip
"""What a browser shows within a line, without words."""

WITH_WORDS = (
    "time", "label", "output", "ruby", "x-term", "unknown", "font", "mark", "bdi", "data", "kbd",
    "button", "ins", "big", "nobr", "span aria-hidden=true", "span class=unheard-of", "math",
)  # fmt: skip
"""Elements whose words stand within a line."""


def test_what_is_shown_within_a_line_does_not_end_it() -> None:
    wrong = [
        each for each in IN_A_LINE if shown(f"<p>Le quai {each}rouvre.</p>") != ["Le quai rouvre."]
    ]
    assert wrong == []


def test_what_a_browser_searches_no_words_across_is_marked_by_a_space_without_width() -> None:
    marked = {
        "<p>Le quai <svg></svg> rouvre.</p>": f"Le quai {BREAK}rouvre.",
        "<p>Le quai<button>1</button> rouvre.</p>": f"Le quai{BREAK}1 {BREAK}rouvre.",
        "<p>Le <del>pont</del> quai <span class=sr-only>ici</span> rouvre.</p>": (
            f"Le {BREAK}quai {BREAK}rouvre."
        ),
        "<p><img src=x> Le quai rouvre. <input></p>": "Le quai rouvre.",
        "<p>Le <b>quai</b> <span hidden>y</span>rouvre<wbr>.</p>": "Le quai rouvre.",
    }
    assert {body: [b.text for b in page(body).blocks] for body in marked} == {
        body: [text] for body, text in marked.items()
    }


def test_words_of_elements_within_a_line_are_words_of_the_line() -> None:
    lines = {
        each: f"<p>Le quai <{each}>ouvre</{each.split()[0]}> lundi.</p>" for each in WITH_WORDS
    }
    assert [each for each, line in lines.items() if shown(line) != ["Le quai ouvre lundi."]] == []


def test_what_is_struck_out_is_no_word() -> None:
    marks = ("del", "s", "strike", "span style='text-decoration: line-through'")
    lines = [f"<p>Le 5 <{mark}>mars</{mark.split()[0]}> avril.</p>" for mark in marks]
    assert [line for line in lines if shown(line) != ["Le 5 avril."]] == []


@each(
    ("opening", "marks"),
    [
        ("<ol><li>a<li>b</ol>", ["1. ", "2. "]),
        ("<ol start=4><li>a<li>b</ol>", ["4. ", "5. "]),
        ("<ol><li value=7>a<li>b</ol>", ["7. ", "8. "]),
        ("<ol reversed><li>a<li>b</ol>", ["2. ", "1. "]),
        ("<ol reversed start=9><li>a<li>b</ol>", ["9. ", "8. "]),
        ("<ol type=a><li>a<li value=28>b</ol>", ["a. ", "ab. "]),
        ("<ol type=I start=1998><li>a<li>b</ol>", ["MCMXCVIII. ", "MCMXCIX. "]),
        ("<ol start=x><li value=''>a<li value=99999999999>b</ol>", ["1. ", "2. "]),
        ("<ul><li>a<li>b</ul>", ["- ", "- "]),
    ],
)
def test_items_have_the_numbers_that_a_browser_shows(opening: str, marks: list[str]) -> None:
    assert [block.marker for block in page(opening).blocks] == marks


@each(
    ("language", "expected"),
    [("fr", "Il dit «oui»."), ("en", "Il dit “oui”."), ("de-AT", "Il dit „oui“.")],
)
def test_quotations_have_the_marks_of_their_language(language: str, expected: str) -> None:
    assert shown(f"<div lang={language}><p>Il dit <q>oui</q>.</p></div>") == [expected]


@each(
    ("table", "rows"),
    [
        (
            "<tr><td>Sablé<td>1 204 voix<tr><td>Erquy<td>98 voix",
            ["Sablé : 1 204 voix", "Erquy : 98 voix"],
        ),
        ("<tr><th>Ville<th>Voix<tr><td>Sablé<td>1 204", ["Sablé : 1 204 voix"]),
        ("<tr><td>Ville<td>Roche<td>Morin<tr><td>Sablé<td>9<td>7", ["Sablé : Roche 9 ; Morin 7"]),
        ("<tr><th>Ville<td>Sablé<tr><th>Voix<td>12", ["Ville : Sablé", "Voix : 12"]),
        ("<tr><td><th>2019<th>2020<tr><th>Élus<td>9<td>7", ["Élus : 2019 9 ; 2020 7"]),
        (
            "<caption>Vote</caption><tr><th>V<th>R<th>M<tr><td rowspan=2>S<td>1<td>2<tr><td>3<td>4",
            ["Vote", "S : R 1 ; M 2", "S : R 3 ; M 4"],
        ),
        ("<tr><td>a<td>b", ["a", "b"]),
        ("<tr><td><p>a</p><ul><li>b</ul><td>c<tr><td>d<td>e", ["a", "- b", "c", "d", "e"]),
    ],
)
def test_a_table_of_data_is_a_line_a_row(table: str, rows: list[str]) -> None:
    assert shown(f"<table>{table}</table>") == rows


def test_an_embedded_post_is_one_block_with_its_author() -> None:
    post = "<blockquote class='twitter-tweet'><p>On rouvre !</p>— Ida (@ida) 3 mars</blockquote>"
    (block,) = page(post).blocks
    assert (block.kind, block.text) == (Kind.POST, "On rouvre ! — Ida (@ida) 3 mars")


def test_a_credit_at_the_edge_of_a_block_is_a_block_of_its_own() -> None:
    body = "<div><span class=credit>© Agence</span>Le quai rouvre.</div>"
    assert shown(body) == ["© Agence", "Le quai rouvre."]
    assert shown("<p>Le <span class=video>quai</span> rouvre.</p>") == ["Le quai rouvre."]
    credit, line = "Photo : Ida Vale", "Le quai rouvre."
    assert shown(f"<p><img src=x><em>{credit}</em><br>{line}</p>") == [credit, line]
    assert shown(f"<p>{line}<br>{credit}</p>") == [line, credit]


def test_a_heading_of_sentences_is_a_standfirst() -> None:
    long = "La halle rouvre le 16 mars après deux ans de travaux, avec 40 commerçants, dit-elle."
    kinds = [page(f"<h2>{text}</h2>").blocks[0].kind for text in (long, "La halle rouvre.")]
    assert kinds == [Kind.STANDFIRST, Kind.HEADING]
    assert page(f"<h2 class=chapo>{long[:45]}</h2>").blocks[0].kind is Kind.STANDFIRST


WORDS = st.text("abcdefghijàéœ«»’“”\u00a0\u202f-,;:!? ", min_size=1, max_size=60)


@given(st.lists(WORDS.map(str.strip).filter(bool), min_size=1, max_size=6, unique=True))
@settings(max_examples=40, deadline=None)
def test_paragraphs_come_back_to_the_letter(parts: list[str]) -> None:
    collapsed = [" ".join(filter(None, part.split(" "))) for part in parts]
    assert shown("".join(f"<p>{escape(part)}</p>" for part in parts)) == collapsed


def test_a_table_without_end_is_no_table_of_data() -> None:
    row = f"<tr>{'<td colspan=1000 rowspan=9000>1' * 20}"
    assert page(f"<table>{row * 500}</table><p>a</p>").blocks[-1].text == "a"
