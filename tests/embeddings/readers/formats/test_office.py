"""Word processors' documents: what is shown on paper is what is stored."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from embeddings.errors import ReadError
from embeddings.readers import Draft, Sandbox, confined
from embeddings.readers.formats import office
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats.offices import docx, docx_paragraph, odt, packed, run
from tests.embeddings.readers.prose import BAKER, BRIDGE, FERRY
from tests.embeddings.readers.reading import read

STORY = "\n\n".join(BRIDGE.paragraphs)
DOCX = [docx_paragraph(run(part)) for part in BRIDGE.paragraphs]
ODT = "".join(f"<text:p>{part}</text:p>" for part in BRIDGE.paragraphs)
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


def word(*inside: str, **known: str) -> Draft:
    return office.read(docx(inside, **known), Path("a.docx"))


def open_document(inside: str, **known: str) -> Draft:
    return office.read(odt(inside, **known), Path("a.odt"))


def test_the_paragraphs_of_a_docx_come_out_to_the_letter() -> None:
    assert word(*DOCX).text == STORY


def test_the_paragraphs_of_an_odt_come_out_to_the_letter() -> None:
    assert open_document(ODT).text == STORY


def test_the_title_and_authors_of_a_docx_are_what_is_set_as_such() -> None:
    lines = [(BRIDGE.title, "Titre"), ("Maëlle Le Goff", "Author"), ("Léo Roux", "Author")]
    draft = word(*(docx_paragraph(run(x), name) for x, name in lines), *DOCX, title="Document1")
    assert (draft.title, draft.author) == (BRIDGE.title, "Maëlle Le Goff, Léo Roux")
    assert draft.inferred == ("language",)


def test_the_title_and_author_of_an_odt_are_what_is_set_as_such() -> None:
    author = '<text:p text:style-name="Author">Maëlle Le Goff</text:p>'
    draft = open_document(f'<text:p text:style-name="P1">{BRIDGE.title}</text:p>{author}{ODT}')
    assert (draft.title, draft.author, draft.text) == (BRIDGE.title, "Maëlle Le Goff", STORY)


def test_the_author_and_the_day_stand_above_the_story() -> None:
    head = [docx_paragraph(run(text)) for text in ("Par Maëlle Le Goff", "14 mars 2019")]
    draft = word(*head, *DOCX)
    assert (draft.author, draft.date) == ("Maëlle Le Goff", date(2019, 3, 14))
    assert draft.text.endswith(STORY)


@each(("stated", "title"), [(BAKER.title, BAKER.title), ("Modèle 3", None)])
def test_the_properties_title_counts_when_the_text_has_it_too(
    stated: str, title: str | None
) -> None:
    draft = word(docx_paragraph(run(BAKER.title)), *DOCX, title=stated)
    assert (draft.title == BAKER.title, "title" in draft.inferred) == (True, title is None)


def test_headings_and_items_are_marked() -> None:
    item = docx_paragraph(run("Un quai."), item=True)
    draft = word(DOCX[0], docx_paragraph(run("Puis"), "Titre1"), item, item, DOCX[1])
    one, two = BRIDGE.paragraphs[:2]
    assert draft.text == f"{one}\n\n## Puis\n\n- Un quai.\n- Un quai.\n\n{two}"


def test_headings_and_items_of_an_odt_are_marked() -> None:
    items = "<text:list><text:list-item><text:p>Un quai.</text:p></text:list-item></text:list>"
    draft = open_document(f'<text:h text:outline-level="1">Puis</text:h>{items}{ODT}')
    assert draft.text == f"## Puis\n\n- Un quai.\n\n{STORY}"


def marked(text: str, properties: str) -> str:
    """Return a run of DOCX with properties."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def style(name: str, kind: str, properties: str, base: str = "") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/>{based}'
        f"<w:rPr>{properties}</w:rPr></w:style>"
    )


STYLES = (
    style("Cache", "character", "<w:vanish/>")
    + style("Sous", "character", "", "Cache")
    + style("Note", "paragraph", "<w:vanish/>")
    + style("Barre", "character", '<w:dstrike w:val="true"/>')
)
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
RUBY = "<w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>"
DOCX_SHOWS = {
    run("Un ") + run("mot."): "Un mot.",
    f"<w:ins>{run('Un mot.')}</w:ins><w:del>{run('Rien.')}</w:del>": "Un mot.",
    f"<w:hyperlink>{run('Un mot')}</w:hyperlink>{run(' de plus.')}": "Un mot de plus.",
    f"{run('Un')}<w:tab/>{run('mot.')}<w:br/>{run('Puis.')}": "Un mot.\nPuis.",
    run("Un mot.") + marked("caché", "<w:vanish/>"): "Un mot.",
    marked("Un mot.", '<w:vanish w:val="0"/><w:strike w:val="false"/>'): "Un mot.",
    run("Un mot.") + marked(" barré", "<w:strike/>"): "Un mot.",
    run("Un mot.") + marked(" barré", '<w:rStyle w:val="Barre"/>'): "Un mot.",
    run("Un mot.") + marked(" caché", '<w:rStyle w:val="Sous"/>'): "Un mot.",
    run("Un mot.") + "<w:r><w:instrText> PAGE </w:instrText></w:r>": "Un mot.",
    FIELD.format("begin") + run("IF 1") + FIELD.format("separate") + run("Un mot.")
    + FIELD.format("end"): "Un mot.",
    f"<w:sdt><w:sdtContent>{run('Un mot.')}</w:sdtContent></w:sdt>": "Un mot.",
    f"{run('Un mot.')}<mc:Fallback>{run('Un mot.')}</mc:Fallback>": "Un mot.",
    run("peut") + "<w:r><w:noBreakHyphen/></w:r>" + run("être."): "peut\u2011être.",
    run("inter") + "<w:r><w:softHyphen/></w:r>" + run("com\u00admunal."): "intercommunal.",
    run("3 ") + '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>' + run(" 2."): "3 ≥ 2.",
    run("Fait ") + '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>' + run("."): "Fait ✓.",
    RUBY.format(run("Kaouabé"), run("Kawabe")) + run(" viendra."): "Kawabe (Kaouabé) viendra.",
}  # fmt: skip
"""What stands in a paragraph -> what one sees of it."""


def test_what_a_docx_shows_is_what_is_read() -> None:
    wrong = {}
    for strict in (False, True):
        for inside, text in DOCX_SHOWS.items():
            draft = word(docx_paragraph(inside), *DOCX, styles=STYLES, strict=strict)
            if draft.text != f"{text}\n\n{STORY}":
                wrong[inside] = draft.text.partition("\n\n")[0]
    assert not wrong


def test_what_two_styles_hide_between_them_is_shown() -> None:
    note = docx_paragraph(marked("Vu.", '<w:rStyle w:val="Cache"/>') + run("Non."), "Note")
    draft = word(note, *DOCX, styles=STYLES)
    assert draft.text == f"Vu.\n\n{STORY}"
    assert [each.what for each in draft.left_out] == ["stretches that the document hides (1)"]


def test_the_main_part_is_the_one_that_is_named() -> None:
    assert word(*DOCX, main="word/document2.xml").text == STORY


def test_items_have_the_numbers_that_word_counts() -> None:
    level = '<w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="decimal"/></w:lvl>'
    numbering = (
        f'<w:abstractNum w:abstractNumId="7">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    )
    item = docx_paragraph(run("Un quai."), item=True)
    draft = word(DOCX[0], item, item, numbering=numbering)
    assert draft.text.endswith("4. Un quai.\n5. Un quai.")


def test_a_table_of_contents_is_no_text_and_ends_its_field() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="toc 1"/></w:style>'
    field = {
        k: f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end")
    }
    toc = docx_paragraph(f"{field['separate']}{run('Le quai 3')}{field['end']}", "T")
    draft = word(docx_paragraph(field["begin"]), toc, docx_paragraph(run("Un mot.")), styles=styles)
    assert draft.text == "Un mot."


def test_a_list_of_an_odt_that_goes_on_counts_on() -> None:
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-number style:num-format="1"/>'
        "</text:list-style>"
    )
    one = '<text:list text:style-name="L"><text:list-item><text:p>Un.</text:p></text:list-item>'
    more = one.replace('"L"', '"L" text:continue-numbering="true"')
    inside = f"{one}</text:list><text:p>Un mot.</text:p>{more}</text:list>"
    assert open_document(inside, styles=styles).text == "1. Un.\n\nUn mot.\n\n2. Un."


ODT_STYLES = (
    '<style:style style:name="H" style:family="text">'
    '<style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="S" style:family="text">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
)
ODT_SHOWS = {
    "Un<text:s/><text:span>mot</text:span>.": "Un mot.",
    "Un<text:tab/>mot.<text:line-break/>Puis.": "Un mot.\nPuis.",
    "Un\n   mot<text:note><text:p>1. Une note.</text:p></text:note>.": "Un mot.",
    "Un mot<office:annotation><text:p>Vrai ?</text:p></office:annotation>.": "Un mot.",
    "Un <text:a>mot</text:a> de plus.": "Un mot de plus.",
    'Un mot<text:hidden-text text:is-hidden="true"> caché</text:hidden-text>.': "Un mot.",
    'Un <text:hidden-text text:is-hidden="false">mot</text:hidden-text>.': "Un mot.",
    'Un mot<text:span text:style-name="H"> caché</text:span>.': "Un mot.",
    'Un mot<text:span text:style-name="S"> barré</text:span>.': "Un mot.",
    "<text:ruby><text:ruby-base>Kawabe</text:ruby-base><text:ruby-text>Kaouabé"
    "</text:ruby-text></text:ruby> viendra.": "Kawabe (Kaouabé) viendra.",
    "Un projet inter\u00adcommunal.": "Un projet intercommunal.",
}


def test_what_an_odt_shows_is_what_is_read() -> None:
    wrong = {}
    for inside, text in ODT_SHOWS.items():
        draft = open_document(f"<text:p>{inside}</text:p>{ODT}", styles=ODT_STYLES)
        if draft.text != f"{text}\n\n{STORY}":
            wrong[inside] = draft.text.partition("\n\n")[0]
    assert not wrong


def test_hidden_paragraphs_and_sections_are_left_out_and_told() -> None:
    hidden = '<text:p>Non.<text:hidden-paragraph text:is-hidden="true"/></text:p>'
    section = '<text:section text:display="none"><text:p>Non plus.</text:p></text:section>'
    draft = open_document(hidden + section + ODT)
    assert draft.text == STORY
    assert [each.what for each in draft.left_out] == ["stretches that the document hides (2)"]


def test_text_in_a_box_is_a_paragraph_of_its_own() -> None:
    box = f"<w:r><w:pict>{docx_paragraph(run(FERRY.paragraphs[0]))}</w:pict></w:r>"
    text = word(docx_paragraph(run("Un mot.") + box), *DOCX).text
    assert text == f"Un mot.\n\n{FERRY.paragraphs[0]}\n\n{STORY}"


def test_the_words_of_tables_are_kept() -> None:
    table = f"<w:tbl><w:tr><w:tc>{DOCX[0]}</w:tc><w:tc>{DOCX[1]}</w:tc></w:tr></w:tbl>"
    assert word(table).text == "\n\n".join(BRIDGE.paragraphs[:2])


def test_files_are_read_by_their_extension(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        for name, data in (("a.docx", docx(DOCX)), ("a.odt", odt(ODT))):
            (tmp_path / name).write_bytes(data)
            draft = read(tmp_path / name, sandbox)
            assert (draft.text, draft.origin) == (STORY, str(tmp_path / name))


@each(
    ("data", "words"),
    [
        (b"abc", "is damaged and cannot be opened"),
        (b"PK\x03\x04abc", "is damaged and cannot be opened"),
        (docx(DOCX)[:-200], "is damaged and cannot be opened"),
        (b"\xd0\xcf\x11\xe0abc", "is an old office document, or is locked with a password"),
        (packed({"a.txt": "abc"}), "is no document of a word processor"),
        (packed({"word/document.xml": "<w"}), "is damaged and cannot be read"),
        (packed({"word/document.xml": b"\xff\xfe\0"}), "is damaged and cannot be read"),
        (docx([]), "has no text"),
        (docx([docx_paragraph(run(" "))]), "has no text"),
        (docx(DOCX, before=BOMB), "declares entities"),
        (odt(ODT, before=BOMB), "declares entities"),
        (packed({"word/document.xml": f"{BOMB}<w/>".encode("utf-16")}), "declares entities"),
        (docx(DOCX, before='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "declares entities"),
        (packed({"word/document.xml": b" " * 90_000_000}), "unpacks to far more than it holds"),
        (packed({f"{n}": b"" for n in range(5001)}), "holds more than 5000 files"),
    ],
)
def test_what_is_no_document_gets_a_sentence(data: bytes, words: str) -> None:
    said = confined.answer({"extension": ".docx", "path": "a.docx", "known": {}}, data)["error"]
    assert (words in said, "a.docx" in said) == (True, True), said


def test_a_part_that_is_larger_than_it_says_is_refused() -> None:
    data = bytearray(packed({"word/document.xml": b"<a>" + b"bc" * 5000}))
    place = data.rindex((10_003).to_bytes(4, "little"))
    data[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(ReadError, match="is damaged"):
        office.read(bytes(data), Path("a.docx"))


def test_a_locked_archive_gets_a_sentence() -> None:
    data = bytearray(docx(DOCX))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = data.rindex(b"PK\x01\x02", 0, archive.start_dir + 4)
    data[place + 8] |= 1
    with pytest.raises(ReadError, match="locked with a password"):
        office.read(bytes(data), Path("a.docx"))


def test_depth_costs_nothing() -> None:
    deep = "<w:sdt>" * 20_000 + DOCX[0] + "</w:sdt>" * 20_000
    with Sandbox() as sandbox:
        (draft,) = sandbox.read(".docx", docx([deep]), "a.docx")
    assert isinstance(draft, Draft)
    assert draft.text == BRIDGE.paragraphs[0]


def test_what_a_form_asks_to_be_written_is_no_part_of_the_story() -> None:
    asked = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    empty = docx_paragraph(run("Cliquez ici pour entrer du texte."))
    draft = word(DOCX[0], asked.format("<w:showingPlcHdr/>", empty), asked.format("", DOCX[1]))
    assert draft.text == "\n\n".join(BRIDGE.paragraphs[:2])
    written = asked.format('<w:showingPlcHdr w:val="0"/>', DOCX[1])
    assert word(DOCX[0], written).text == draft.text
    field = '<text:placeholder text:placeholder-type="text">&lt;Nom&gt;</text:placeholder>'
    number = "<text:page-number>1</text:page-number>"
    assert open_document(f"<text:p>{field}{number}</text:p>{ODT}").text == STORY
